"""Spouts."""

from typing import Any, Dict, List, Optional, Sequence

from .component import Component
from .link import SYNC, encode_value


class Spout(Component):
    """A spout is a source of tuples. Override next_tuple:

    class Sentences(Spout):
        _answered: bool = False  # whether Storm has the answer to its current command

    def next_tuple(self):
            self.emit(["the quick brown fox"], tup_id=self.number)
    """

    def next_tuple(self) -> None:
        """Emit what is available, usually one tuple, and return.

        If it emits nothing, Storm waits a little before it asks again. It may block; acks and fails then wait.
        """
        raise NotImplementedError

    def ack(self, tup_id: Any) -> None:
        """Learn that the tuple with this id, and every tuple made from it, is done."""

    def fail(self, tup_id: Any) -> None:
        """Learn that the tuple with this id failed or took too long. Storm replays nothing by itself."""

    def activate(self) -> None:
        """Learn that the topology is activated. It is also called at the start, by Storm 1.1 and later."""

    def deactivate(self) -> None:
        """Learn that the topology is deactivated."""

    def emit(
        self,
        values: Sequence[Any],
        tup_id: Any = None,
        stream: Optional[str] = None,
        direct_task: Optional[int] = None,
        need_task_ids: bool = False,
    ) -> Optional[List[int]]:
        """Emit a tuple.

        tup_id is any JSON value, and ack or fail get it later; without it, the spout never hears what became of the tuple.
        direct_task and need_task_ids are those of Bolt.emit.
        """
        head = '{"command":"emit"'
        if tup_id is not None:
            head += ',"id":' + encode_value(tup_id)
        return self._emit(head, values, stream, direct_task, need_task_ids)

    def _handle(self, message: Dict[str, Any]) -> None:
        self._answered = message.get("answered", False)
        command = message.get("command")
        if command == "next":
            self.next_tuple()
        elif command == "ack":
            self.ack(message["id"])
        elif command == "fail":
            self.fail(message["id"])
        elif command == "activate":
            self.activate()
        elif command == "deactivate":
            self.deactivate()
        elif command is None:
            raise ValueError('a spout got a tuple from "%s"; is it declared as a bolt?' % message.get("comp"))
        self._answer()  # and also a command of a later Storm

    def _answer(self) -> None:
        if not self._answered:
            self._answered = True
            self._link.write(SYNC)

    def _overtaken(self, command: Dict[str, Any]) -> None:
        # Without ackers, Storm acks within the emit: it waits for the answer before it sends the task ids.
        if command.get("command") in ("ack", "fail"):
            self._link.write(SYNC)
            command["answered"] = True
        self._link.keep(command)

    def _failed(self, error: Exception) -> None:
        self.report_error(error)
        self._answer()
