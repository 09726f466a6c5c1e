"""A spout and bolts on our Python SDK. They print, because print must be safe."""
from collections import Counter

from stormflux import BatchingBolt, Bolt, ReliableSpout

print("imported")


class Words(ReliableSpout):
    def initialize(self, conf, context):
        self.left = conf["test.words"]

    def activate(self):
        print("activated")

    def next_tuple(self):
        if self.left:
            self.left -= 1
            tasks = self.emit(["sdk", self.left], tup_id=self.left, need_task_ids=self.left % 2 == 0)
            assert tasks is None or len(tasks) > 1, tasks

    def ack(self, tup_id):
        super().ack(tup_id)
        if tup_id == 0:
            self.logger.debug("acked %r", tup_id)


class FailOnce(Bolt):
    """Fails each tenth tuple the first time, and takes long for one."""

    def initialize(self, conf, context):
        self.failed = set()

    def process(self, tup):
        if tup["n"] % 10 == 0 and tup["n"] not in self.failed:
            self.failed.add(tup["n"])
            self.fail(tup)
            return
        self.emit(tup.values, need_task_ids=tup["n"] % 3 == 0)
        print("passed", tup["n"], end="\n" if tup["n"] % 2 else "")


class Batch(BatchingBolt):
    def initialize(self, conf, context):
        self.counts = Counter()

    def group_key(self, tup):
        return tup["word"]

    def process_batch(self, key, tups):
        self.counts[key] += len(tups)
        self.logger.info("counted %s: %d", key, self.counts[key])
        self.emit([key, self.counts[key]])
