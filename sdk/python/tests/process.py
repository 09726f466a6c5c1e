"""Components as processes, with a test in the place of Storm."""

import json
import os
import subprocess
import sys
import tempfile
from typing import Any, Dict, List, Optional, Sequence, Tuple

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

CONTEXT = {
    "task->component": {"1": "sentences", "2": "split", "3": "split"},
    "taskid": 3,
    "componentid": "split",
    "streams": ["default", "errors"],
    "stream->outputfields": {"default": ["word"], "errors": ["text", "line"]},
    "source->stream->fields": {"sentences": {"default": ["sentence"]}},
}


class Process:
    """A component as a process."""

    def __init__(self, arguments: Sequence[str], files: Dict[str, str], conf: Optional[Dict[str, Any]] = None) -> None:
        self.folder = tempfile.TemporaryDirectory()
        for name, text in files.items():
            with open(os.path.join(self.folder.name, name), "w", encoding="utf-8") as file:
                file.write(text)
        self.pid_dir = os.path.join(self.folder.name, "pids")
        os.mkdir(self.pid_dir)
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.folder.name,
            env={**os.environ, "PYTHONPATH": PACKAGE, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        self.send({"pidDir": self.pid_dir, "conf": {"topology.name": "test", **(conf or {})}, "context": CONTEXT})

    def send(self, message: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\nend\n")
        self.process.stdin.flush()

    def send_tuple(
        self, id: str, *values: Any, component: Optional[str] = "sentences", stream: str = "default", task: int = 1
    ) -> None:
        self.send({"id": id, "comp": component, "stream": stream, "task": task, "tuple": list(values)})

    def read(self) -> Any:
        assert self.process.stdout is not None
        lines: List[bytes] = []
        while True:
            line = self.process.stdout.readline()
            if not line:
                assert self.process.stderr is not None
                raise EOFError(self.process.stderr.read().decode())
            if line == b"end\n":
                return json.loads(b"".join(lines))
            lines.append(line)

    def end(self) -> Tuple[int, List[Any], str]:
        """Close the input; return the exit code, the messages that are left, and standard error."""
        assert self.process.stdin and self.process.stdout and self.process.stderr
        self.process.stdin.close()
        out = self.process.stdout.read()
        err = self.process.stderr.read()
        self.process.wait(timeout=30)
        self.process.stdout.close()
        self.process.stderr.close()
        self.folder.cleanup()
        texts = out.decode().split("\nend\n")
        assert texts.pop() == "", out
        return self.process.returncode, [json.loads(text) for text in texts], err.decode()
