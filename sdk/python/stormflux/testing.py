"""Tests of spouts and bolts without a process and without Storm.

    from stormflux.testing import BoltHarness

    bolt = BoltHarness(Split)
    bolt.process(["the fox"])
    assert bolt.values() == [["the"], ["fox"]]
    assert bolt.acked == ["1"]

Values go through JSON on their way in and out, as under Storm. An exception of the component is reported and fails its
tuple, as under Storm; then the harness raises it.
"""

import json
import logging
from dataclasses import dataclass, field
from typing import Any, Dict, Generic, List, Mapping, Optional, Sequence, Type, TypeVar, Union

from .batch import BatchingBolt
from .bolt import Bolt
from .component import DEFAULT_STREAM, Component
from .link import encode_values
from .log import StormHandler, level_number
from .spout import Spout
from .tuples import HEARTBEAT_STREAM, SYSTEM_COMPONENT, TICK_STREAM

__all__ = ["BoltHarness", "Emitted", "Logged", "SpoutHarness"]

_LEVELS = ("trace", "debug", "info", "warn", "error")


@dataclass
class Emitted:
    """A tuple that a component emitted."""

    values: List[Any]
    stream: str = DEFAULT_STREAM
    anchors: List[str] = field(default_factory=list)
    """The ids of the tuples to which a bolt anchored it."""
    tup_id: Any = None
    """The id that a spout gave it."""
    direct_task: Optional[int] = None


@dataclass
class Logged:
    """A line that a component logged."""

    level: str
    """trace, debug, info, warn or error."""
    text: str


class _Record:
    """What stands in the place of Storm: it keeps what a component writes."""

    def __init__(self) -> None:
        self.task_ids: List[int] = [1]
        self.clear()

    def clear(self) -> None:
        self.emitted: List[Emitted] = []
        self.acked: List[str] = []
        self.failed: List[str] = []
        self.errors: List[str] = []
        self.logs: List[Logged] = []
        self.syncs = 0

    def write(self, text: str) -> None:
        message = json.loads(text[: -len("\nend\n")])
        command = message["command"]
        if command == "emit":
            self.emitted.append(
                Emitted(
                    message["tuple"],
                    message.get("stream", DEFAULT_STREAM),
                    message.get("anchors", []),
                    message.get("id"),
                    message.get("task"),
                )
            )
        elif command == "ack":
            self.acked.append(message["id"])
        elif command == "fail":
            self.failed.append(message["id"])
        elif command == "error":
            self.errors.append(message["msg"])
        elif command == "log":
            self.logs.append(Logged(_LEVELS[message["level"]], message["msg"]))
        elif command == "sync":
            self.syncs += 1

    def flush(self) -> None:
        pass

    def read_task_ids(self) -> List[int]:
        return self.task_ids


C = TypeVar("C", bound=Component)
B = TypeVar("B", bound=Bolt)
S = TypeVar("S", bound=Spout)


class _Harness(Generic[C]):
    def __init__(
        self,
        component: Union[C, Type[C]],
        conf: Optional[Mapping[str, Any]] = None,
        streams: Optional[Mapping[str, Sequence[str]]] = None,
        sources: Optional[Mapping[str, Mapping[str, Sequence[str]]]] = None,
        name: str = "component",
        task_id: int = 1,
        tasks: Optional[Mapping[int, str]] = None,
    ) -> None:
        self.component: C = component() if isinstance(component, type) else component
        self._record = _Record()
        context = {
            "taskid": task_id,
            "componentid": name,
            "task->component": {str(t): c for t, c in (tasks or {task_id: name}).items()},
            "streams": list(streams or [DEFAULT_STREAM]),
            "stream->outputfields": {s: list(fields) for s, fields in (streams or {}).items()},
            "stream->target->grouping": {},
            "source->stream->grouping": {},
            "source->stream->fields": {c: {s: list(f) for s, f in ss.items()} for c, ss in (sources or {}).items()},
        }
        settings = json.loads(json.dumps({"topology.name": "test", **(conf or {})}))
        self.component._start(self._record, settings, context)  # type: ignore[arg-type]
        logger = logging.Logger("stormflux." + name, level_number(self.component.log_level))
        logger.addHandler(StormHandler(self.component))
        self.component.logger = logger
        self.component.initialize(self.component.conf, self.component.context)

    @property
    def emitted(self) -> List[Emitted]:
        """What the component emitted."""
        return self._record.emitted

    def values(self, stream: str = DEFAULT_STREAM) -> List[List[Any]]:
        """Return the values that the component emitted to a stream."""
        return [e.values for e in self.emitted if e.stream == stream]

    @property
    def errors(self) -> List[str]:
        """The errors that the component reported."""
        return self._record.errors

    @property
    def logs(self) -> List[Logged]:
        """What the component logged. Printed text is not among it."""
        return self._record.logs

    @property
    def task_ids(self) -> List[int]:
        """The tasks that get an emit with need_task_ids."""
        return self._record.task_ids

    @task_ids.setter
    def task_ids(self, tasks: List[int]) -> None:
        self._record.task_ids = tasks

    def clear(self) -> None:
        """Forget what the component did."""
        self._record.clear()

    def close(self) -> None:
        """End the component."""
        self.component.cleanup()

    def _send(self, message: Dict[str, Any]) -> List[Emitted]:
        before = len(self.emitted)
        try:
            self.component._handle(message)
        except Exception as error:
            self.component._failed(error)
            raise
        return self.emitted[before:]


class BoltHarness(_Harness[B]):
    """Runs a bolt in a test. The bolt is a class, or an object.

    streams has the fields of the bolt's own streams: {"default": ["word"]}. If it is given, an emit must fit it. sources
    has the fields of the streams that it reads: {"sentences": {"default": ["sentence"]}}.
    """

    def __init__(self, component: Union[B, Type[B]], **options: Any) -> None:
        super().__init__(component, **options)
        self._ids = 0

    @property
    def acked(self) -> List[str]:
        """The ids of the tuples that the bolt acked: "1" for the first one."""
        return self._record.acked

    @property
    def failed(self) -> List[str]:
        """The ids of the tuples that the bolt failed."""
        return self._record.failed

    def process(
        self,
        values: Sequence[Any],
        component: str = "source",
        stream: str = DEFAULT_STREAM,
        task: int = 2,
        id: Optional[str] = None,
    ) -> List[Emitted]:
        """Send the bolt a tuple, and return what it emits at once."""
        self._ids += 1
        values = json.loads(encode_values(values))
        return self._send(
            {"id": id or str(self._ids), "comp": component, "stream": stream, "task": task, "tuple": values}
        )

    def tick(self, seconds: int = 1) -> List[Emitted]:
        """Send the bolt a tick, and return what it emits at once. Its id is not among the acked ones."""
        acked = len(self.acked)
        emitted = self._send(
            {"id": "tick", "comp": SYSTEM_COMPONENT, "stream": TICK_STREAM, "task": -1, "tuple": [seconds]}
        )
        self.acked[acked:] = [id for id in self.acked[acked:] if id != "tick"]
        return emitted

    def heartbeat(self) -> bool:
        """Ask the bolt whether it is alive."""
        before = self._record.syncs
        self._send({"id": "heartbeat", "comp": None, "stream": HEARTBEAT_STREAM, "task": -1, "tuple": []})
        return self._record.syncs > before

    def end_batch(self) -> List[Emitted]:
        """End the batch of a BatchingBolt, as its tick or timer does, and return what it emits."""
        assert isinstance(self.component, BatchingBolt), "only a BatchingBolt has batches"
        before = len(self.emitted)
        try:
            self.component.process_batches()
        except Exception as error:
            self.component._failed(error)
            raise
        return self.emitted[before:]


class SpoutHarness(_Harness[S]):
    """Runs a spout in a test: see BoltHarness."""

    def next(self, times: int = 1) -> List[Emitted]:
        """Ask the spout for tuples, and return what it emits."""
        before = len(self.emitted)
        for _ in range(times):
            self._send({"command": "next", "id": ""})
        return self.emitted[before:]

    def ack(self, tup_id: Any) -> List[Emitted]:
        """Let the spout know that a tuple is done."""
        return self._send({"command": "ack", "id": tup_id})

    def fail(self, tup_id: Any) -> List[Emitted]:
        """Let the spout know that a tuple failed."""
        return self._send({"command": "fail", "id": tup_id})

    def activate(self) -> List[Emitted]:
        """Activate the spout."""
        return self._send({"command": "activate", "id": ""})

    def deactivate(self) -> List[Emitted]:
        """Deactivate the spout."""
        return self._send({"command": "deactivate", "id": ""})
