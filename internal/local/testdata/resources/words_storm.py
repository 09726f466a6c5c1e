"""A spout on Storm's own adapter for Python."""
import storm


class Words(storm.Spout):
    def initialize(self, conf, context):
        self.left = conf["test.words"]

    def nextTuple(self):
        if self.left:
            self.left -= 1
            storm.emit(["storm", self.left], id=self.left)

    def ack(self, id):
        storm.logDebug("acked %d" % id)


if __name__ == "__main__":
    Words().run()
