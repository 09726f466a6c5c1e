"""A bolt on streamparse, with its automatic anchors and acks and ticks.

It prints nothing: on Python 3 pystorm 3.1.4 does not keep a print away from the protocol, as its documentation says it does.
"""
from collections import Counter

from streamparse import Bolt


class Count(Bolt):
    outputs = ["word", "count"]

    def initialize(self, conf, context):
        self.counts = Counter()

    def process(self, tup):
        self.counts[tup.values[0]] += 1
        self.emit([tup.values[0], self.counts[tup.values[0]]])

    def process_tick(self, tup):
        self.logger.info("tick with %d words", len(self.counts))


if __name__ == "__main__":
    Count().run()
