"""Counts the visits that the topology has stored in MongoDB. It needs the driver: pip install -r requirements.txt"""

import argparse

import pymongo


def main():
    options = argparse.ArgumentParser(description="Count the visits of each city.")
    options.add_argument("url", nargs="?", default="mongodb://127.0.0.1:27017", help="the MongoDB of the topology")
    options.add_argument("--database", default="cities", help="its database")
    options = options.parse_args()
    client = pymongo.MongoClient(options.url, serverSelectionTimeoutMS=5000)
    by_city = [
        {"$group": {"_id": "$city", "visits": {"$sum": 1}, "people": {"$addToSet": "$person"}}},
        {"$sort": {"visits": -1, "_id": 1}},
    ]
    cities = list(client[options.database]["visits"].aggregate(by_city))
    if not cities:
        print("no visits yet: the topology stores them once a second")
        return
    print("%-12s %6s %6s" % ("CITY", "VISITS", "PEOPLE"))
    for city in cities:
        print("%-12s %6d %6d" % (city["_id"], city["visits"], len(city["people"])))


main()
