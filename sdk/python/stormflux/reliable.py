"""Spouts that replay what failed."""

from typing import Any, Dict, List, Optional, Sequence

from .link import Link
from .spout import Spout


class ReliableSpout(Spout):
    """A spout that emits failed tuples again. Every emit needs a tup_id, which must be hashable."""

    max_fails: int = 3
    """How often a tuple is emitted again. After that it is given up: see gave_up."""

    _pending: Dict[Any, Dict[str, Any]]
    _fails: Dict[Any, int]

    def _start(self, link: Link, conf: Dict[str, Any], context: Dict[str, Any]) -> None:
        super()._start(link, conf, context)
        self._pending = {}
        self._fails = {}

    @property
    def pending(self) -> int:
        """The number of tuples that are neither acked nor given up."""
        return len(self._pending)

    def emit(
        self,
        values: Sequence[Any],
        tup_id: Any = None,
        stream: Optional[str] = None,
        direct_task: Optional[int] = None,
        need_task_ids: bool = False,
    ) -> Optional[List[int]]:
        """Emit a tuple, and keep it until it is acked."""
        if tup_id is None:
            raise ValueError("a reliable spout needs a tup_id for each tuple: %.200r" % (values,))
        self._pending[tup_id] = {"values": values, "stream": stream, "direct_task": direct_task}
        return super().emit(values, tup_id, stream, direct_task, need_task_ids)

    def ack(self, tup_id: Any) -> None:
        """Forget the tuple."""
        self._pending.pop(tup_id, None)
        self._fails.pop(tup_id, None)

    def fail(self, tup_id: Any) -> None:
        """Emit the tuple again, or give it up."""
        kept = self._pending.get(tup_id)
        if kept is None:
            self.logger.warning("unknown tuple failed: %r", tup_id)
            return
        fails = self._fails[tup_id] = self._fails.get(tup_id, 0) + 1
        if fails > self.max_fails:
            ReliableSpout.ack(self, tup_id)
            self.gave_up(tup_id, kept["values"])
            return
        super().emit(tup_id=tup_id, **kept)

    def gave_up(self, tup_id: Any, values: Sequence[Any]) -> None:
        """Learn that a tuple failed too often."""
        self.logger.error("gave up tuple %r after %d fails: %r", tup_id, self.max_fails + 1, values)
