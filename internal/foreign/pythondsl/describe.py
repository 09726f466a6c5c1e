"""Describes a topology that is written in Python, as JSON.

    python3 describe.py OUTPUT FILE CLASS

FILE has Topology classes of streamparse 3 and later (CLASS names one of them, or is empty), or a function create(builder) of
Petrel. Neither library is needed: the modules of both are stand-ins, which record what the file declares. So is every other
module that this machine lacks, because a topology does not use it before it runs. Only the classes of components must be here.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import sys
import traceback
import types


class Refused(Exception):
    """The file says something that has no form in YAML."""

    def __init__(self, message, places=()):
        super().__init__(message)
        self.places = places  # files and lines that it is about


# Stand-ins for modules that are not here.


class Anything(type):
    """The type of what a missing module has. Every attribute and every call of it is a stand-in too."""

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "spec":
            return lambda *args, **kwargs: Lost(cls.stands_for)
        return stand_in(cls.stands_for, cls.__name__ + "." + name)

    def __call__(cls, *args, **kwargs):
        if is_stand_in(cls):
            return cls
        return super().__call__(*args, **kwargs)


class Missing(metaclass=Anything):
    """The base of stand-ins. A class that derives from one is none: it belongs to the user."""

    stands_for = ""  # the missing module


stand_ins = {}


def stand_in(module, name):
    if (module, name) not in stand_ins:
        stand_ins[module, name] = Anything(name, (Missing,), {"stands_for": module})
    return stand_ins[module, name]


def is_stand_in(value):
    return isinstance(value, Anything) and "stands_for" in vars(value)


class Lost:
    """A component of streamparse whose class, or a base of it, is in a missing module."""

    def __init__(self, module):
        self.module = module
        call = sys._getframe(2)  # of spec
        self.place = (call.f_code.co_filename, call.f_lineno)

    def __getitem__(self, stream):
        return (self, stream)


def lost(found):
    """Return the refusal of a topology in which modules are missing, by the name of what needs them."""
    modules = ", ".join("no module %s for %s" % (quoted(v.module if isinstance(v, Lost) else v.stands_for), quoted(name)) for name, v in found.items())
    places = [v.place for v in found.values() if isinstance(v, Lost)]
    return Refused(modules + "; python3 looks beside the file, in src of its project, and among its own packages", places)


def unwritable(value):
    """Called by json for a value that is not one of JSON."""
    if is_stand_in(value):
        raise Refused("a value of the topology is from the module %s, which python3 does not find" % quoted(value.stands_for))
    raise TypeError("a value of the topology is no value of YAML: %r" % (value,))


def quoted(name):
    return json.dumps(name, ensure_ascii=False)


class StandIn(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return stand_in(self.__name__, name)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return StandIn(spec.name)

    def exec_module(self, module):
        pass


# streamparse


class Stream:
    def __init__(self, fields=None, name="default", direct=False):
        self.fields, self.name, self.direct = list(fields or []), name, direct


class Grouping:
    SHUFFLE = {"type": "shuffle"}
    GLOBAL = {"type": "global"}
    DIRECT = {"type": "direct"}
    ALL = {"type": "all"}
    NONE = {"type": "none"}
    LOCAL_OR_SHUFFLE = {"type": "local-or-shuffle"}

    @classmethod
    def fields(cls, *fields):
        if len(fields) == 1 and isinstance(fields[0], list):
            fields = fields[0]
        return {"type": "fields", "fields": list(fields)}

    @classmethod
    def custom_object(cls, java_class_name, arg_list):
        return {"type": "custom", "class": java_class_name, "args": list(arg_list)}

    @classmethod
    def custom_serialized(cls, java_serialized):
        raise Refused("a grouping is a serialised Java object, which has no form in YAML")


class Spec:
    """A component of a Topology class."""

    def __init__(self, cls, kind, name, inputs, par, config, outputs, **runs):
        self.kind, self.name, self.runs = kind, name, runs
        self.par = cls.par if par is None else par
        self.config = cls.config if config is None else config
        self.outputs = [s if isinstance(s, Stream) else None for s in (cls.outputs if outputs is None else outputs) or []]
        if None in self.outputs:
            self.outputs = [Stream(cls.outputs if outputs is None else outputs)]
        self.inputs = inputs

    def __getitem__(self, stream):
        return (self, stream)

    def stream(self, name):
        return next((s for s in self.outputs if s.name == name), None)

    def described_inputs(self):
        inputs = self.inputs
        if isinstance(inputs, (Spec, tuple)):
            inputs = [inputs]
        if not isinstance(inputs, dict):
            inputs = {source: None for source in inputs or []}
        found = []
        for source, grouping in inputs.items():
            spec, stream = source if isinstance(source, tuple) else (source, "default")
            if not isinstance(spec, Spec):
                raise Refused("an input of %r is not a component: %r" % (self.name, source))
            if grouping is None:
                declared = spec.stream(stream)
                grouping = Grouping.DIRECT if declared and declared.direct else Grouping.SHUFFLE
            found.append({"from": spec.name, "stream": stream, "grouping": grouping})
        return found

    def described(self):
        return dict(
            self.runs, id=self.name, par=self.par, config=self.config or {}, inputs=self.described_inputs(),
            outputs=[{"id": s.name, "fields": s.fields, "direct": s.direct} for s in self.outputs])



class Component:
    outputs = None
    par = 1
    config = None
    kind = ""

    @classmethod
    def spec(cls, name=None, inputs=None, par=None, config=None):
        return Spec(cls, cls.kind, name, inputs, par, config, None, python="%s.%s" % (cls.__module__, cls.__name__))


class Bolt(Component):
    kind = "bolt"


class Spout(Component):
    kind = "spout"


class JavaComponent(Component):
    @classmethod
    def spec(cls, name=None, serialized_java=None, full_class_name=None, args_list=None, inputs=None, par=None, config=None, outputs=None):
        if full_class_name is None:
            raise Refused("%s is a serialised Java object, which has no form in YAML" % (name or cls.__name__))
        return Spec(cls, cls.kind, name, inputs, par, config, outputs, **{"class": full_class_name, "args": list(args_list or [])})


class JavaBolt(JavaComponent):
    kind = "bolt"


class JavaSpout(JavaComponent):
    kind = "spout"


class ShellComponent(Component):
    @classmethod
    def spec(cls, name=None, command=None, script=None, inputs=None, par=None, config=None, outputs=None):
        return Spec(cls, cls.kind, name, inputs, par, config, outputs, command=[command, script])


class ShellBolt(ShellComponent):
    kind = "bolt"


class ShellSpout(ShellComponent):
    kind = "spout"


class Topology:
    config = None


def streamparse_modules():
    main = StandIn("streamparse")
    for cls in (Stream, Grouping, Topology, JavaBolt, JavaSpout, ShellBolt, ShellSpout):
        setattr(main, cls.__name__, cls)
    for name in ("Bolt", "BatchingBolt", "TicklessBatchingBolt"):
        setattr(main, name, type(name, (Bolt,), {}))
    for name in ("Spout", "ReliableSpout"):
        setattr(main, name, type(name, (Spout,), {}))
    main.__path__ = []
    return {name: main for name in (
        "streamparse", "streamparse.dsl", "streamparse.bolt", "streamparse.spout", "streamparse.storm", "streamparse.component",
        "streamparse.dsl.topology", "streamparse.dsl.stream", "streamparse.dsl.bolt", "streamparse.dsl.spout", "pystorm", "pystorm.bolt", "pystorm.spout")}


def streamparse_topology(module, wanted):
    found = [v for v in vars(module).values() if isinstance(v, type) and issubclass(v, Topology) and v is not Topology and v.__module__ == module.__name__]
    if wanted:
        found = [c for c in found if c.__name__ == wanted]
    if not found:
        return None
    if len(found) > 1:
        raise Refused("the file has several topologies: %s; name one with --class" % ", ".join(c.__name__ for c in found))
    attributes = {name: value for base in reversed(found[0].__mro__) for name, value in vars(base).items()}
    unknown = {name: v for name, v in attributes.items() if isinstance(v, Lost) or is_stand_in(v)}
    if unknown:
        raise lost(unknown)
    specs = {}
    for base in reversed(found[0].__mro__):
        for name, value in vars(base).items():
            if isinstance(value, Spec):
                value.name = value.name or name
                specs[name] = value
    if not specs:
        raise Refused("the class %s has no components" % found[0].__name__)
    result = {"system": "streamparse", "config": found[0].config or {}, "spouts": [], "bolts": []}
    for spec in specs.values():
        result[spec.kind + "s"].append(spec.described())
    return result


# Petrel


class Emitter:
    def __init__(self, script=None):
        self.script = script

    def declareOutputFields(self):
        return []

    def getComponentConfiguration(self):
        return None


class Getter:
    def __init__(self, inputs):
        self.inputs = inputs

    def add(self, component, stream, **grouping):
        self.inputs.append({"from": component, "stream": stream, "grouping": grouping})
        return self

    def allGrouping(self, componentId, streamId="default"):
        return self.add(componentId, streamId, type="all")

    def fieldsGrouping(self, componentId, fields, streamId="default"):
        return self.add(componentId, streamId, type="fields", fields=list(fields))

    def globalGrouping(self, componentId, streamId="default"):
        return self.add(componentId, streamId, type="global")

    def shuffleGrouping(self, componentId, streamId="default"):
        return self.add(componentId, streamId, type="shuffle")

    def localOrShuffleGrouping(self, componentId, streamId="default"):
        return self.add(componentId, streamId, type="local-or-shuffle")

    def noneGrouping(self, componentId, streamId="default"):
        return self.add(componentId, streamId, type="none")

    def directGrouping(self, componentId, streamId="default"):
        return self.add(componentId, streamId, type="direct")


class Builder:
    def __init__(self):
        self.spouts, self.bolts = {}, {}

    def component(self, id, made, parallelism):
        if id in self.spouts or id in self.bolts:
            raise Refused("two components have the id %r" % id)
        if is_stand_in(made):
            raise lost({id: made})
        if isinstance(type(made), Anything) and not (hasattr(made, "declareOutputFields") and hasattr(made, "getComponentConfiguration")):
            raise lost({id: type(made)})
        return {
            "id": id, "python": "%s.%s" % (type(made).__module__, type(made).__name__), "par": parallelism or 1,
            "config": made.getComponentConfiguration() or {}, "inputs": [],
            "outputs": [{"id": "default", "fields": list(made.declareOutputFields() or []), "direct": False}]}

    def setSpout(self, id, spout, parallelism_hint=None):
        self.spouts[id] = self.component(id, spout, parallelism_hint)

    def setBolt(self, id, bolt, parallelism_hint=None):
        self.bolts[id] = self.component(id, bolt, parallelism_hint)
        return Getter(self.bolts[id]["inputs"])

    def addOutputStream(self, id, streamId, output_fields, direct=False):
        component = self.spouts.get(id) or self.bolts.get(id)
        if component is None:
            raise Refused("addOutputStream names the unknown component %r" % id)
        component["outputs"].append({"id": streamId, "fields": list(output_fields), "direct": direct})


def petrel_modules():
    modules = {name: StandIn(name) for name in ("petrel", "petrel.emitter", "petrel.storm", "petrel.topologybuilder")}
    for name in ("Spout", "Bolt", "BasicBolt"):
        cls = type(name, (Emitter,), {})
        setattr(modules["petrel.emitter"], name, cls)
        setattr(modules["petrel.storm"], name, cls)
    modules["petrel.topologybuilder"].TopologyBuilder = Builder
    modules["petrel"].storm, modules["petrel"].emitter = modules["petrel.storm"], modules["petrel.emitter"]
    for module in modules.values():
        module.__path__ = []
    return modules


def petrel_topology(module):
    create = getattr(module, "create", None)
    if not callable(create) or is_stand_in(create):
        return None
    builder = Builder()
    create(builder)
    if not builder.spouts and not builder.bolts:
        raise Refused("create(builder) makes no components")
    empty = [c for c in list(builder.spouts.values()) + list(builder.bolts.values())]
    for component in empty:
        component["outputs"] = [s for s in component["outputs"] if s["fields"] or s["id"] != "default"]
    return {"system": "Petrel", "config": {}, "spouts": list(builder.spouts.values()), "bolts": list(builder.bolts.values())}


def load(path):
    folder = os.path.dirname(os.path.abspath(path))
    os.chdir(folder)
    # streamparse finds components in src/ of the project, whose topologies stand in topologies/.
    for below in (folder, os.path.join(os.path.dirname(folder), "src"), os.path.join(folder, "src")):
        sys.path.insert(0, below)
    sys.modules.update(streamparse_modules())
    sys.modules.update(petrel_modules())
    sys.meta_path.append(Finder())
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location(os.path.splitext(os.path.basename(path))[0], path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def fault(path, error):
    """Return the message of an error, and the line of the file that it is about."""
    line = getattr(error, "lineno", None) if getattr(error, "filename", None) and os.path.basename(error.filename) == os.path.basename(path) else None
    for frame in traceback.extract_tb(error.__traceback__):
        if os.path.abspath(frame.filename) == os.path.abspath(path):
            line = frame.lineno
    line = min((at for file, at in getattr(error, "places", ()) if file == path), default=line)
    text = str(error) if isinstance(error, Refused) else "%s: %s" % (type(error).__name__, error)
    return {"error": text, "line": line or 0}


def main():
    output, path, wanted = sys.argv[1:]
    path = os.path.abspath(path)
    try:
        module = load(path)
        result = streamparse_topology(module, wanted) or petrel_topology(module)
        if result is None:
            raise Refused("the file has neither a Topology class of streamparse%s nor a function create(builder) of Petrel" % (
                " named " + wanted if wanted else ""))
        text = json.dumps(result, default=unwritable)
    except Exception as error:
        text = json.dumps(fault(path, error))
    except SystemExit as error:
        text = json.dumps({"error": "the file ends the program with exit(%s)" % error.code, "line": 0})
    with open(output, "w") as file:
        file.write(text)


if __name__ == "__main__":
    main()
