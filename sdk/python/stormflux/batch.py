"""Bolts that handle many tuples at once."""

import os
import sys
import threading
import time
from typing import Any, Dict, Hashable, List

from .bolt import Bolt
from .component import FAILED, trace
from .link import Link, StormWentAway
from .tuples import Tuple


class BatchingBolt(Bolt):
    """A bolt that collects tuples and handles them together. Override process_batch:

    class Store(BatchingBolt):
        def process_batch(self, key, tups):
            self.database.insert([tup.values for tup in tups])

    Tuples are acked after process_batch. So the time between two batches must be well below the topology's message
    timeout, and topology.max.spout.pending must be above the size of a batch.
    """

    ticks_between_batches: int = 1
    """The number of ticks from one batch to the next. The bolt needs topology.tick.tuple.freq.secs (`tick: 5s`)."""
    batch_size: int = 0
    """The number of tuples that end a batch early; 0 means no limit."""

    _batches: Dict[Hashable, List[Tuple]]
    _collected = 0
    _ticks = 0

    def group_key(self, tup: Tuple) -> Hashable:
        """Return the key that divides a batch: process_batch gets the tuples of one key at a time."""
        return None

    def process_batch(self, key: Any, tups: List[Tuple]) -> None:
        """Handle the tuples of one key, in the order in which they came. What it emits is anchored to all of them."""
        raise NotImplementedError

    def process(self, tup: Tuple) -> None:
        """Put the tuple into its batch."""
        self._batches.setdefault(self.group_key(tup), []).append(tup)
        self._collected += 1
        self._current = ()
        if 0 < self.batch_size <= self._collected:
            self.process_batches()

    def process_tick(self, tup: Tuple) -> None:
        """Handle the batches when their time has come."""
        self.ack(tup)
        self._ticks += 1
        if self._ticks >= self.ticks_between_batches:
            self.process_batches()

    def process_batches(self) -> None:
        """Handle what was collected."""
        self._collected = self._ticks = 0
        while self._batches:
            key = next(iter(self._batches))
            tups = self._batches.pop(key)
            self._current = tups
            self.process_batch(key, tups)
            if self.auto_ack:
                for tup in tups:
                    self._finish("ack", tup)
            self._current = ()

    def _start(self, link: Link, conf: Dict[str, Any], context: Dict[str, Any]) -> None:
        super()._start(link, conf, context)
        self._batches = {}

    def _processed(self, tup: Tuple) -> None:
        """Do nothing: the tuple is done when its batch is."""

    def _failed(self, error: Exception) -> None:
        super()._failed(error)
        if self.exit_on_exception and self.auto_fail:
            for tups in self._batches.values():  # Storm replays them sooner than after their timeout
                for tup in tups:
                    self._finish("fail", tup)


class TicklessBatchingBolt(BatchingBolt):
    """A BatchingBolt that needs no ticks: a timer ends a batch.

    Its methods are called one at a time, but process_batch by another thread than initialize.
    """

    secs_between_batches: float = 2
    """The seconds from one batch to the next."""

    _calling: threading.Lock

    def process_tick(self, tup: Tuple) -> None:
        """Ignore ticks."""

    def _start(self, link: Link, conf: Dict[str, Any], context: Dict[str, Any]) -> None:
        super()._start(link, conf, context)
        self._calling = threading.Lock()

    def _serve(self, link: Link) -> int:
        threading.Thread(target=self._process_late, name="stormflux-batch", daemon=True).start()
        return super()._serve(link)

    def _process_late(self) -> None:
        while True:
            time.sleep(self.secs_between_batches)
            with self._calling:
                try:
                    self.process_batches()
                except StormWentAway:
                    return
                except Exception as error:
                    self._failed(error)
                    if self.exit_on_exception:
                        print(trace(error), file=sys.stderr)
                        self._end(self._link, True)
                        sys.stderr.flush()
                        os._exit(FAILED)  # the main thread waits for Storm

    def _handle(self, message: Dict[str, Any]) -> None:
        with self._calling:
            super()._handle(message)
