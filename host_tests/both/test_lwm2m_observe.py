"""Observations at the three levels, their message ids, first notifications and failures.

guide 3.5(6).
"""

import unittest

from clock import FakeClock

from lwm2m.actuation import Actuation
from lwm2m.observe import Observations
from lwm2m.registry import Registry
from lwm2m.temperature import Temperature

READABLE = [5700, 5701, 5601, 5602, 5603, 5604]


class Observing(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock((1 << 30) - 3000)
        self.reg = Registry()
        self.temps = Temperature(0), Temperature(1)
        for t in self.temps:
            t.update(20)
            self.reg.add(t)
        self.act = Actuation(0, self.clock)
        self.reg.add(self.act)
        self.obs = Observations(self.reg, self.clock)

    def drain(self):
        """Send everything that is due; return [(msgid, iid, rid), ...]."""
        out = []
        item = self.obs.due()
        while item:
            out.append((item[0], item[2], item[3]))
            self.obs.sent(item)
            self.assertLess(len(out), 50)
            item = self.obs.due()
        return out

    def change(self, iid=0, seconds=5):
        self.clock.advance(1000 * seconds)
        self.temps[iid].update(self.temps[iid].get(5700) - 1)
        self.clock.advance(1000 * seconds)


class Levels(Observing):
    def test_resource(self):
        self.assertEqual(self.obs.observe(3303, 0, 5700, 11), 205)
        self.assertEqual(self.drain(), [(11, 0, 5700)])
        self.change()
        self.assertEqual(self.drain(), [(11, 0, 5700)])

    def test_instance_notifies_single_resources_in_order(self):
        self.assertEqual(self.obs.observe(3303, 1, -1, 12), 205)
        self.assertEqual(self.drain(), [(12, 1, rid) for rid in READABLE])
        self.change(1)
        self.assertEqual(self.drain(), [(12, 1, 5700), (12, 1, 5601)])

    def test_object(self):
        self.assertEqual(self.obs.observe(3303, -1, -1, 13), 205)
        self.assertEqual(self.drain(), [(13, iid, rid) for iid in (0, 1) for rid in READABLE])

    def test_the_deepest_observation_gives_the_message_id(self):
        self.obs.observe(3303, -1, -1, 1)
        self.obs.observe(3303, 0, -1, 2)
        self.obs.observe(3303, 0, 5700, 3)
        found = self.drain()
        self.assertEqual(len(found), 12)
        for msgid, iid, rid in found:
            self.assertEqual(msgid, 1 if iid else 3 if rid == 5700 else 2)
        self.assertEqual(self.obs.cancel(3303, 0, 5700), 205)
        self.change()
        self.assertEqual(self.drain(), [(2, 0, 5700), (2, 0, 5601)])
        self.assertEqual(self.obs.cancel(3303, 0, -1), 205)
        self.change()
        self.assertEqual(self.drain(), [(1, 0, 5700), (1, 0, 5601)])
        self.assertEqual(self.obs.cancel(3303, -1, -1), 205)
        self.change()
        self.assertEqual(self.drain(), [])

    def test_what_the_module_does_not_know_is_dropped_and_the_one_around_it_takes_over(self):
        self.obs.observe(3303, 0, -1, 2)
        self.obs.observe(3303, 0, 5700, 3)
        self.obs.observe(3303, 1, -1, 4)
        self.drain()
        self.change()
        item = self.obs.due()
        self.assertEqual(item[0], 3)
        self.obs.failed(item)
        self.obs.drop(3)
        self.clock.advance(3000)
        self.assertEqual(sorted(self.drain()), [(2, 0, 5601), (2, 0, 5700)])
        self.obs.drop(2)
        self.change()
        self.change(1)
        self.assertEqual(sorted(self.drain()), [(4, 1, 5601), (4, 1, 5700)])
        self.obs.drop(99)  # nobody's

    def test_observing_again_starts_over_with_the_new_id(self):
        self.obs.observe(3303, 0, -1, 1)
        self.obs.observe(3303, 0, 5700, 2)
        self.drain()
        self.assertEqual(self.obs.observe(3303, 0, -1, 3), 205)
        # 5700 has its own observation, which nobody renewed.
        self.assertEqual(self.drain(), [(3, 0, rid) for rid in READABLE[1:]])
        self.change()
        self.assertEqual(self.drain(), [(2, 0, 5700), (3, 0, 5601)])

    def test_the_actuator(self):
        self.obs.observe(3306, 0, -1, 5)
        self.assertEqual(self.drain(), [(5, 0, r) for r in (5850, 5851, 5852, 5853, 5750)])
        self.clock.advance(10000)
        self.reg.write(3306, 0, [(5850, 2, b"\x01")])
        self.assertEqual(self.drain(), [(5, 0, 5850)])
        self.clock.advance(10000)
        self.assertEqual(self.drain(), [])  # no notification for every second of on time
        self.act.tick()
        self.assertEqual(self.obs.due(), (5, 3306, 0, 5852, 3, 10))

    def test_reset_of_minimum_and_maximum_is_a_change(self):
        for value in (10, 30, 25):
            self.temps[0].update(value)
        self.obs.observe(3303, 0, -1, 6)
        self.drain()
        self.clock.advance(2000)
        self.reg.execute(3303, 0, 5605, b"reset")
        self.assertEqual(self.drain(), [(6, 0, 5601), (6, 0, 5602)])


class Codes(Observing):
    def test_unknown_and_unreadable(self):
        for path in ((3304, -1, -1), (3303, 2, -1), (3303, 0, 5850), (3303, -1, 5700)):
            self.assertEqual(self.obs.observe(*path, 1), 404)
            self.assertEqual(self.obs.cancel(*path), 404)
        self.assertEqual(self.obs.observe(3303, 0, 5605, 1), 405)
        self.assertEqual(self.drain(), [])

    def test_cancel_needs_the_very_path(self):
        self.obs.observe(3303, 0, -1, 1)
        self.assertEqual(self.obs.cancel(3303, 0, 5700), 404)
        self.assertEqual(self.obs.cancel(3303, -1, -1), 404)
        self.assertEqual(self.obs.cancel(3303, 1, -1), 404)
        self.assertEqual(self.obs.cancel(3303, 0, -1), 205)
        self.assertEqual(self.obs.cancel(3303, 0, -1), 404)

    def test_bounded(self):
        obs = Observations(self.reg, self.clock, limit=2)
        self.assertEqual(obs.observe(3303, 0, 5700, 1), 205)
        self.assertEqual(obs.observe(3303, 0, 5601, 2), 205)
        self.assertEqual(obs.observe(3303, 0, 5602, 3), 400)
        self.assertEqual(obs.observe(3303, 0, 5700, 4), 205)
        self.assertEqual(obs.cancel(3303, 0, 5601), 205)
        self.assertEqual(obs.observe(3303, 0, 5602, 5), 205)

    def test_32_unless_told_otherwise(self):
        for iid in range(2, 6):
            self.reg.add(Temperature(iid))
        obs = Observations(self.reg, self.clock)
        paths = [(iid, rid) for iid in range(6) for rid in READABLE][:33]
        codes = [obs.observe(3303, iid, rid, 1) for iid, rid in paths]
        self.assertEqual(codes, [205] * 32 + [400])

    def test_clear_forgets_all(self):
        self.obs.observe(3303, -1, -1, 1)
        self.obs.clear()
        self.assertIsNone(self.obs.due())
        self.assertIsNone(self.obs.next_ms())
        self.assertEqual(self.obs.cancel(3303, -1, -1), 404)


class Transmission(Observing):
    def test_a_failure_does_not_count_as_sent_and_waits_longer_each_time(self):
        self.obs.observe(3303, 0, 5700, 1)
        self.drain()
        self.obs.set_attributes(3303, 0, 5700, b"pmin=5;st=2")
        self.clock.advance(10000)
        self.temps[0].update(22)
        for wait in (2, 4, 8, 16, 32, 64, 64, 64):
            item = self.obs.due()
            self.assertEqual(item[5], 22.0)
            self.obs.failed(item)
            self.assertIsNone(self.obs.due())
            self.assertEqual(self.obs.next_ms(), wait * 1000)
            self.clock.advance(wait * 1000 - 1)
            self.assertIsNone(self.obs.due())
            self.clock.advance(1)
        self.temps[0].update(20)  # back where it was: still owed, and the latest goes
        item = self.obs.due()
        self.assertEqual(item[5], 20.0)
        self.obs.sent(item)
        self.clock.advance(10000)
        self.assertIsNone(self.obs.due())
        self.temps[0].update(22)
        item = self.obs.due()
        self.obs.failed(item)
        self.assertEqual(self.obs.next_ms(), 2000)  # counted anew after a success

    def test_a_failed_first_notification_and_one_failed_long_ago(self):
        self.obs.observe(3303, 0, 5700, 1)
        self.obs.failed(self.obs.due())
        self.temps[0].lose()
        for _ in range(12):
            self.clock.advance(86400 * 1000)
            self.assertIsNone(self.obs.due())
        self.temps[0].update(3)
        self.assertEqual(self.obs.due()[5], 3.0)

    def test_failing_on_pmax_is_retried(self):
        self.obs.observe(3303, 0, 5700, 1)
        self.obs.set_attributes(3303, 0, 5700, b"pmax=60;st=5")
        self.drain()
        self.clock.advance(60000)
        self.obs.failed(self.obs.due())
        self.clock.advance(2000)
        self.assertEqual(self.drain(), [(1, 0, 5700)])
        self.assertEqual(self.obs.next_ms(), 60000)

    def test_an_event_does_not_shorten_the_wait_behind_a_failed_report(self):
        self.obs.observe(3303, 0, 5700, 1)
        self.obs.set_attributes(3303, 0, 5700, b"pmin=0;pmax=60;st=5")
        self.drain()
        self.clock.advance(60000)
        self.obs.failed(self.obs.due())
        self.temps[0].update(40)
        self.assertIsNone(self.obs.due())
        self.assertEqual(self.obs.next_ms(), 2000)
        self.clock.advance(2000)
        self.obs.failed(self.obs.due())
        self.assertEqual(self.obs.next_ms(), 4000)  # the second failure in a row
        self.clock.advance(4000)
        self.assertEqual(self.obs.due()[5], 40.0)

    def test_what_changed_under_way_is_compared_with_what_was_sent(self):
        self.obs.observe(3303, 0, 5700, 1)
        item = self.obs.due()
        self.temps[0].update(25)
        self.obs.sent(item)
        self.clock.advance(1000)
        self.assertEqual(self.obs.due()[5], 25.0)

    def test_reports_for_an_ended_or_renewed_observation_are_ignored(self):
        self.obs.observe(3303, 0, 5700, 1)
        item = self.obs.due()
        self.obs.observe(3303, 0, 5700, 2)
        self.obs.sent(item)
        self.assertEqual(self.drain(), [(2, 0, 5700)])
        self.change()
        item = self.obs.due()
        self.obs.cancel(3303, 0, 5700)
        self.obs.sent(item)
        self.obs.failed(item)
        self.assertIsNone(self.obs.due())

    def test_one_failing_resource_does_not_starve_the_others(self):
        self.obs.observe(3303, -1, -1, 1)
        for t in self.temps:
            self.obs.set_attributes(3303, t.iid, 5700, b"pmin=0")
        self.drain()
        seen = []
        for n in range(40):
            for t in self.temps:
                t.update(n)
            item = self.obs.due()
            seen.append((item[2], item[3]))
            self.obs.sent(item)
            self.clock.advance(300)
        for iid in (0, 1):
            for rid in (5700, 5601, 5602):
                self.assertIn((iid, rid), seen)
        self.assertGreater(seen.count((0, 5700)), 8)
        self.assertLess(abs(seen.count((0, 5700)) - seen.count((1, 5700))), 3)

    def test_without_a_report_the_next_one_comes_and_the_first_again_later(self):
        self.obs.observe(3303, 0, -1, 1)
        self.assertEqual([self.obs.due()[3] for _ in range(7)], READABLE + [5700])


class Cost(Observing):
    def judged(self):
        """Return the list of (iid, rid) whose live values are asked for from now on."""
        asked = []

        def get(instance, real, rid, live):
            if live:
                asked.append((instance.iid, rid))
            return real(rid, live)

        for each in self.temps:
            each.get = lambda rid, live=False, i=each, real=each.get: get(i, real, rid, live)
        return asked

    def test_nothing_is_judged_while_nothing_changes(self):
        self.obs.observe(3303, -1, -1, 1)
        self.drain()
        judged = self.judged()
        for _ in range(100):
            self.clock.advance(100)
            self.assertIsNone(self.obs.due())
        self.assertEqual(judged, [])
        self.temps[0].update(19)
        self.assertIsNotNone(self.obs.due())
        self.assertEqual(len(set(judged)), 12)

    def test_nothing_is_judged_before_the_time_that_was_told(self):
        self.obs.observe(3303, 0, 5700, 1)
        self.obs.set_attributes(3303, 0, 5700, b"pmax=60")
        self.drain()
        self.assertEqual(self.obs.next_ms(), 60000)
        judged = self.judged()
        self.clock.advance(59999)
        self.assertIsNone(self.obs.due())
        self.assertEqual((self.obs.next_ms(), judged), (1, []))
        self.clock.advance(1)
        self.assertIsNotNone(self.obs.due())
        self.assertEqual(set(judged), {(0, 5700)})

    def test_what_has_no_value_yet_wakes_nobody(self):
        self.temps[0].lose()
        self.obs.observe(3303, 0, 5700, 1)
        self.assertIsNone(self.obs.due())
        self.assertEqual(self.obs.next_ms(), 3600000)
