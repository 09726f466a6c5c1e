"""Spouts and bolts for Apache Storm.

A component is a class. Storm, or `stormflux run`, starts it as a process and talks to it through pipes:

    from stormflux import Bolt

    class Split(Bolt):
        def process(self, tup):
            for word in tup[0].split():
                self.emit([word])

`python3 -m stormflux split.Split` runs it. print() and logging write to Storm's log.

An exception is reported to Storm with its tuple, which fails. Then the process exits, because the state that the exception
left behind may be broken; Storm restarts the worker. With exit_on_exception = False, the component goes on.
"""

from .batch import BatchingBolt, TicklessBatchingBolt
from .bolt import Bolt
from .component import Component
from .log import TRACE, StormHandler
from .reliable import ReliableSpout
from .spout import Spout
from .tuples import Context, Tuple

__version__ = "0.1.0"

__all__ = [
    "TRACE",
    "BatchingBolt",
    "Bolt",
    "Component",
    "Context",
    "ReliableSpout",
    "Spout",
    "StormHandler",
    "TicklessBatchingBolt",
    "Tuple",
    "__version__",
]
