"""Components of Petrel, started as its own runner (petrel.run) starts them."""

import importlib
import logging
import os
import sys
from types import ModuleType
from typing import Any, Callable


def made(target: Any) -> bool:
    """Report whether a class is a component of Petrel."""
    return any(base.__module__.split(".")[0] == "petrel" for base in target.__mro__)


def runner(module: ModuleType, target: Any) -> Callable[[], Any]:
    """Return what starts a component: the function run of its module, or else the method run of the class."""
    start = getattr(module, "run", None)
    if not callable(start):
        start = target().run
    return lambda: run(module, start)


def run(module: ModuleType, start: Callable[[], Any]) -> None:
    """Prepare the process as petrel.run does, and start the component."""
    os.environ.setdefault("SCRIPT", module.__name__)
    # A logconfig.ini of the application may name this file.
    os.environ.setdefault("PETREL_LOG_PATH", os.path.abspath("petrel%d_%s.log" % (os.getpid(), module.__name__)))
    if os.path.exists("logconfig.ini"):
        # Most components are of other libraries, so only Petrel's load this module.
        importlib.import_module("logging.config").fileConfig("logconfig.ini")
    if not logging.getLogger().handlers:
        # Petrel redirects standard error to a logger. Without a handler, that logger would write to standard error.
        logging.getLogger().addHandler(logging.StreamHandler(sys.stderr))
    importlib.import_module("petrel.storm").initialize_profiling()
    start()
