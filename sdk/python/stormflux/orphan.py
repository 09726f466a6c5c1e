"""The end of a component whose code does not return although Storm has gone away."""

import os
import select
import sys
import threading
import time
from typing import Callable

GRACE = 5.0  # seconds that the component may take to return


def watch(source: int, stopped: Callable[[], bool]) -> None:
    """Watch the pipe from Storm in a thread. Windows has no poll: there, nothing is watched."""
    if hasattr(select, "poll"):
        threading.Thread(target=_wait, args=(source, stopped), name="stormflux-orphan", daemon=True).start()


def _wait(source: int, stopped: Callable[[], bool]) -> None:
    poll = select.poll()
    poll.register(source, 0)  # only the hang-up
    poll.poll()
    time.sleep(GRACE)
    if not stopped():
        print("standard input is closed and the component does not return: ending", file=sys.stderr)
        sys.stderr.flush()
        os._exit(1)
