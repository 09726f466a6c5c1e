"""What spouts and bolts have in common."""

import logging
import os
import signal
import sys
import threading
import traceback
from types import FrameType, TracebackType
from typing import Any, Dict, List, NoReturn, Optional, Sequence, Union

from . import log, orphan, stdio
from .link import Link, StormWentAway, encode_text, encode_values, message
from .tuples import Context, Tuple

DEFAULT_STREAM = "default"

FAILED = 1
TERMINATED = 128 + signal.SIGTERM


class Component:
    """The base of Spout and Bolt."""

    exit_on_exception: bool = True
    """Whether the process ends after an exception. Storm then restarts the worker. It is reported in any case."""

    log_level: Union[int, str] = logging.INFO
    """The lowest level that is sent to Storm. With topology.debug it is debug."""

    conf: Dict[str, Any]
    """The configuration of the topology, with the component's own settings."""
    context: Context
    """The place of the component in its topology."""
    logger: logging.Logger = logging.getLogger("stormflux")
    """A logger that writes to Storm's log under the component's name, from initialize on."""
    task_id: int = 0
    component_name: str = ""
    topology_name: str = ""

    _link: Link
    _fields: Optional[Dict[str, List[str]]] = None  # of each stream; None if they are not known

    def initialize(self, conf: Dict[str, Any], context: Context) -> None:
        """Prepare the component before its first tuple. An exception ends the process."""

    def cleanup(self) -> None:
        """Release what the component holds. Storm may kill a worker without it."""

    def run(self) -> NoReturn:
        """Run the component as this process, and exit. Nothing printed from now on can break the protocol."""
        _exit(self._run_process())

    def report_error(self, error: Union[BaseException, str], tup: Optional[Tuple] = None) -> None:
        """Report an error to Storm, which shows it among the errors of the component."""
        text = trace(error) if isinstance(error, BaseException) else error
        if tup is not None:
            text = "%s\nwith %r" % (text, tup)
        self._write(message("error", msg=text))

    def log(self, text: Any, level: Union[int, str] = logging.INFO) -> None:
        """Write to Storm's log, whatever log_level is. The logger is better: it drops what is not wanted."""
        self._write(message("log", msg=str(text), level=log.storm_level(log.level_number(level))))

    def report_metric(self, name: str, params: Any) -> None:
        """Pass params, any JSON, to the metric of that name.

        The metric must be registered in the JVM for the component. If it is not, Storm ends the worker. Components that
        are only a program have no metrics.
        """
        self._write(message("metrics", name=name, params=params))

    def _write(self, text: str) -> None:
        self._link.write(text)

    def _emit(
        self,
        head: str,
        values: Sequence[Any],
        stream: Optional[str],
        direct_task: Optional[int],
        need_task_ids: bool,
    ) -> Optional[List[int]]:
        """Emit a tuple. head is the beginning of the message, without a comma."""
        if not isinstance(values, (list, tuple)):
            raise TypeError("emit needs a list of values, not %s: %.200r" % (type(values).__name__, values))
        if self._fields is not None:
            self._check(stream or DEFAULT_STREAM, values)
        if stream is not None and stream != DEFAULT_STREAM:
            head += ',"stream":' + encode_text(stream)
        if direct_task is not None:
            head += ',"task":%d' % direct_task
        wait = need_task_ids and direct_task is None
        if not wait:
            head += ',"need_task_ids":false'
        self._link.write(head + ',"tuple":' + encode_values(values) + "}\nend\n")
        if wait:
            return self._task_ids()
        return [direct_task] if need_task_ids and direct_task is not None else None

    def _check(self, stream: str, values: Sequence[Any]) -> None:
        fields = self._fields.get(stream)  # type: ignore[union-attr]
        if fields is None:
            known = ", ".join(sorted(self._fields)) or "none"  # type: ignore[arg-type]
            raise ValueError('"%s" has no stream "%s"; its streams: %s' % (self.component_name, stream, known))
        if len(fields) != len(values):
            raise ValueError(
                'stream "%s" has %d field%s (%s), not %d: %.200r'
                % (stream, len(fields), "" if len(fields) == 1 else "s", ", ".join(fields), len(values), values)
            )

    def _task_ids(self) -> List[int]:
        while True:
            answer = self._link.read_task_ids()
            if isinstance(answer, list):
                return answer
            self._overtaken(answer)

    def _overtaken(self, command: Dict[str, Any]) -> None:
        """Handle a message that came before the task ids that were asked for."""
        self._link.keep(command)

    def _handle(self, message: Dict[str, Any]) -> None:
        """Handle a message of Storm."""
        raise NotImplementedError

    def _failed(self, error: Exception) -> None:
        """Report an exception of the component's code."""
        self.report_error(error)

    def _start(self, link: Link, conf: Dict[str, Any], context: Dict[str, Any]) -> None:
        self._link = link
        self.conf = conf
        self.context = Context(context)
        self.task_id = self.context.task_id
        self.component_name = self.context.component_id
        self.topology_name = conf.get("topology.name", "")
        fields = context.get("stream->outputfields")
        self._fields = fields if fields or context.get("streams") == [] else None

    def _run_process(self) -> int:
        link = Link(*stdio.descriptors())
        ready = False
        try:
            _stop_on_signals()
            self._handshake(link)
            orphan.watch(link.source, lambda: link.ended)
            ready = self._initialize()
            return self._serve(link) if ready else FAILED
        except StormWentAway:
            return 0
        except SystemExit as end:
            if isinstance(end.code, str):
                print(end.code, file=sys.stderr)
            return end.code if isinstance(end.code, int) else FAILED
        finally:
            self._end(link, ready)

    def _handshake(self, link: Link) -> None:
        setup = link.read()
        pid = os.getpid()
        if setup.get("pidDir"):
            # The supervisor kills the processes that are named here.
            open(os.path.join(setup["pidDir"], str(pid)), "w").close()
        self._start(link, setup.get("conf") or {}, setup.get("context") or {})
        # `stormflux run` reads "pipelining": it may send a command before it has the answer to the last one.
        link.write('{"pid":%d,"pipelining":true}\nend\n' % pid)
        link.flush()
        self.logger = log.configure(self, self.conf)
        sys.stdout.flush()  # what the module printed while it was imported
        sys.stdout = log.LogStream(logging.getLogger("stormflux.stdout"))

    def _initialize(self) -> bool:
        try:
            self.initialize(self.conf, self.context)
        except StormWentAway:
            raise
        except Exception as error:
            self.report_error(error)
            print(trace(error), file=sys.stderr)
            return False
        return True

    def _serve(self, link: Link) -> int:
        while True:
            try:
                self._handle(link.read())
            except StormWentAway:
                raise
            except Exception as error:
                self._failed(error)
                if self.exit_on_exception:
                    # Storm shows standard error if it finds that the process has ended before it reads the report.
                    print(trace(error), file=sys.stderr)
                    return FAILED

    def _end(self, link: Link, ready: bool) -> None:
        try:
            if ready:
                self.cleanup()
        except Exception as error:
            print(trace(error), file=sys.stderr)
        try:
            sys.stdout.flush()
            link.flush()
        except StormWentAway:
            pass  # it no longer reads


def trace(error: BaseException) -> str:
    """Return the stack trace of an exception, without our own code at its beginning."""
    frames: Optional[TracebackType] = error.__traceback__
    while frames is not None and os.path.dirname(frames.tb_frame.f_code.co_filename) == os.path.dirname(__file__):
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames or error.__traceback__)).rstrip()


def _stop_on_signals() -> None:
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _stop)
        signal.signal(signal.SIGINT, _stop)


def _stop(number: int, frame: Optional[FrameType]) -> None:
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(TERMINATED)


def _exit(code: int) -> NoReturn:
    """Exit, even if threads of the component still run."""
    if any(not t.daemon and t is not threading.current_thread() for t in threading.enumerate()):
        logging.shutdown()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


Anchors = Sequence[Union[Tuple, str]]
