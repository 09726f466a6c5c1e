"""A spout on pystorm that replays what fails, by pystorm's own ReliableSpout."""
from pystorm import ReliableSpout


class Words(ReliableSpout):
    def initialize(self, conf, context):
        self.left = conf["test.words"]
        self.logger.info("pystorm spout is task %d", self.task_id)

    def next_tuple(self):
        if self.left:
            self.left -= 1
            self.emit(["pystorm", self.left], tup_id=str(self.left))


if __name__ == "__main__":
    Words().run()
