"""The totals of orders by product. They are kept in memory: a worker that starts again counts from what Kafka has left."""

from stormflux import Bolt


class Totals(Bolt):
    def initialize(self, conf, context):
        self.totals = {}
        self.printed = None
        self.logger.info(
            "waiting for orders in the topic %s of Kafka at %s; the README.md shows how to send one",
            conf["kafka.topic"],
            conf["kafka.brokers"],
        )

    def process(self, tup):
        product, quantity = tup.values
        self.totals[product] = self.totals.get(product, 0) + quantity

    def process_tick(self, tup):
        text = ", ".join(f"{total} {product}" for product, total in sorted(self.totals.items()))
        if text and text != self.printed:
            self.printed = text
            self.logger.info("ordered: %s", text)
