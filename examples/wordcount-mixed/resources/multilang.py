"""Storm's multilang protocol for a component in Python. It needs only the standard library.

A bolt is a function that takes a Tuple and emits:

    import multilang

    def split(tup):
        for word in tup.values[0].split():
            multilang.emit([word])

    multilang.run_bolt(split)

What the function emits is anchored to the tuple. The tuple is acked when the function returns. If the function raises an
exception, the tuple fails and the exception is reported to Storm. print() goes to standard error, which Storm writes to its
log.
"""

import json
import os
import sys
import traceback
from collections import deque, namedtuple

Tuple = namedtuple("Tuple", "id component stream task values")

LEVELS = {"trace": 0, "debug": 1, "info": 2, "warn": 3, "error": 4}

conf = {}
context = {}

_in = None
_out = None
_anchor = None
_waiting = deque()  # messages that arrived while we waited for task ids


def _take_stdio():
    """Keep the pipes to Storm for the protocol: printed text must not get between two messages."""
    global _in, _out
    _in = os.fdopen(os.dup(0), "r", encoding="utf-8", newline="\n")
    _out = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    sys.stdout = sys.stderr


def _read():
    lines = []
    while True:
        line = _in.readline()
        if not line:  # Storm has closed the pipe
            sys.exit(0)
        line = line.rstrip("\r\n")
        if line == "end":
            return json.loads("\n".join(lines))
        lines.append(line)


def _send(message):
    _out.write(json.dumps(message) + "\nend\n")


def _handshake():
    _take_stdio()
    message = _read()
    conf.update(message["conf"])
    context.update(message["context"])
    pid = os.getpid()
    if message.get("pidDir"):
        open(os.path.join(message["pidDir"], str(pid)), "w").close()
    _send({"pid": pid})
    _out.flush()


def _next(wanted):
    """Return the next message that is a list (task ids) or a dict, as wanted. Other messages wait."""
    for i, message in enumerate(_waiting):
        if isinstance(message, wanted):
            del _waiting[i]
            return message
    while True:
        _out.flush()
        message = _read()
        if isinstance(message, wanted):
            return message
        _waiting.append(message)


def emit(values, stream=None, anchors=None, id=None, need_task_ids=False):
    """Emit a tuple. In a bolt, it is anchored to the current tuple unless anchors names others. In a spout, id is the message id.
    With need_task_ids, return the tasks that get the tuple. This costs a round trip."""
    message = {"command": "emit", "tuple": values, "need_task_ids": need_task_ids}
    if stream is not None:
        message["stream"] = stream
    if id is not None:
        message["id"] = id
    if anchors is None and _anchor is not None:
        anchors = [_anchor]
    if anchors:
        message["anchors"] = [tup.id for tup in anchors]
    _send(message)
    if need_task_ids:
        return _next(list)
    return None


def log(message, level="info"):
    """Write to Storm's log."""
    _send({"command": "log", "msg": str(message), "level": LEVELS[level]})


def run_bolt(execute, prepare=None, tick=None):
    """Serve a bolt until Storm closes the pipe. Call execute with each tuple, and tick with each tick tuple."""
    global _anchor
    _handshake()
    if prepare:
        prepare()
    while True:
        message = _next(dict)
        tup = Tuple(message["id"], message["comp"], message["stream"], message["task"], message["tuple"])
        if tup.task == -1 and tup.stream == "__heartbeat":
            _send({"command": "sync"})
            continue
        is_tick = tup.component == "__system" and tup.stream == "__tick"
        _anchor = tup
        try:
            if not is_tick:
                execute(tup)
            elif tick:
                tick(tup)
            _send({"command": "ack", "id": tup.id})
        except Exception:
            _send({"command": "error", "msg": "%s\nwith tuple %r" % (traceback.format_exc(), tup)})
            _send({"command": "fail", "id": tup.id})
        _anchor = None


def run_spout(next_tuple, prepare=None, ack=None, fail=None):
    """Serve a spout until Storm closes the pipe. Call ack and fail with the message ids that next_tuple gave to emit."""
    _handshake()
    if prepare:
        prepare()
    while True:
        message = _next(dict)
        command = message["command"]
        try:
            if command == "next":
                next_tuple()
            elif command == "ack" and ack:
                ack(message["id"])
            elif command == "fail" and fail:
                fail(message["id"])
        except Exception:
            _send({"command": "error", "msg": traceback.format_exc()})
        _send({"command": "sync"})
