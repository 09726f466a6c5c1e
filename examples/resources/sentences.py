"""Sentences emits a few lines. The message id of a line is its number. A line that failed is emitted again."""

import time

import multilang

LINES = [
    "the barge waits for the lock",
    "the lock waits for the river",
    "the river waits for nobody",
    "a swan is in front of the barge",
    "nobody waits for a swan",
]
ROUNDS = 20

pending = [(str(i), LINES[i % len(LINES)]) for i in range(ROUNDS * len(LINES))]
pending.reverse()
sent = {}


def prepare():
    multilang.log("emitting %d lines; with each tick, a counter logs its counts if they have changed" % len(pending))


def next_tuple():
    if not pending:
        time.sleep(0.1)
        return
    number, line = pending.pop()
    sent[number] = line
    multilang.emit([line], id=number)


def ack(number):
    sent.pop(number, None)


def fail(number):
    if number in sent:
        pending.append((number, sent[number]))


if __name__ == "__main__":
    multilang.run_spout(next_tuple, prepare=prepare, ack=ack, fail=fail)
