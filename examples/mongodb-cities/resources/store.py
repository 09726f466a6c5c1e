"""The sink: it stores visits in MongoDB, many at a time."""

import pymongo
from pymongo.errors import ServerSelectionTimeoutError

from stormflux import BatchingBolt


class Store(BatchingBolt):
    """Stores the visits that came since the last tick, and acks them then.

    Storm delivers a tuple at least once. A visit is a document with an id of its own, so a second delivery replaces it,
    and no visit counts twice.
    """

    batch_size = 100

    def initialize(self, conf, context):
        client = pymongo.MongoClient(conf["mongodb.url"], serverSelectionTimeoutMS=conf["mongodb.timeout.ms"])
        address = conf["mongodb.url"].split("@")[-1]  # without a password
        try:
            client.admin.command("ping")
        except ServerSelectionTimeoutError:
            raise RuntimeError("no MongoDB at %s: start one, or change the setting mongodb.url" % address) from None
        self.visits = client[conf["mongodb.database"]]["visits"]
        report = "python3 examples/mongodb-cities/report.py"
        self.logger.info("stores visits in MongoDB at %s; to count them: %s", address, report)

    def process_batch(self, key, tups):
        self.visits.bulk_write(
            [
                pymongo.ReplaceOne({"_id": tup["visit"]}, {"person": tup["person"], "city": tup["city"]}, upsert=True)
                for tup in tups
            ],
            ordered=False,
        )
