"""A word count whose parts do what a component may: print, fail, replay, ask for task ids, batch."""
import os
from collections import Counter

import made  # by the setup
from splitting import words_of  # from the wheel
from stormflux import BatchingBolt, Bolt, ReliableSpout

print("printed by the module")


class Sentences(ReliableSpout):
    def initialize(self, conf, context):
        with open(conf["wordcount.in"], encoding="utf-8") as text:
            self.lines = list(enumerate(text))

    def next_tuple(self):
        if self.lines:
            number, line = self.lines.pop()
            print("line", number)
            assert len(self.emit([line], tup_id=number, need_task_ids=True)) == 1


class Split(Bolt):
    def initialize(self, conf, context):
        assert made.ready and context.task_count == 2, context
        self.tuples = 0

    def process(self, tup):
        self.tuples += 1
        if self.tuples == 3:
            self.fail(tup)  # the spout emits it again
            return
        os.system("echo printed by a child")
        for word in words_of(tup["sentence"]):
            self.emit([word])


class Count(BatchingBolt):
    def initialize(self, conf, context):
        self.path = os.path.join(conf["wordcount.out"], "counts-%d.tsv" % self.task_id)
        self.counts = Counter()

    def group_key(self, tup):
        return tup["word"]

    def process_batch(self, word, tups):
        self.counts[word] += len(tups)

    def process_batches(self):
        super().process_batches()
        with open(self.path + ".new", "w", encoding="utf-8") as out:
            out.writelines("%s\t%d\n" % item for item in self.counts.items())
        os.replace(self.path + ".new", self.path)
        self.logger.info("%d words", len(self.counts))
