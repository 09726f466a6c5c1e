"""A bolt on pystorm that emits the words of sentences, which pystorm anchors and acks."""
from pystorm import Bolt


class Split(Bolt):
    def process(self, tup):
        for word in tup.values[0].split():
            self.emit([word])


if __name__ == "__main__":
    Split().run()
