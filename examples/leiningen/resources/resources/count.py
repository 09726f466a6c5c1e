"""Count counts words. On each tick it logs the counts if they have changed. If the setting wordcount.out of the topology names a
folder, it also writes them to a file there and replaces the whole file."""

import os
from collections import Counter

import multilang

counts = Counter()
written = Counter()


def count(tup):
    counts[tup.values[0]] += 1


def write(folder):
    path = os.path.join(folder, "counts-%d.tsv" % multilang.context["taskid"])
    with open(path + ".new", "w", encoding="utf-8") as f:
        for item in sorted(counts.items()):
            f.write("%s\t%d\n" % item)
    os.replace(path + ".new", path)


def tick(_):
    global written
    if counts == written:
        return
    written = counts.copy()
    multilang.log(", ".join("%s: %d" % item for item in sorted(counts.items())))
    if multilang.conf.get("wordcount.out"):
        write(multilang.conf["wordcount.out"])


if __name__ == "__main__":
    multilang.run_bolt(count, tick=tick)
