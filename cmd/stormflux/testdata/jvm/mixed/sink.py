"""Sink appends each tuple to a file in the folder that its argument names."""

import os
import sys

import multilang

path = os.path.join(sys.argv[1], "sink-0.txt")


def sink(tup):
    with open(path, "a") as out:
        out.write("%d %s\n" % tuple(tup.values))


if __name__ == "__main__":
    multilang.run_bolt(sink)
