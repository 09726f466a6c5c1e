"""The spout: visits of people to cities, one a line of a file."""

import csv
import time

from stormflux import ReliableSpout


class Visits(ReliableSpout):
    """Emits each line once. The number of the line is the message id and names the visit."""

    max_fails = 1000  # while there is no MongoDB, visits fail often, and none is lost

    def initialize(self, conf, context):
        with open("visits.csv", newline="", encoding="utf-8") as file:
            self.lines = list(enumerate(csv.reader(file), 1))
        rate = conf["visits.per.second"]
        self.pause = 1 / rate if rate > 0 else 0
        took = " in %.0f s" % (len(self.lines) * self.pause) if rate > 0 else ""
        self.logger.info("emits %d visits%s", len(self.lines), took)
        self.lines.reverse()

    def next_tuple(self):
        if self.lines:
            visit, (person, city) = self.lines.pop()
            self.emit([visit, person, city], tup_id=visit)
            time.sleep(self.pause)
