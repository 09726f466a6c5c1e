"""A bolt on Petrel, with the function run that Petrel's runner calls."""
from petrel import storm
from petrel.emitter import BasicBolt


class Upper(BasicBolt):
    def __init__(self, started="by its class"):
        super().__init__(script=__file__)
        self.started = started

    def declareOutputFields(self):
        return ["word", "n"]

    def initialize(self, conf, context):
        storm.log("started " + self.started)

    def process(self, tup):
        print("petrel prints %s" % tup.values[1])
        storm.emit([tup.values[0].upper(), tup.values[1]])


def run():
    Upper("by run").run()
