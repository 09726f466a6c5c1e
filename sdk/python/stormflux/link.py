"""The two pipes between a component and Storm.

A message is JSON text, a newline, and the line "end". Messages to Storm are buffered. They are written before the
component waits for its next input, and at most a few milliseconds after they were made.
"""

import json
import os
import threading
import time
from collections import deque
from typing import Any, Deque, Dict, List, Union

END = b"\nend\n"
BLOCK = 65536
LATEST = 0.005  # seconds that a message waits while the component's code runs


class StormWentAway(Exception):
    """Storm closed the pipes: the component must end."""


class Link:
    """Reads messages from one file descriptor and writes messages to another. Only one thread may read."""

    def __init__(self, source: int, sink: int) -> None:
        self.source = source
        self._sink = sink
        self._unread: Deque[str] = deque()  # texts of messages
        self._part: List[bytes] = []  # the beginning of a message
        self._tail = b""  # the last bytes of it
        self._kept: Deque[Dict[str, Any]] = deque()  # messages that came before the task ids that were asked for
        self._waiting = False
        self.ended = False
        self._lock = threading.Lock()
        self._texts: List[str] = []  # to be written
        self._size = 0
        self._broken = False
        self._written = threading.Event()
        self._decode = json.JSONDecoder().raw_decode
        self._pid = os.getpid()
        threading.Thread(target=self._flush_late, name="stormflux-flush", daemon=True).start()

    def read(self) -> Dict[str, Any]:
        """Return the next message that is not a list of task ids."""
        if self._kept:
            return self._kept.popleft()
        while True:
            message = self._read_any()
            if not isinstance(message, list):
                return message  # type: ignore[no-any-return]

    def read_task_ids(self) -> Union[List[int], Dict[str, Any]]:
        """Return the next message, which is a list of task ids or comes before it: see keep."""
        return self._read_any()  # type: ignore[no-any-return]

    def keep(self, message: Dict[str, Any]) -> None:
        """Let read return the message later."""
        self._kept.append(message)

    def _read_any(self) -> Any:
        while not self._unread:
            self._read_block()
        text = self._unread.popleft()
        try:
            return self._decode(text)[0]
        except ValueError as error:
            raise ValueError("a message of Storm is not JSON: %s: %.200r" % (error, text)) from None

    def _read_block(self) -> None:
        # A message that another thread makes from now on is written at once.
        self._waiting = True
        self.flush()
        block = os.read(self.source, BLOCK)
        self._waiting = False
        if not block:
            self.ended = True
            raise StormWentAway("standard input is closed")
        if END not in self._tail + block:
            self._part.append(block)
            self._tail = (self._tail + block)[1 - len(END) :]
            return
        self._part.append(block)
        data = b"".join(self._part)
        cut = data.rindex(END)
        self._unread.extend(data[:cut].decode("utf-8", "replace").split("\nend\n"))
        rest = data[cut + len(END) :]
        self._part = [rest] if rest else []
        self._tail = rest[1 - len(END) :]

    def write(self, text: str) -> None:
        """Write a message: its text with its end. Any thread may write."""
        with self._lock:
            texts = self._texts
            texts.append(text)
            self._size += len(text)
            if len(texts) == 1 and not self._waiting:
                self._written.set()
        if self._waiting or self._size > BLOCK:
            self.flush()

    def flush(self) -> None:
        """Write what is buffered."""
        with self._lock:
            if not self._texts:
                return
            if os.getpid() != self._pid:
                self._texts = []
                raise RuntimeError("a forked process cannot talk to Storm: only the component itself can")
            data = memoryview("".join(self._texts).encode("ascii"))
            self._texts = []
            self._size = 0
            try:
                while data:
                    data = data[os.write(self._sink, data) :]
            except OSError as error:
                self._broken = True
                raise StormWentAway("standard output: %s" % error) from None

    def _flush_late(self) -> None:
        while not self._broken:
            self._written.wait()
            time.sleep(LATEST)
            self._written.clear()
            try:
                self.flush()
            except StormWentAway:
                return  # the thread that reads finds it out


_quote = json.encoder.encode_basestring_ascii
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def _float(value: float) -> str:
    text = repr(float(value))
    if text[-1] == "f":  # an infinity: Storm reads a number out of range as one
        return "-1e999" if value < 0 else "1e999"
    return "NaN" if text == "nan" else text


def encode_text(text: str) -> str:
    """Return a string as JSON."""
    return _quote(text)


def encode_value(value: Any) -> str:
    """Return a value as JSON on one line."""
    kind = type(value)
    if kind is str:
        return _quote(value)
    if kind is float:
        return _float(value)
    try:
        return _encode(value)
    except (TypeError, ValueError) as error:
        raise TypeError("a value of type %s cannot be sent: %s" % (kind.__name__, error)) from None


def encode_values(values: Any) -> str:
    """Return the values of a tuple as a JSON list."""
    if len(values) == 1 and type(values[0]) is str:
        return "[" + _quote(values[0]) + "]"
    return "[" + ",".join([encode_value(value) for value in values]) + "]"


def message(command: str, **members: Any) -> str:
    """Return a message to Storm, with its end."""
    return _encode({"command": command, **members}) + "\nend\n"


SYNC = message("sync")
