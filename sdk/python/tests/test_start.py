"""python3 -m stormflux SPEC."""

import os
import unittest

from .process import Process

SPLIT = """
from stormflux import Bolt

print("importing")

class Split(Bolt):
    def process(self, tup):
        for word in tup["sentence"].split():
            self.emit([word])

class NoMethod(Bolt):
    pass

class NoComponent:
    pass
"""


class Start(unittest.TestCase):
    def test_a_bolt_starts_by_module_and_by_file(self) -> None:
        for spec in ("split.Split", "split.py:Split"):
            with self.subTest(spec):
                p = Process(["-m", "stormflux", spec], {"split.py": SPLIT})
                self.assertEqual(p.read(), {"pid": p.process.pid, "pipelining": True})
                self.assertEqual(os.listdir(p.pid_dir), [str(p.process.pid)])
                p.send_tuple("7", "a b")
                self.assertEqual([p.read() for _ in range(3)], [
                    {"command": "emit", "anchors": ["7"], "need_task_ids": False, "tuple": ["a"]},
                    {"command": "emit", "anchors": ["7"], "need_task_ids": False, "tuple": ["b"]},
                    {"command": "ack", "id": "7"},
                ])
                self.assertEqual(p.end(), (0, [], "importing\n"))

    def test_what_cannot_start_is_one_sentence(self) -> None:
        cases = {
            "split.Splitt": 'module "split" has no class "Splitt"; did you mean "Split"?',
            "split.py:split": 'module "split.py" has no class "split"; did you mean "Split"?',
            "split.Other": 'module "split" has no class "Other"; its components: Split, NoMethod',
            "split.NoMethod": 'class "NoMethod" has no method "process"',
            "split.NoComponent": 'class "NoComponent" is no component: it must extend stormflux.Spout or stormflux.Bolt',
            "spilt.Split": 'module "spilt" is not found; did you mean "split"?',
            "split": '"split" names no class: write module.Class or file.py:Class',
            "split.py": '"split.py" names no class: write split.py:Class; its components: Split, NoMethod',
            "lacks.Bolt": '"lacks" imports "stormflux_lacks", which is not installed',
            "broken.Bolt": 'importing "broken" failed: ZeroDivisionError: division by zero',
            "bare.py:Bare": 'importing "bare.py" ended the process; a component that starts itself does so after '
            'if __name__ == "__main__"',
            "split.Bold": 'module "split" has no class "Bold"; its components: Split, NoMethod',
            "raises.Raises": 'starting "raises.Raises" failed: KeyError: \'home\'',
        }
        files = {
            "split.py": SPLIT,
            "lacks.py": "import stormflux_lacks\n",
            "broken.py": "1 / 0\n",
            "bare.py": "import sys\nclass Bare:\n    def run(self): sys.exit(2)\nBare().run()\n",
            "raises.py": "import stormflux\nclass Raises(stormflux.Spout):\n"
            "    def __init__(self): {}['home']\n    def next_tuple(self): pass\n",
        }
        for spec, sentence in cases.items():
            with self.subTest(spec):
                p = Process(["-m", "stormflux", spec], files)
                self.assertEqual(p.read(), {"pid": p.process.pid})
                code, messages, err = p.end()
                self.assertEqual(code, 1)
                self.assertEqual(err.splitlines()[-1], "stormflux: " + sentence)
                # Storm shows it too.
                self.assertEqual(messages[0]["msg"].splitlines()[-1], sentence)


if __name__ == "__main__":
    unittest.main()
