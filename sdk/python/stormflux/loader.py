"""Finds the class of a component, and starts it as its own library would."""

import importlib
import importlib.util
import os
import sys
import traceback
from types import ModuleType
from typing import Any, List, Optional, Sequence, Tuple

from . import petrel, stdio
from .batch import BatchingBolt
from .bolt import Bolt
from .component import FAILED, Component
from .link import Link, StormWentAway, message
from .spout import Spout

# The base classes of these are not what somebody means who misspells the name of a class.
LIBRARIES = ("stormflux", "streamparse", "pystorm", "petrel", "storm")

USAGE = "usage: python3 -m stormflux module.Class\n       python3 -m stormflux file.py:Class\n"


class LoadError(Exception):
    """A component cannot be started. The text is one sentence."""


def main(arguments: Sequence[str]) -> int:
    """Start the component that the arguments name."""
    if len(arguments) != 1 or arguments[0] in ("-h", "--help"):
        sys.stderr.write(USAGE)
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    pipes = stdio.take()  # what a module prints while it is imported must not reach Storm
    try:
        module, target = load(arguments[0])
        check(target)
        start = petrel.runner(module, target) if petrel.made(target) else target().run
    except LoadError as error:
        return refuse(str(error), error.__cause__)
    except Exception as error:
        return refuse('starting "%s" failed: %s' % (arguments[0], describe(error)), error)
    if not issubclass(target, Component):
        # The component of another library talks to Storm itself, through standard input and output.
        pipes.give_back()
        if any(base.__module__.split(".")[0] == "pystorm" for base in target.__mro__):
            # pystorm has kept standard output for itself. It means to make print safe, but fails on Python 3.
            sys.stdout = sys.stderr
    start()
    return 0


def refuse(sentence: str, cause: Optional[BaseException]) -> int:
    """Report why there is no component: to the reader of the log, and to Storm."""
    trace = ""
    if cause is not None:
        trace = without_import(cause) + "\n"
    sys.stderr.write(trace + "stormflux: " + sentence + "\n")
    sys.stderr.flush()
    if not os.isatty(stdio.take().source):
        tell_storm(trace + sentence)
    return FAILED


def without_import(error: BaseException) -> str:
    """Return the stack trace of an exception, without the code that imports a module."""
    frames = error.__traceback__
    while frames is not None and (
        os.path.dirname(frames.tb_frame.f_code.co_filename) in (os.path.dirname(__file__), os.path.dirname(importlib.__file__))
        or frames.tb_frame.f_code.co_filename.startswith("<frozen importlib")
    ):
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames)).rstrip()


def tell_storm(text: str) -> None:
    """Answer the handshake, so that Storm listens, and report the error."""
    link = Link(*stdio.descriptors())
    try:
        setup = link.read()
        if setup.get("pidDir"):
            open(os.path.join(setup["pidDir"], str(os.getpid())), "w").close()
        link.write('{"pid":%d}\nend\n' % os.getpid())
        link.write(message("error", msg=text))
        link.flush()
    except (StormWentAway, OSError, ValueError, AttributeError):
        pass  # nobody listens


def load(spec: str) -> Tuple[ModuleType, Any]:
    """Return the module and the class that a SPEC names."""
    path, colon, name = spec.rpartition(":")
    if colon and path.endswith(".py"):
        module = import_file(path)
    elif spec.endswith(".py"):
        raise LoadError('"%s" names no class: write %s:Class' % (spec, spec) + offer(import_file(spec)))
    else:
        path, dot, name = spec.replace(":", ".").rpartition(".")
        if not dot or not path or not name:
            raise LoadError('"%s" names no class: write module.Class or file.py:Class' % spec)
        module = import_module(path)
    try:
        return module, getattr(module, name)
    except AttributeError:
        raise LoadError('module "%s" has no class "%s"%s' % (path, name, suggest(name, module))) from None


def import_file(path: str) -> ModuleType:
    """Import a file as a module. As for a script, its folder is the first place to import from."""
    if not os.path.isfile(path):
        raise LoadError('file "%s" does not exist in %s' % (path, os.getcwd()))
    path = os.path.abspath(path)
    sys.path.insert(0, os.path.dirname(path))
    name = os.path.splitext(os.path.basename(path))[0]
    if name in sys.modules:
        name = "component_" + name
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise import_error(os.path.basename(path), error) from error
    return module


def import_module(name: str) -> ModuleType:
    """Import a module from the working directory, its folder resources, or the path of Python."""
    folder = os.getcwd()
    if "" not in sys.path and folder not in sys.path:
        sys.path.insert(0, folder)
    below = os.path.join(folder, "resources")
    if os.path.isfile(os.path.join(below, name.replace(".", os.sep) + ".py")):
        sys.path.append(below)  # streamparse looks there too
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name == name or name.startswith("%s." % error.name):
            raise LoadError('module "%s" is not found%s' % (error.name, suggest_module(str(error.name)))) from None
        raise import_error(name, error) from error
    except (Exception, SystemExit) as error:
        raise import_error(name, error) from error


def import_error(name: str, error: BaseException) -> LoadError:
    if isinstance(error, SystemExit):
        return LoadError(
            'importing "%s" ended the process; a component that starts itself does so after if __name__ == "__main__"' % name
        )
    if isinstance(error, ModuleNotFoundError):
        return LoadError('"%s" imports "%s", which is not installed' % (name, error.name))
    return LoadError('importing "%s" failed: %s' % (name, describe(error)))


def describe(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return "%s: %s" % (type(error).__name__, text) if text else type(error).__name__


def components(module: ModuleType) -> List[str]:
    """Return the names of the components of a module."""
    return [
        name
        for name, value in vars(module).items()
        if isinstance(value, type)
        and callable(getattr(value, "run", None))
        and value.__module__.split(".")[0] not in LIBRARIES
    ]


def offer(module: ModuleType) -> str:
    names = components(module)
    return "; its components: " + ", ".join(names) if names else ""


def matches(name: str, names: List[str]) -> List[str]:
    import difflib  # only an error needs it: a component should start quickly

    return difflib.get_close_matches(name, names, 1)


def suggest(name: str, module: ModuleType) -> str:
    for near in matches(name, components(module)):
        return '; did you mean "%s"?' % near
    return offer(module) or "; it has no component"


def suggest_module(name: str) -> str:
    parent, _, last = name.rpartition(".")
    try:
        folders = list(importlib.import_module(parent).__path__) if parent else [os.getcwd()]
    except Exception:
        folders = []
    names = []
    for folder in folders:
        for entry in os.listdir(folder or "."):
            stem, extension = os.path.splitext(entry)
            if extension == ".py" or not extension and os.path.isfile(os.path.join(folder, entry, "__init__.py")):
                names.append(stem)
    for near in matches(last, names):
        return '; did you mean "%s"?' % (parent + "." + near if parent else near)
    return ", neither in %s nor on the path of Python" % os.getcwd()


def check(target: Any) -> None:
    """Refuse what is no component."""
    name = getattr(target, "__name__", repr(target))
    if not isinstance(target, type):
        raise LoadError('"%s" is no class, but a %s' % (name, type(target).__name__))
    if not callable(getattr(target, "run", None)):
        raise LoadError('class "%s" is no component: it must extend stormflux.Spout or stormflux.Bolt' % name)
    for base, method in ((Spout, "next_tuple"), (BatchingBolt, "process_batch"), (Bolt, "process")):
        if issubclass(target, base):
            if getattr(target, method) is getattr(base, method):
                raise LoadError('class "%s" has no method "%s"' % (name, method))
            return
