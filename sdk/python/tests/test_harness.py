"""stormflux.testing, and with it batches, ticks and replays."""

import unittest
from typing import Any, List

import stormflux
from stormflux.testing import BoltHarness, Emitted, Logged, SpoutHarness


class Split(stormflux.Bolt):
    def process(self, tup: stormflux.Tuple) -> None:
        for word in tup["sentence"].split():
            self.emit([word])
        self.logger.info("%d words", len(tup[0].split()))

    def process_tick(self, tup: stormflux.Tuple) -> None:
        self.emit(["tick"], anchors=[])


class Count(stormflux.BatchingBolt):
    ticks_between_batches = 2
    batch_size = 4

    def group_key(self, tup: stormflux.Tuple) -> Any:
        return tup[0]

    def process_batch(self, key: Any, tups: List[stormflux.Tuple]) -> None:
        if key == "bad":
            raise ValueError(key)
        self.emit([key, len(tups)])


class Sentences(stormflux.ReliableSpout):
    max_fails = 1

    def next_tuple(self) -> None:
        self.emit(["the fox"], tup_id=self.pending)

    def gave_up(self, tup_id: Any, values: Any) -> None:
        self.log("gave up %r" % tup_id)


class Harness(unittest.TestCase):
    def test_bolt(self) -> None:
        bolt = BoltHarness(
            Split, conf={"a": (1,)}, streams={"default": ["word"]}, sources={"source": {"default": ["sentence"]}}
        )
        self.assertEqual(bolt.component.conf["a"], [1])
        self.assertEqual(bolt.process(["the fox"]), [Emitted(["the"], anchors=["1"]), Emitted(["fox"], anchors=["1"])])
        self.assertEqual(bolt.tick(), [Emitted(["tick"])])
        self.assertTrue(bolt.heartbeat())
        self.assertEqual(bolt.acked, ["1"])
        self.assertEqual(bolt.logs, [Logged("info", "2 words")])
        self.assertEqual(bolt.values(), [["the"], ["fox"], ["tick"]])
        with self.assertRaises(AttributeError):
            bolt.process([5])
        self.assertEqual(bolt.failed, ["2"])
        self.assertIn("'int' object has no attribute 'split'", bolt.errors[0])
        bolt.clear()
        self.assertEqual((bolt.acked, bolt.emitted), ([], []))
        with self.assertRaises(KeyError):
            BoltHarness(Split).process(["no fields"])

    def test_batches(self) -> None:
        bolt = BoltHarness(Count)
        for word in "aba":
            self.assertEqual(bolt.process([word]), [])
        self.assertEqual(bolt.acked, [])
        self.assertEqual(bolt.tick(), [])
        self.assertEqual(bolt.tick(), [Emitted(["a", 2], anchors=["1", "3"]), Emitted(["b", 1], anchors=["2"])])
        self.assertEqual(bolt.acked, ["1", "3", "2"])
        for word in "abcd":
            bolt.process([word])
        self.assertEqual(len(bolt.acked), 7)  # the size ended the batch
        bolt.process(["ok"])
        bolt.process(["bad"])
        bolt.process(["later"])
        with self.assertRaises(ValueError):
            bolt.end_batch()
        self.assertEqual(bolt.acked[7:], ["8"])
        self.assertEqual(bolt.failed, ["9", "10"])
        self.assertEqual(bolt.values()[-1], ["ok", 1])

    def test_reliable_spout(self) -> None:
        spout = SpoutHarness(Sentences)
        self.assertEqual(spout.next(2), [Emitted(["the fox"], tup_id=0), Emitted(["the fox"], tup_id=1)])
        self.assertEqual(spout.fail(1), [Emitted(["the fox"], tup_id=1)])
        self.assertEqual(spout.fail(1), [])
        self.assertEqual(spout.logs, [Logged("info", "gave up 1")])
        self.assertEqual(spout.component.pending, 1)
        spout.ack(0)
        self.assertEqual(spout.component.pending, 0)
        spout.fail(0)
        self.assertEqual(spout.logs[-1], Logged("warn", "unknown tuple failed: 0"))
        with self.assertRaises(ValueError):
            spout.component.emit(["no id"])


if __name__ == "__main__":
    unittest.main()
