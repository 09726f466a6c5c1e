"""A bolt on Storm's own adapter for Python."""
import storm


class Upper(storm.BasicBolt):
    def initialize(self, conf, context):
        storm.logInfo("adapter bolt of " + conf["topology.name"])

    def process(self, tup):
        storm.emit([tup.values[0].upper(), tup.values[1]])


if __name__ == "__main__":
    Upper().run()
