"""Bolts."""

from typing import Any, Dict, List, Optional, Sequence, Union

from .component import Anchors, Component
from .link import SYNC, encode_text
from .tuples import HEARTBEAT_STREAM, SYSTEM_COMPONENT, TICK_STREAM, Tuple


class Bolt(Component):
    """A bolt handles tuples. Override process:

    class Split(Bolt):
        def process(self, tup):
            for word in tup[0].split():
                self.emit([word])
    """

    auto_ack: bool = True
    """Whether a tuple is acked when process returns, unless it was acked or failed before."""
    auto_anchor: bool = True
    """Whether the tuples that process emits are anchored to the current tuple."""
    auto_fail: bool = True
    """Whether a tuple fails when process raises an exception."""

    _current: Sequence[Tuple] = ()

    def process(self, tup: Tuple) -> None:
        """Handle a tuple."""
        raise NotImplementedError

    def process_tick(self, tup: Tuple) -> None:
        """Handle a tick. Storm sends one every topology.tick.tuple.freq.secs seconds; it is acked in any case."""

    def emit(
        self,
        values: Sequence[Any],
        stream: Optional[str] = None,
        anchors: Optional[Anchors] = None,
        direct_task: Optional[int] = None,
        need_task_ids: bool = False,
    ) -> Optional[List[int]]:
        """Emit a tuple.

        anchors are the tuples from which it is made; by default the current ones. direct_task is the only task that gets
        the tuple; the stream must be declared direct, and Storm 2.6 and later cannot do it for programs. With
        need_task_ids, return the tasks that get the tuple: this costs a round trip, and only the main thread may do it.
        """
        if anchors is None:
            anchors = self._current if self.auto_anchor else ()
        head = '{"command":"emit","anchors":[' + ",".join([_anchor(a) for a in anchors]) + "]"
        return self._emit(head, values, stream, direct_task, need_task_ids)

    def ack(self, tup: Tuple) -> None:
        """Tell Storm that the bolt is done with a tuple. A second time does nothing."""
        self._finish("ack", tup)

    def fail(self, tup: Tuple) -> None:
        """Tell Storm that the bolt could not handle a tuple. After an ack or a fail it does nothing."""
        self._finish("fail", tup)

    def heartbeat(self) -> None:
        """Tell Storm that the bolt is alive. Only a process that takes longer than 30 seconds must call it."""
        self._link.write(SYNC)
        self._link.flush()

    def _finish(self, command: str, tup: Tuple) -> None:
        if not tup._done:  # a second ack would kill Storm's worker
            tup._done = True
            self._link.write('{"command":"' + command + '","id":' + encode_text(tup.id) + "}\nend\n")

    def _handle(self, message: Dict[str, Any]) -> None:
        try:
            component, stream, task = message["comp"], message["stream"], message["task"]
        except KeyError:
            raise ValueError('a bolt got the command "%s"; is it declared as a spout?' % message.get("command")) from None
        if task == -1 and stream == HEARTBEAT_STREAM:
            self._link.write(SYNC)
            return
        if component == SYSTEM_COMPONENT and stream == TICK_STREAM:
            tup = Tuple(message["id"], component, stream, task, message["tuple"], ("rate_secs",))
            self._current = (tup,)
            self.process_tick(tup)
            self.ack(tup)  # a tick that is not acked stays in Storm's table forever
        else:
            tup = Tuple(message["id"], component, stream, task, message["tuple"], self._source_fields(component, stream))
            self._current = (tup,)
            self.process(tup)
            self._processed(tup)
        self._current = ()

    def _processed(self, tup: Tuple) -> None:
        if self.auto_ack:
            self._finish("ack", tup)

    def _source_fields(self, component: str, stream: str) -> Sequence[str]:
        try:
            return self.context["source->stream->fields"][component][stream]  # type: ignore[no-any-return]
        except KeyError:
            return ()

    def _failed(self, error: Exception) -> None:
        current, self._current = self._current, ()
        self.report_error(error, current[0] if len(current) == 1 else None)
        for tup in current:
            if tup.is_tick:
                self._finish("ack", tup)
            elif self.auto_fail:
                self._finish("fail", tup)


def _anchor(anchor: Union[Tuple, str]) -> str:
    if isinstance(anchor, str):
        return encode_text(anchor)
    if anchor._done:  # it would kill Storm's worker
        raise ValueError("the tuple is already acked or failed, so nothing can be anchored to it: %r" % (anchor,))
    return encode_text(anchor.id)
