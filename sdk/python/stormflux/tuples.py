"""Tuples, and the place of a component in its topology."""

from typing import Any, Dict, Iterator, List, Sequence, Union

HEARTBEAT_STREAM = "__heartbeat"
TICK_STREAM = "__tick"
SYSTEM_COMPONENT = "__system"


class Tuple:
    """A tuple that a bolt received.

    Values are read by position or by field: tup[0], tup["word"].
    """

    __slots__ = ("id", "component", "stream", "task", "values", "fields", "_done")

    def __init__(
        self, id: str, component: str, stream: str, task: int, values: List[Any], fields: Sequence[str] = ()
    ) -> None:
        self.id = id
        self.component = component
        """The component that emitted the tuple."""
        self.stream = stream
        self.task = task
        """The task that emitted the tuple; -1 for a tick."""
        self.values = values
        self.fields = fields
        """The names of the values."""
        self._done = False

    def __getitem__(self, key: Union[int, str]) -> Any:
        if isinstance(key, str):
            try:
                return self.values[self.fields.index(key)]
            except ValueError:
                raise KeyError(
                    'no field "%s" in stream "%s" of "%s"; its fields: %s'
                    % (key, self.stream, self.component, ", ".join(self.fields) or "none")
                ) from None
        return self.values[key]

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values)

    def get(self, field: str, fallback: Any = None) -> Any:
        """Return the value of a field, or fallback if the stream has no such field."""
        return self[field] if field in self.fields else fallback

    def as_dict(self) -> Dict[str, Any]:
        """Return the values by field."""
        return dict(zip(self.fields, self.values))

    @property
    def is_tick(self) -> bool:
        """Whether Storm made the tuple because time has passed."""
        return self.component == SYSTEM_COMPONENT and self.stream == TICK_STREAM

    def __repr__(self) -> str:
        return "Tuple(component=%r, stream=%r, task=%r, values=%r, id=%r)" % (
            self.component,
            self.stream,
            self.task,
            self.values,
            self.id,
        )


class Context(Dict[str, Any]):
    """The place of a component in its topology. It is the map that Storm sends, with names for what is in it."""

    @property
    def task_id(self) -> int:
        """The id of this task."""
        return int(self.get("taskid", 0))

    @property
    def component_id(self) -> str:
        """The id of this component."""
        # Storm before 0.10 does not send the id of the component.
        return str(self.get("componentid") or self.component_of(self.task_id))

    def component_of(self, task: int) -> str:
        """Return the component of a task, or ""."""
        return str(self.get("task->component", {}).get(str(task), ""))

    def tasks(self, component: str) -> List[int]:
        """Return the ids of a component's tasks in ascending order."""
        return sorted(int(task) for task, name in self.get("task->component", {}).items() if name == component)

    @property
    def task_index(self) -> int:
        """The position of this task among the tasks of its component, counted from 0."""
        return self.tasks(self.component_id).index(self.task_id)

    @property
    def task_count(self) -> int:
        """The number of the tasks of this component."""
        return len(self.tasks(self.component_id))

    @property
    def output_fields(self) -> Dict[str, List[str]]:
        """The fields of each stream of this component."""
        return dict(self.get("stream->outputfields", {}))

    def source_fields(self, component: str, stream: str = "default") -> List[str]:
        """Return the fields of a stream of another component that this component reads."""
        return list(self.get("source->stream->fields", {}).get(component, {}).get(stream, []))
