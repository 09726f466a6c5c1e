"""Components as processes: what Storm sees of them."""

import os
import signal
import sys
import time
import unittest
from typing import Any, Dict, List

from .process import Process

NOISY = """
import ctypes, logging, os, subprocess, sys
import stormflux

class Noisy(stormflux.Bolt):
    log_level = "debug"

    def initialize(self, conf, context):
        self.logger.info("%s task %d of %d, %s", context.component_id, context.task_index, context.task_count, conf["topology.name"])

    def process(self, tup):
        print("printed")
        print("no newline", end="")
        sys.stdout.flush()
        os.write(1, b"descriptor\\n")
        sys.stdout.buffer.write(b"bytes\\n")
        sys.stdout.buffer.flush()
        subprocess.run([sys.executable, "-c", "print('child'); import sys; print('read', repr(sys.stdin.read()))"])
        os.system("echo shell")
        self.logger.debug("debug")
        self.logger.log(stormflux.TRACE, "never sent")
        self.logger.warning("warn %s", "ing")
        logging.getLogger("library").error("library")
        self.log("direct", "trace")
        child = os.fork() if hasattr(os, "fork") else None
        if child == 0:
            print("fork")
            sys.stdout.flush()
            os._exit(0)
        if child:
            os.waitpid(child, 0)

    def cleanup(self):
        print("cleanup")
"""

SWITCHES = """
import stormflux

class Off(stormflux.Bolt):
    auto_ack = auto_anchor = auto_fail = False
    exit_on_exception = False

    def process(self, tup):
        if tup[0] == "raise":
            raise ValueError("no good")
        self.emit(["loose"])
        self.emit(["text", 1], stream="errors", anchors=[tup])
        print(self.emit(["asked"], need_task_ids=True))
        print(self.emit(["direct"], direct_task=4, need_task_ids=True))
        self.ack(tup)
        self.ack(tup)
        self.fail(tup)
        try:
            self.emit(["late"], anchors=[tup])
        except ValueError as error:
            print(error)
"""

FAULTS = """
import stormflux

class Faulty(stormflux.Bolt):
    exit_on_exception = False
    def process(self, tup):
        eval(tup[0], {"self": self, "tup": tup})
"""

SPOUT = """
import stormflux

class Numbers(stormflux.Spout):
    def initialize(self, conf, context):
        self.number = 0

    def next_tuple(self):
        self.number += 1
        if self.number == 2:
            print(self.emit(["two"], tup_id=2, need_task_ids=True))
        elif self.number == 3:
            raise RuntimeError("empty")
        else:
            self.emit(["one"], tup_id={"n": 1})

    def ack(self, tup_id): print("ack", tup_id)
    def fail(self, tup_id): print("fail", tup_id)
    def activate(self): print("activate")
    def deactivate(self): print("deactivate")
"""

SLOW = """
import time
import stormflux

class Slow(stormflux.Bolt):
    def process(self, tup):
        self.emit(["early"])
        time.sleep(60)

    def cleanup(self):
        self.log("cleanup")
"""

TIMED = """
import stormflux

class Timed(stormflux.TicklessBatchingBolt):
    secs_between_batches = 0.05

    def process_batch(self, key, tups):
        if tups[0][0] == "raise":
            raise ValueError("bad batch")
        self.emit([" ".join(tup[0] for tup in tups)])
"""


def words(message: Dict[str, Any]) -> str:
    """Return a message in short."""
    return " ".join(str(message[key]) for key in ("command", "msg", "id", "tuple") if key in message)


class Bolts(unittest.TestCase):
    def test_nothing_printed_breaks_the_protocol(self) -> None:
        p = Process(["-m", "stormflux", "noisy.Noisy"], {"noisy.py": NOISY})
        p.read()
        p.send_tuple("1", "x")
        code, messages, err = p.end()
        self.assertEqual(code, 0)
        self.assertEqual([(m.get("msg"), m.get("level")) for m in messages], [
            ("split task 1 of 2, test", 2),
            ("printed", 2),
            ("no newline", 2),
            ("debug", 1),
            ("warn ing", 3),
            ("library", 4),
            ("direct", 0),
            (None, None),
            ("cleanup", 2),
        ])
        for line in ("descriptor", "bytes", "child", "read ''", "shell", *(["fork"] if hasattr(os, "fork") else [])):
            self.assertIn(line + "\n", err)

    def test_switches(self) -> None:
        p = Process(["-m", "stormflux", "off.Off"], {"off.py": SWITCHES})
        p.read()
        p.send_tuple("1", "x")
        asked: List[Any] = [p.read() for _ in range(3)]
        self.assertEqual(asked, [
            {"command": "emit", "anchors": [], "need_task_ids": False, "tuple": ["loose"]},
            {"command": "emit", "anchors": ["1"], "stream": "errors", "need_task_ids": False, "tuple": ["text", 1]},
            {"command": "emit", "anchors": [], "tuple": ["asked"]},
        ])
        p.send_tuple("2", "raise")  # it overtakes the task ids
        p.send([5, 6])
        p.send_tuple("3", None, component=None, stream="__heartbeat", task=-1)
        code, messages, err = p.end()
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(messages[1]["task"], 4)
        self.assertEqual(words(messages[3]), "ack 1")
        self.assertIn("already acked or failed, so nothing can be anchored to it", messages[4]["msg"])
        self.assertRegex(messages[5]["msg"], r"(?s)^Traceback.*\nValueError: no good\nwith Tuple\(component='sentences', .*'raise'")
        self.assertNotIn("stormflux", messages[5]["msg"])  # no frames of the package
        self.assertEqual([words(m) for m in (messages[0], messages[2], messages[6])], ["log [5, 6]", "log [4]", "sync"])
        self.assertEqual(len(messages), 7)

    def test_mistakes_are_explained(self) -> None:
        cases = {
            "self.emit('word')": "TypeError: emit needs a list of values, not str: 'word'",
            "self.emit(['a', 'b'])": "ValueError: stream \"default\" has 1 field (word), not 2: ['a', 'b']",
            "self.emit(['a'], stream='error')": 'ValueError: "split" has no stream "error"; its streams: default, errors',
            "self.emit([{1, 2}])": "TypeError: a value of type set cannot be sent: Object of type set is not JSON serializable",
            "self.emit([b'x'])": "TypeError: a value of type bytes cannot be sent: Object of type bytes is not JSON serializable",
            "tup['word']": 'KeyError: \'no field "word" in stream "default" of "sentences"; its fields: sentence\'',
            "self.log('x', 'loud')": 'ValueError: unknown log level "loud"; known levels: trace, debug, info, warn, warning, error, critical',
        }
        p = Process(["-m", "stormflux", "faults.Faulty"], {"faults.py": FAULTS})
        p.read()
        for id, (code, want) in enumerate(cases.items()):
            p.send_tuple(str(id), code)
            self.assertEqual(p.read()["msg"].splitlines()[-2], want)
            self.assertEqual(words(p.read()), "fail %d" % id)
        p.send({"command": "next", "id": ""})
        self.assertIn('a bolt got the command "next"; is it declared as a spout?', p.read()["msg"])
        self.assertEqual(p.end(), (0, [], ""))

    def test_values(self) -> None:
        p = Process(["-m", "stormflux", "faults.Faulty"], {"faults.py": FAULTS})
        p.read()
        for code, want in {
            "[0.1, 1e300, 2.0]": [0.1, 1e300, 2.0],
            "['\\u00e9\\U0001f600\\ud800\\n', 'x']": ["\u00e9\U0001f600\ud800\n", "x"],
            "[None, True, 2**70, {'a': [1]}, (1, 2)]": [None, True, 2**70, {"a": [1]}, [1, 2]],
            "[]": [],
        }.items():
            p.send_tuple("1", "self.emit([%s])" % code)
            self.assertEqual(p.read()["tuple"], [want])
            p.read()
        p.send_tuple("1", "self.emit([float('-inf')])")
        self.assertEqual(p.read()["tuple"], [-float("inf")])
        p.end()

    def test_a_large_message_in_pieces(self) -> None:
        p = Process(["-m", "stormflux", "faults.Faulty"], {"faults.py": FAULTS})
        p.read()
        p.send_tuple("1", "self.emit([len(tup[1])])", "\u20ac" * 3_000_000)
        self.assertEqual(p.read()["tuple"], [3_000_000])
        p.end()

    def test_an_emit_does_not_wait_for_a_slow_process(self) -> None:
        p = Process(["-m", "stormflux", "slow.Slow"], {"slow.py": SLOW})
        p.read()
        p.send_tuple("1", "x")
        start = time.monotonic()
        self.assertEqual(words(p.read()), "emit ['early']")
        self.assertLess(time.monotonic() - start, 30)
        if sys.platform != "win32":
            p.process.send_signal(signal.SIGTERM)
            code, messages, err = p.end()
            self.assertEqual((code, [words(m) for m in messages], err), (143, ["log cleanup"], ""))
        else:
            p.process.kill()

    def test_an_exception_ends_the_process(self) -> None:
        files = {"bad.py": "import stormflux\nclass Bad(stormflux.Bolt):\n    def process(self, tup):\n        1 / 0\n"}
        p = Process(["-m", "stormflux", "bad.Bad"], files)
        p.read()
        p.send_tuple("1", "x")
        code, messages, err = p.end()
        self.assertEqual((code, messages[1]), (1, {"command": "fail", "id": "1"}))
        for text in (messages[0]["msg"], err):
            self.assertIn('bad.py", line 4, in process', text)
            self.assertIn("ZeroDivisionError: division by zero", text)

    def test_an_exception_of_initialize_is_reported(self) -> None:
        files = {"bad.py": "import stormflux\nclass Bad(stormflux.Spout):\n"
                 "    def initialize(self, conf, context): conf['url']\n    def next_tuple(self): pass\n"}
        p = Process(["-m", "stormflux", "bad.Bad"], files)
        p.read()
        code, messages, err = p.end()
        self.assertEqual(code, 1)
        self.assertEqual(messages[0]["msg"].splitlines()[-1], "KeyError: 'url'")
        self.assertIn("KeyError: 'url'", err)

    def test_a_timer_ends_a_batch(self) -> None:
        p = Process(["-m", "stormflux", "timed.Timed"], {"timed.py": TIMED})
        p.read()
        p.send_tuple("1", "a")
        self.assertEqual([words(p.read()) for _ in range(2)], ["emit ['a']", "ack 1"])
        p.send_tuple("2", "raise")
        self.assertIn("ValueError: bad batch\nwith Tuple", p.read()["msg"])
        self.assertEqual(words(p.read()), "fail 2")
        p.process.wait(timeout=30)
        code, messages, err = p.end()
        self.assertEqual((code, messages), (1, []))
        self.assertIn("ValueError: bad batch", err)


class Spouts(unittest.TestCase):
    def test_a_spout(self) -> None:
        p = Process(["-m", "stormflux", "numbers.py:Numbers"], {"numbers.py": SPOUT})
        p.read()
        for command in ("activate", "next"):
            p.send({"command": command, "id": ""})
        self.assertEqual([p.read() for _ in range(4)], [
            {"command": "log", "msg": "activate", "level": 2},
            {"command": "sync"},
            {"command": "emit", "id": {"n": 1}, "need_task_ids": False, "tuple": ["one"]},
            {"command": "sync"},
        ])
        p.send({"command": "next", "id": ""})
        self.assertEqual(p.read(), {"command": "emit", "id": 2, "tuple": ["two"]})
        # Without ackers, Storm acks within the emit, and waits for the answer before it sends the task ids.
        p.send({"command": "ack", "id": 2})
        self.assertEqual(p.read(), {"command": "sync"})
        p.send([7])
        self.assertEqual([words(p.read()) for _ in range(3)], ["log [7]", "sync", "log ack 2"])
        p.send({"command": "fail", "id": {"n": 1}})
        p.send({"command": "deactivate", "id": ""})
        p.send({"command": "unheard", "id": ""})
        self.assertEqual([words(p.read()) for _ in range(5)], ["log fail {'n': 1}", "sync", "log deactivate", "sync", "sync"])
        p.send({"command": "next", "id": ""})
        code, messages, err = p.end()
        self.assertEqual(code, 1)
        self.assertIn("RuntimeError: empty", messages[0]["msg"])
        self.assertEqual([m["command"] for m in messages], ["error", "sync"])

    @unittest.skipUnless(hasattr(__import__("select"), "poll"), "needs poll")
    def test_a_spout_that_blocks_does_not_outlive_storm(self) -> None:
        files = {"block.py": "import time, stormflux\nclass Block(stormflux.Spout):\n    def next_tuple(self): time.sleep(300)\n"}
        p = Process(["-m", "stormflux", "block.Block"], files)
        p.read()
        p.send({"command": "next", "id": ""})
        assert p.process.stdin
        p.process.stdin.close()
        self.assertEqual(p.process.wait(timeout=30), 1)
        self.assertIn("standard input is closed and the component does not return", p.end()[2])


if __name__ == "__main__":
    unittest.main()
