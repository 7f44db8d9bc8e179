"""What outlives a sleep: observations, attributes, values sent last; and where it is kept."""

import json
import os
import unittest

from clock import FakeClock

from lwm2m import kept, objects
from lwm2m.observe import Observations
from lwm2m.registry import Registry
from lwm2m.temperature import Temperature
from node.cycle import Memory

FILE = "kept-test-%d.tmp" % id(object())
OLD = {"o": [[3303, 0, -1, 1]], "x": "y" * 3000}
NEW = {"o": [[3303, 0, -1, 2]]}


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

    def test_the_readings_of_all_instances_come_last(self):
        registry, after = made(self.clock)
        registry.add(Temperature(1))
        after = Observations(registry, self.clock)
        after.observe(3303, -1, -1, 77)
        for iid in (0, 1):
            registry.instance(3303, iid).update(20.0)
        found = [(item[2], item[3]) for item in kept.due(after)]
        self.assertEqual(len(found), 12)
        self.assertEqual(found[10:], [(0, 5700), (1, 5700)])

    def test_what_is_sent_behind_a_sleep_and_fails_is_tried_again_after_2_s(self):
        registry, after = self.asleep(60)
        registry.instance(3303, 0).update(25.0)
        item = after.due()
        while item[3] != 5602:
            after.sent(item)
            item = after.due()
        after.failed(item)
        self.clock.advance(1999)
        self.assertIsNone(after.due())
        self.clock.advance(1)
        self.assertEqual(after.due(), item)

    def test_values_of_what_the_node_no_longer_has_are_dropped(self):
        registry, _ = made(self.clock)
        instance = registry.instance(3303, 0)
        before = dict(instance.values)
        gone = [[3304, 0, 5601, 1.0], [3303, 1, 5601, 1.0], [3303, 0, 5501, 3]]
        kept.values(registry, {"v": gone + [[3303, 0, 5602, 30.0]]})
        before[5602] = 30.0
        self.assertEqual(instance.values, before)

    def test_attributes_and_ages_go_on(self):
        registry, after = self.asleep(101)
        registry.instance(3303, 0).update(20.0)
        self.assertEqual(self.rids(after), [5601, 5700])  # its pmax was over

    def test_minimum_and_maximum_go_on(self):
        registry, _ = self.asleep(60)
        registry.instance(3303, 0).update(19.0)
        values = registry.instance(3303, 0).values
        self.assertEqual((values[5601], values[5602]), (19.0, 20.0))

    def test_the_counter_of_an_input_goes_on_and_its_state_is_read_anew(self):
        def build():
            registry = Registry()
            registry.add(objects.find(3342)(0))
            return registry, Observations(registry, self.clock)

        registry, before = build()
        for state in (False, True, False, True):
            registry.instance(3342, 0).update(state)
        before.observe(3342, 0, -1, 5)
        self.assertEqual(self.rids(before), [5750, 5501, 5500])
        state = json.loads(json.dumps(kept.state(before)))
        registry, after = build()
        kept.values(registry, state)
        kept.restore(after, state, 60)
        self.assertEqual(registry.read(3342, 0, 5501)[1], [(0, 5501, 3, 2)])
        self.assertEqual(registry.read(3342, 0, 5500), (404, []))
        registry.instance(3342, 0).update(True)
        self.assertEqual(self.rids(after), [5500])
        kept.renew(after)
        self.assertEqual(self.rids(after), [5500])

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

    def test_a_power_cut_does_not_bring_back_an_older_file(self):
        rtc = Rtc()
        Memory(FILE, rtc).save(OLD)  # too large for the RTC
        Memory(FILE, rtc).save(NEW)
        self.assertEqual(Memory(FILE, rtc).load(), NEW)
        self.assertEqual(Memory(FILE, Rtc()).load(), {})  # the RTC has forgotten
        self.assertEqual(Memory(FILE).load(), {})

    def test_the_newest_copy_counts_wherever_it_is(self):
        rtc = Rtc()
        Memory(FILE, rtc).save(OLD)
        old = self.raw(FILE)
        Memory(FILE, rtc).save(NEW)
        new = rtc.kept
        for path in (FILE, FILE + ".new"):
            self.write(path, old)  # a file that could not be removed
            self.assertEqual(Memory(FILE, rtc).load(), NEW)
            self.tearDown()
        rtc.kept = old
        for path in (FILE, FILE + ".new"):  # a large state, and the RTC could not be cleared
            self.write(path, new)
            self.assertEqual(Memory(FILE, rtc).load(), NEW)
            self.tearDown()

    def test_numbers_go_on_behind_a_restart(self):
        rtc = Rtc()
        for number in range(12):
            state = {"n": number, "x": "" if number % 3 else "y" * 3000}
            Memory(FILE, rtc).save(state)
            self.assertEqual(Memory(FILE, rtc).load(), state)

    def test_a_torn_write_leaves_the_copy_before_it(self):
        Memory(FILE).save({"n": 1})
        first = self.raw(FILE)
        Memory(FILE).save({"n": 2})
        second = self.raw(FILE)
        for length in range(len(second)):
            self.write(FILE, first)
            self.write(FILE + ".new", second[:length])
            self.assertEqual(Memory(FILE).load(), {"n": 1})
        self.write(FILE + ".new", second)  # cut between the two steps of a replacement
        self.assertEqual(Memory(FILE).load(), {"n": 2})
        os.remove(FILE)
        self.assertEqual(Memory(FILE).load(), {"n": 2})

    def test_changed_bytes_are_noticed(self):
        Memory(FILE).save({"n": 1})
        whole = self.raw(FILE)
        for i in range(len(whole)):
            self.write(FILE, whole[:i] + bytes([whole[i] ^ 1]) + whole[i + 1 :])
            found = Memory(FILE).load()
            self.assertTrue(found == {} or (i in (8,) and found == {"n": 1}), (i, found))

    def test_garbage_in_the_rtc_is_nothing(self):
        rtc = Rtc()
        Memory(FILE).save({"n": 1})
        for garbage in (b"\x00" * 2048, b"\xff" * 2048, b"\xc3\x28", b"00000000 ", b"{}", b"0"):
            rtc.kept = garbage
            memory = Memory(FILE, rtc)
            self.assertEqual((memory.load(), memory.volatile), ({"n": 1}, False))

    def test_a_file_of_an_older_version_is_nothing(self):
        self.write(FILE, b'{"o": [[3303, 0, -1, 77]], "v": []}')
        self.assertEqual(Memory(FILE).load(), {})
        Memory(FILE).save({"n": 1})
        self.assertEqual(Memory(FILE).load(), {"n": 1})

    def test_an_rtc_that_takes_less(self):
        class Small(Rtc):
            def memory(self, data=None):
                if data is not None and len(data) > 64:
                    raise ValueError("buffer too long")
                return Rtc.memory(self, data)

        rtc = Small()
        Memory(FILE, rtc).save({"a": "x" * 100})
        self.assertEqual(Memory(FILE, rtc).load(), {"a": "x" * 100})
        Memory(FILE, rtc).save({"a": 1})
        self.assertEqual(Memory(FILE, rtc).load(), {"a": 1})

    def test_lengths_are_counted_in_bytes(self):
        rtc = Rtc()
        Memory(FILE, rtc).save({"a": "\u6e29" * 1000})
        self.assertTrue(len(rtc.kept) <= 2048)
        self.assertEqual(Memory(FILE, rtc).load(), {"a": "\u6e29" * 1000})

    def raw(self, path):
        with open(path, "rb") as f:
            return f.read()

    def write(self, path, data):
        with open(path, "wb") as f:
            f.write(data)

    def test_an_rtc_without_memory(self):
        memory = Memory(FILE, object())
        memory.save({"a": 1})
        self.assertEqual(Memory(FILE).load(), {"a": 1})


if __name__ == "__main__":
    unittest.main()
