"""What a component prints or logs goes to Storm's log, and never between two messages of the protocol."""

import io
import logging
import os
import sys
from typing import TYPE_CHECKING, Any, BinaryIO, Mapping, Union, cast

from .link import message

if TYPE_CHECKING:
    from .component import Component

TRACE = 5
"""Storm's lowest level, below logging.DEBUG."""

_LEVELS = {"trace": TRACE, "debug": logging.DEBUG, "info": logging.INFO, "warn": logging.WARNING}
_LEVELS.update({"warning": logging.WARNING, "error": logging.ERROR, "critical": logging.CRITICAL})


def level_number(level: Union[int, str]) -> int:
    """Return the number of a level of package logging, by its name or number."""
    if isinstance(level, int):
        return level
    try:
        return _LEVELS[level.lower()]
    except KeyError:
        raise ValueError('unknown log level "%s"; known levels: %s' % (level, ", ".join(_LEVELS))) from None


def storm_level(level: int) -> int:
    """Return Storm's level, from 0 (trace) to 4 (error), for a level of package logging."""
    for storm, above in enumerate((logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR)):
        if level < above:
            return storm
    return 4


class StormHandler(logging.Handler):
    """A logging handler that sends records to Storm, which adds the time and the component."""

    def __init__(self, component: "Component") -> None:
        super().__init__()
        self._component = component
        self._pid = os.getpid()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)
            if os.getpid() != self._pid:  # a forked process: standard error is Storm's log too
                print(text, file=sys.__stderr__)
                return
            self._component._write(message("log", msg=text, level=storm_level(record.levelno)))
        except Exception:
            self.handleError(record)


class LogStream(io.TextIOBase):
    """A text stream that logs each line: sys.stdout of a component."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._line = ""

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    @property
    def buffer(self) -> BinaryIO:
        """Bytes go to standard error, which Storm writes to its log too."""
        return cast(BinaryIO, getattr(sys.__stdout__, "buffer"))

    def fileno(self) -> int:
        return 1

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError("write() argument must be str, not %s" % type(text).__name__)
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            if line.strip():
                self._logger.info("%s", line)
        return len(text)

    def flush(self) -> None:
        if self._line.strip():
            line, self._line = self._line, ""
            self._logger.info("%s", line)


def configure(component: "Component", conf: Mapping[str, Any]) -> logging.Logger:
    """Connect package logging to Storm, and return the logger of the component.

    If the program has configured the root logger, it stays as it is: only the component's own logger then writes to Storm.
    """
    level = logging.DEBUG if conf.get("topology.debug") else level_number(component.log_level)
    handler = StormHandler(component)
    ours = logging.getLogger("stormflux")
    if logging.getLogger().handlers:
        ours.addHandler(handler)
        ours.propagate = False
        ours.setLevel(level)
    else:
        logging.getLogger().addHandler(handler)
        logging.getLogger().setLevel(level)
    return logging.getLogger("stormflux." + component.component_name)
