"""What outlives a sleep: observations, attributes, values sent last; and where it is kept."""

import json
import os
import unittest

from clock import FakeClock

from lwm2m import kept
from lwm2m.observe import Observations
from lwm2m.registry import Registry
from lwm2m.temperature import Temperature
from node.cycle import Memory

FILE = "kept-test.tmp"


class Rtc:
    def __init__(self):
        self.kept = b""

    def memory(self, data=None):
        if data is None:
            return self.kept
        self.kept = data


def made(clock):
    registry = Registry()
    registry.add(Temperature(0))
    return registry, Observations(registry, clock)


class KeptTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock(0)
        self.registry, self.before = made(self.clock)
        self.registry.instance(3303, 0).update(20.0)
        self.before.observe(3303, 0, -1, 77)
        self.before.set_attributes(3303, 0, 5601, b"pmin=5;pmax=100")
        for item in kept.due(self.before):
            self.before.sent(item)

    def asleep(self, slept):
        """Return (registry, observations) behind slept seconds, through JSON."""
        state = json.loads(json.dumps(kept.state(self.before)))
        registry, after = made(self.clock)
        kept.values(registry, state)
        kept.restore(after, state, slept)
        return registry, after

    def rids(self, observations):
        return [item[3] for item in kept.due(observations)]

    def test_only_the_reading_is_due_behind_a_sleep(self):
        registry, after = self.asleep(60)
        registry.instance(3303, 0).update(20.0)
        self.assertEqual(after.watched(3303, 0, 5700), (77, 4))
        self.assertEqual(self.rids(after), [5700])

    def test_the_readings_come_last(self):
        registry, after = self.asleep(60)
        registry.instance(3303, 0).update(25.0)  # a new maximum
        self.assertEqual(self.rids(after), [5602, 5700])

    def test_attributes_and_ages_go_on(self):
        registry, after = self.asleep(101)
        registry.instance(3303, 0).update(20.0)
        self.assertEqual(self.rids(after), [5601, 5700])  # its pmax was over

    def test_minimum_and_maximum_go_on(self):
        registry, _ = self.asleep(60)
        registry.instance(3303, 0).update(19.0)
        values = registry.instance(3303, 0).values
        self.assertEqual((values[5601], values[5602]), (19.0, 20.0))

    def test_what_was_not_sent_is_due_again(self):
        registry, after = self.asleep(60)
        registry.instance(3303, 0).update(20.0)
        item = kept.due(after)[0]
        self.assertEqual(self.rids(after), [])
        kept.again(after, item)
        self.assertEqual(self.rids(after), [5700])
        kept.renew(after)
        self.assertEqual(self.rids(after), [5700])

    def test_nothing_kept_is_nothing_observed(self):
        registry, after = made(self.clock)
        kept.values(registry, {})
        kept.restore(after, {}, 0)
        self.assertEqual(self.rids(after), [])


class MemoryTest(unittest.TestCase):
    def tearDown(self):
        for name in (FILE, FILE + ".new"):
            try:
                os.remove(name)
            except OSError:
                pass

    def test_in_a_file(self):
        memory = Memory(FILE)
        self.assertEqual(memory.load(), {})
        memory.save({"a": [1, 2.5, None, "x"]})
        self.assertEqual(Memory(FILE).load(), {"a": [1, 2.5, None, "x"]})
        for broken in ("", "{", "[]", '"x"'):
            with open(FILE, "w") as f:
                f.write(broken)
            self.assertEqual(memory.load(), {})

    def test_in_the_rtc_while_it_fits(self):
        rtc = Rtc()
        memory = Memory(FILE, rtc)
        memory.save({"a": 1})
        self.assertEqual((Memory(FILE, rtc).load(), Memory(FILE).load()), ({"a": 1}, {}))
        memory.save({"a": "x" * 3000})
        self.assertEqual(len(Memory(FILE, rtc).load()["a"]), 3000)
        memory.save({"a": 2})
        self.assertEqual(Memory(FILE, rtc).load(), {"a": 2})

    def test_an_rtc_without_memory(self):
        memory = Memory(FILE, object())
        memory.save({"a": 1})
        self.assertEqual(Memory(FILE).load(), {"a": 1})


if __name__ == "__main__":
    unittest.main()
