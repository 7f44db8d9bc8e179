"""Notifications of what counts by itself, the on time 5852: the value of their moment."""

import unittest

from clock import FakeClock

from lwm2m import kept
from lwm2m.actuation import Actuation
from lwm2m.observe import Observations
from lwm2m.registry import Registry

TICK_MS = 60000  # the sampler's


class OnTimeTest(unittest.TestCase):
    def made(self, attributes, start=(1 << 30) - 30000):
        """Observe 3306/0/5852 with attributes; everything off, its first value sent."""
        self.clock = FakeClock(start)
        self.reg = Registry()
        self.act = Actuation(0, self.clock)
        self.reg.add(self.act)
        self.obs = Observations(self.reg, self.clock)
        self.assertEqual(self.obs.set_attributes(3306, 0, 5852, attributes), 204)
        self.obs.observe(3306, 0, 5852, 9)
        self.obs.sent(self.obs.due())
        self.second = 0

    def switch(self, on):
        self.assertEqual(self.reg.write(3306, 0, [(5850, 5, b"1" if on else b"0")]), 204)

    def told(self, seconds):
        """Let seconds pass as a node does; return [(second, value), ...] of the notifications."""
        out = []
        for _ in range(seconds):
            self.clock.advance(1000)
            self.second += 1
            if self.second % (TICK_MS // 1000) == 0:
                self.act.tick()
            item = self.obs.due()
            if item:
                self.assertEqual(item[5], self.reg.read(3306, 0, 5852)[1][0][3])
                out.append((self.second, item[5]))
                self.obs.sent(item)
        return out

    def test_pmax_sends_the_present_count(self):
        self.made(b"pmax=10;gt=15")
        self.switch(True)
        self.assertEqual(self.told(40), [(10, 10), (16, 16), (26, 26), (36, 36)])

    def test_gt_fires_when_the_present_count_crosses_it(self):
        for gt, second in ((b"15", 16), (b"15.5", 16), (b"200", 201)):
            self.made(b"gt=" + gt)
            self.switch(True)
            self.assertEqual(self.told(300), [(second, second)], gt)

    def test_lt_fires_when_the_present_count_crosses_it(self):
        for lt, second in ((b"15", 15), (b"15.5", 16), (b"90", 90)):
            self.made(b"lt=" + lt)
            self.switch(True)
            self.assertEqual(self.told(300), [(second, second)], lt)

    def test_st_fires_each_time_the_present_count_has_moved_on_by_it(self):
        for st, step in ((b"7", 7), (b"2.5", 3), (b"45", 45)):
            self.made(b"st=" + st)
            self.switch(True)
            told = self.told(100)
            self.assertEqual(told, [(n, n) for n in range(step, 101, step)], st)

    def test_several_rules_together(self):
        self.made(b"st=10;gt=26;lt=5;pmin=5")
        self.switch(True)
        told = [second for second, _ in self.told(45)]
        self.assertEqual(told, [5, 15, 25, 30, 40])  # lt, st, st, gt held back by pmin, st

    def test_pmin_holds_it_back_and_then_the_latest_goes_out(self):
        self.made(b"pmin=20;gt=5")
        self.switch(True)
        self.assertEqual(self.told(60), [(20, 20)])

    def test_without_rules_the_count_is_told_once_a_minute_and_when_it_ends(self):
        self.made(b"")
        self.switch(True)
        self.assertEqual(self.told(130), [(60, 60), (120, 120)])
        self.switch(False)
        self.assertEqual(self.told(200), [(131, 130)])

    def test_with_pmax_alone_the_minutes_do_not_tell_it_twice(self):
        self.made(b"pmax=50")
        self.switch(True)
        self.assertEqual(self.told(115), [(50, 50), (60, 60), (110, 110)])

    def test_a_reset_is_told_at_once(self):
        self.made(b"")
        self.switch(True)
        self.told(60)
        self.assertEqual(self.reg.write(3306, 0, [(5852, 3, b"0")]), 204)
        self.assertEqual(self.told(2), [(61, 1)])

    def test_whoever_sleeps_till_the_next_event_wakes_within_a_second_of_it(self):
        self.made(b"gt=1000;pmax=5000")
        self.switch(True)
        slept = 0
        while self.obs.due() is None:
            wait = self.obs.next_ms()
            self.assertGreater(wait, 0)
            self.clock.advance(wait)
            slept += wait
            self.assertLess(slept, 1003000)
        self.assertEqual(self.obs.due()[5], 1001)

    def test_behind_the_crossing_of_a_threshold_nothing_wakes_anybody(self):
        for rule, second in ((b"gt=15", 16), (b"lt=15", 15)):
            self.made(rule)
            self.switch(True)
            self.assertEqual(self.told(second), [(second, second)], rule)
            self.assertEqual(self.obs.next_ms(), 3600000, rule)

    def test_switched_off_and_on_between_two_looks_it_is_told(self):
        self.made(b"")
        self.switch(True)
        self.clock.advance(5000)
        self.assertIsNone(self.obs.due())
        self.switch(False)
        self.switch(True)
        self.assertEqual(self.obs.due()[5], 5)

    def test_while_it_is_off_nothing_wakes_anybody(self):
        self.made(b"gt=15")
        self.assertEqual(self.obs.next_ms(), 3600000)

    def test_a_rule_and_no_value_sent_yet(self):
        """So it is when readings are to be sent once more behind a sleep."""
        self.made(b"st=5")
        self.switch(True)
        kept.again(self.obs, (9, 3306, 0, 5852, 3, 0))
        self.assertEqual(self.obs.due()[5], 0)
