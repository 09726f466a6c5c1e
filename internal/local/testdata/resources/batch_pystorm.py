"""A batching bolt on pystorm: it acks when its batch is done, by ticks."""
from pystorm import TicklessBatchingBolt


class Batch(TicklessBatchingBolt):
    secs_between_batches = 0.2

    def group_key(self, tup):
        return tup.values[0]

    def process_batch(self, key, tups):
        self.emit([key, len(tups)])


if __name__ == "__main__":
    Batch().run()
