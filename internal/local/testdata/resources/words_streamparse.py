"""A spout on streamparse that wants the task ids of what it emits."""
from streamparse import Spout


class Words(Spout):
    outputs = ["word", "n"]

    def initialize(self, conf, context):
        self.left = conf["test.words"]
        self.answers = 0

    def next_tuple(self):
        if self.left:
            self.left -= 1
            tasks = self.emit(["streamparse", self.left], tup_id=str(self.left), need_task_ids=True)
            assert len(tasks) == 1, tasks

    def ack(self, tup_id):
        self.answers += 1
        self.logger.info("acked %s", tup_id)


if __name__ == "__main__":
    Words().run()
