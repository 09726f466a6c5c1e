"""A spout on Petrel."""
from petrel import storm
from petrel.emitter import Spout


class Words(Spout):
    """Its module has no function run, so the class is started."""

    def __init__(self):
        super().__init__(script=__file__)

    def declareOutputFields(self):
        return ["word", "n"]

    def initialize(self, conf, context):
        self.left = conf["test.words"]

    def nextTuple(self):
        if self.left:
            self.left -= 1
            storm.emit(["petrel", self.left], id=self.left)
