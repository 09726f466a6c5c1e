"""The standard streams of a process that talks to Storm."""

import os
import sys
from typing import Optional, Tuple


class Pipes:
    """The pipes to Storm, out of the reach of print, C code and child processes.

    File descriptor 0 becomes empty input. File descriptor 1 becomes standard error, which Storm writes to its log.
    """

    def __init__(self) -> None:
        self.source = os.dup(0)
        self.sink = os.dup(1)
        if sys.platform == "win32":
            import msvcrt

            for fd in (self.source, self.sink):
                msvcrt.setmode(fd, os.O_BINARY)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)

    def give_back(self) -> None:
        """Make the pipes standard input and output again, for a component that reads and writes these."""
        sys.stdout.flush()
        os.dup2(self.source, 0)
        os.dup2(self.sink, 1)
        os.close(self.source)
        os.close(self.sink)


_taken: Optional[Pipes] = None


def take() -> Pipes:
    """Take the pipes of this process. A second call returns the same pipes."""
    global _taken
    if _taken is None:
        _taken = Pipes()
    return _taken


def descriptors() -> Tuple[int, int]:
    """Return the file descriptors of the pipes from and to Storm."""
    pipes = take()
    return pipes.source, pipes.sink
