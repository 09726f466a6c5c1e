"""A word count: a spout of sentences, a bolt that splits them, and a bolt that counts their words."""

import itertools
import time
from collections import Counter

from stormflux import Bolt, Spout

TEXTS = ["the cow jumped over the moon", "an apple a day keeps the doctor away", "four score and seven years ago"]


class Sentences(Spout):
    def initialize(self, conf, context):
        self.texts = enumerate(itertools.cycle(TEXTS))
        self.logger.info("emitting ten sentences a second; the counts come every five seconds")

    def next_tuple(self):
        time.sleep(0.1)
        number, text = next(self.texts)
        self.emit([text], tup_id=number)  # the id makes Storm track it


class Split(Bolt):
    def process(self, tup):
        for word in tup["sentence"].split():
            self.emit([word])


class Count(Bolt):
    """Logs, with each tick, the counts that have changed."""

    def initialize(self, conf, context):
        self.counts = Counter()
        self.changed = set()

    def process(self, tup):
        self.counts[tup["word"]] += 1
        self.changed.add(tup["word"])

    def process_tick(self, tup):
        for word in sorted(self.changed):
            self.logger.info("%s: %d", word, self.counts[word])
        self.changed.clear()
