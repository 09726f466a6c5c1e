"""A bolt that splits sentences into words."""

from stormflux import Bolt


class Split(Bolt):
    def process(self, tup):
        for word in tup["sentence"].split():
            self.emit([word])
