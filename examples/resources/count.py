"""Count counts words. On each tick it logs the counts if they have changed."""

from collections import Counter

import multilang

counts = Counter()
logged = Counter()


def count(tup):
    counts[tup.values[0]] += 1


def tick(_):
    global logged
    if counts != logged:
        logged = counts.copy()
        multilang.log(", ".join("%s: %d" % item for item in sorted(counts.items())))


if __name__ == "__main__":
    multilang.run_bolt(count, tick=tick)
