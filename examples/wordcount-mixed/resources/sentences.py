"""Sentences emits ten sentences a second, forever. A sentence that failed is emitted again."""

import itertools
import time

import multilang

LINES = [
    "the barge waits for the lock",
    "the lock waits for the river",
    "the river waits for nobody",
    "a swan is in front of the barge",
    "nobody waits for a swan",
]

numbered = enumerate(itertools.cycle(LINES))
failed = []
sent = {}


def prepare():
    multilang.log("emitting ten sentences a second; every other second, each counter logs its largest counts")


def next_tuple():
    time.sleep(0.1)
    number, line = failed.pop() if failed else next(numbered)
    sent[number] = line
    multilang.emit([line], id=number)


def ack(number):
    sent.pop(number, None)


def fail(number):
    if number in sent:
        failed.append((number, sent[number]))


if __name__ == "__main__":
    multilang.run_spout(next_tuple, prepare=prepare, ack=ack, fail=fail)
