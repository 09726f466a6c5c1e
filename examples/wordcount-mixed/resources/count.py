"""Count counts the words that the fields grouping gives to its task. On a tick it logs the largest counts."""

from collections import Counter

import multilang

counts = Counter()
logged = 0


def count(tup):
    counts[tup.values[0]] += 1


def tick(_):
    global logged
    total = sum(counts.values())
    if total > logged:
        logged = total
        largest = ", ".join("%s: %d" % item for item in counts.most_common(5))
        multilang.log("%s (%d words so far)" % (largest, total))


if __name__ == "__main__":
    multilang.run_bolt(count, tick=tick)
