"""The bolts: means of batches, alarms of floors, and a report."""

from stormflux import BatchingBolt, Bolt


class Means(BatchingBolt):
    """With each tick, emits the mean of what came since the last one, for each room."""

    def group_key(self, tup):
        return tup["room"]

    def process_batch(self, room, tups):
        mean = sum(tup["celsius"] for tup in tups) / len(tups)
        self.emit([room, round(mean, 1), len(tups)])


class Floor(Bolt):
    """Logs the alarms of one floor."""

    def initialize(self, conf, context):
        tasks = [int(task) for task, name in context["task->component"].items() if name == context["componentid"]]
        self.number = sorted(tasks).index(context["taskid"])

    def process(self, tup):
        floor = tup["room"] // 100
        self.logger.warning("floor %d: room %d has %.1f degrees (task %d)", floor, tup["room"], tup["celsius"], self.number)


class Report(Bolt):
    """Logs, with each tick, the coldest and the warmest room."""

    def initialize(self, conf, context):
        self.means = {}

    def process(self, tup):
        self.means[tup["room"]] = tup["mean"]

    def process_tick(self, tup):
        if self.means:
            coldest = min(self.means, key=self.means.get)
            warmest = max(self.means, key=self.means.get)
            self.logger.info(
                "%d rooms: coldest %d with %.1f degrees, warmest %d with %.1f",
                len(self.means), coldest, self.means[coldest], warmest, self.means[warmest],
            )
