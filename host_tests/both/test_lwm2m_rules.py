"""When a resource is notified: the nine vectors of facts/platform.md 4.3 and the cases of 4.2."""

import unittest

from clock import FakeClock

from lwm2m.actuation import Actuation
from lwm2m.observe import Observations
from lwm2m.registry import Registry
from lwm2m.temperature import Temperature

DAY = 86400 * 1000


class Rules(unittest.TestCase):
    start = 0

    def setUp(self):
        self.clock = FakeClock(self.start)
        self.reg = Registry()
        self.temp = Temperature(0)
        self.reg.add(self.temp)
        self.temp.update(20.0)
        self.obs = Observations(self.reg, self.clock)
        self.obs.observe(3303, 0, 5700, 7)
        self.assertEqual(self.sent(), 20.0)
        self.now = 0

    def attributes(self, raw):
        self.assertEqual(self.obs.set_attributes(3303, 0, 5700, raw), 204)

    def sent(self):
        """Return the value notified now, None if there is none; fail if there are two."""
        item = self.obs.due()
        if item is None:
            return None
        self.assertEqual(item[:4], (7, 3303, 0, 5700))
        self.obs.sent(item)
        self.assertIsNone(self.obs.due())
        return item[5]

    def at(self, second, value):
        """Move on to second, sample value, return what is notified."""
        self.clock.advance(int(second * 1000) - self.now)
        self.now = int(second * 1000)
        self.temp.update(value)
        return self.sent()


class Vectors(Rules):
    def test_the_nine(self):
        self.attributes(b"pmin=15;pmax=60;lt=0.0;gt=50.0;st=2.0")
        for second, value, notified in (
            (5, 21.9, None),  # st not met
            (10, 22.0, None),  # event, held by pmin
            (12, 23.1, None),
            (15, 23.1, 23.1),  # the latest
            (40, 24.9, None),  # 1.8
            (75, 24.9, 24.9),  # pmax
            (100, 51.0, 51.0),  # gt and st
            (116, 50.5, None),
            (118, 49.9, 49.9),  # gt downwards, though only 1.1
        ):
            self.assertEqual(self.at(second, value), notified, "at %d s" % second)

    def test_nothing_between_the_vectors(self):
        self.attributes(b"pmin=15;pmax=60;lt=0.0;gt=50.0;st=2.0")
        values = ((5, 21.9), (10, 22.0), (12, 23.1), (40, 24.9), (100, 51.0), (116, 50.5))
        expected = {15: 23.1, 75: 24.9, 100: 51.0, 118: 49.9}
        value = 20.0
        for second in range(1, 130):
            for when, sample in values + ((118, 49.9),):
                if when == second:
                    value = sample
            self.assertEqual(self.at(second, value), expected.get(second), "at %d s" % second)


class OverTheWrap(Vectors):
    start = (1 << 30) - 50000


class OverTheMiddle(Vectors):
    start = (1 << 29) - 50000


class Latch(Rules):
    def test_an_event_in_the_quiet_time_still_goes_out_when_the_value_came_back(self):
        self.attributes(b"pmin=15;st=2")
        self.assertIsNone(self.at(3, 25))
        self.assertIsNone(self.at(4, 20))
        self.assertIsNone(self.at(14.999, 20))
        self.assertEqual(self.at(15, 20), 20.0)
        self.assertIsNone(self.at(60, 20))

    def test_next_ms_notices_events_too(self):
        self.attributes(b"pmin=15;st=2")
        self.clock.advance(1000)
        self.temp.update(25)
        self.assertEqual(self.obs.next_ms(), 14000)
        self.temp.update(20)
        self.clock.advance(14000)
        self.assertEqual(self.sent(), 20.0)

    def test_the_latest_value_goes_out(self):
        self.attributes(b"pmin=10")
        self.assertIsNone(self.at(1, 21))
        self.assertIsNone(self.at(2, 23))
        self.assertIsNone(self.at(3, 26))
        self.assertEqual(self.at(10, 26), 26.0)


class Thresholds(Rules):
    def test_gt_both_ways_and_on_the_threshold(self):
        self.attributes(b"pmin=0;gt=50")
        self.assertIsNone(self.at(1, 50))  # exactly on it is not above
        self.assertEqual(self.at(2, 50.5), 50.5)
        self.assertIsNone(self.at(3, 99))
        self.assertEqual(self.at(4, 50), 50.0)
        self.assertIsNone(self.at(5, 20))

    def test_lt_both_ways_and_on_the_threshold(self):
        self.attributes(b"pmin=0;lt=0")
        self.assertIsNone(self.at(1, 0))
        self.assertEqual(self.at(2, -0.5), -0.5)
        self.assertIsNone(self.at(3, -9))
        self.assertEqual(self.at(4, 0), 0.0)
        self.assertIsNone(self.at(5, 20))

    def test_a_leap_over_both(self):
        self.attributes(b"pmin=0;lt=0;gt=50")
        self.assertEqual(self.at(1, -1), -1.0)
        self.assertEqual(self.at(2, 51), 51.0)
        self.assertEqual(self.at(3, 25), 25.0)

    def test_negative_thresholds(self):
        self.attributes(b"pmin=0;lt=-20.5;gt=-10")
        self.assertEqual(self.at(1, -15), -15.0)
        self.assertEqual(self.at(2, -21), -21.0)

    def test_step_is_measured_from_the_last_notified_value(self):
        self.attributes(b"pmin=0;st=2")
        for second, value in ((1, 20.5), (2, 21), (3, 21.5)):
            self.assertIsNone(self.at(second, value))
        self.assertEqual(self.at(4, 22), 22.0)
        self.assertIsNone(self.at(5, 20.25))
        self.assertEqual(self.at(6, 20), 20.0)

    def test_without_thresholds_any_change_counts(self):
        self.attributes(b"pmin=0;pmax=60")
        self.assertEqual(self.at(1, 20.0625), 20.0625)
        self.assertIsNone(self.at(2, 20.0625))

    def test_a_threshold_set_later_is_held_against_the_last_notified_value(self):
        self.attributes(b"gt=30")
        self.assertIsNone(self.at(5, 25))
        self.attributes(b"gt=22")
        self.assertEqual(self.sent(), 25.0)


class Periods(Rules):
    def test_without_pmin_one_second(self):
        self.assertIsNone(self.at(0.5, 21))
        self.assertIsNone(self.at(0.999, 22))
        self.assertEqual(self.at(1, 22), 22.0)

    def test_pmax_without_change_is_periodic(self):
        self.attributes(b"pmax=60")
        for second in range(1, 200):
            self.assertEqual(self.at(second, 20), 20.0 if second % 60 == 0 else None)

    def test_pmin_equal_pmax_is_a_plain_report(self):
        self.attributes(b"pmin=30;pmax=30")
        for second in range(1, 100):
            self.assertEqual(
                self.at(second, 20 + second), 20.0 + second if second % 30 == 0 else None
            )

    def test_pmax_of_0_or_below_pmin_is_ignored(self):
        for raw in (b"pmin=0;pmax=0", b"pmin=30;pmax=10"):
            self.attributes(raw)
            self.clock.advance(3600 * 1000)
            self.assertIsNone(self.sent())
        self.attributes(b"pmax=30")
        self.assertEqual(self.sent(), 20.0)

    def test_periods_of_weeks(self):
        for days in (7, 20):
            self.attributes(b"pmin=%d;pmax=%d" % (86400 * days, 86400 * days))
            for _ in range(24 * days):
                self.assertIsNone(self.sent())
                wait = self.obs.next_ms()
                self.assertEqual(wait, 3600 * 1000)
                self.clock.advance(wait)
            self.assertEqual(self.sent(), 20.0)

    def test_the_largest_period_is_never(self):
        self.attributes(b"pmin=4294967295")
        self.temp.update(30)
        for _ in range(30):
            self.clock.advance(5 * DAY)
            self.assertIsNone(self.sent())
        self.attributes(b"pmin=1")
        self.assertEqual(self.sent(), 30.0)

    def test_next_ms(self):
        self.assertEqual(self.obs.next_ms(), 3600 * 1000)
        self.attributes(b"pmin=15;pmax=60")
        self.assertEqual(self.obs.next_ms(), 60000)
        self.clock.advance(1500)
        self.assertEqual(self.obs.next_ms(), 58500)
        self.temp.update(21)
        self.assertEqual(self.obs.next_ms(), 13500)
        self.clock.advance(13499)
        self.assertEqual(self.obs.next_ms(), 1)
        self.clock.advance(1)
        self.assertEqual(self.obs.next_ms(), 0)
        self.clock.advance(5000)
        self.assertEqual(self.obs.next_ms(), 0)
        self.assertEqual(self.sent(), 21.0)
        self.assertEqual(self.obs.next_ms(), 60000)
        self.obs.clear()
        self.assertIsNone(self.obs.next_ms())


class NotNumbers(unittest.TestCase):
    def test_thresholds_do_not_touch_texts_and_booleans(self):
        clock = FakeClock()
        reg = Registry()
        reg.add(Actuation(0, clock))
        obs = Observations(reg, clock, pmin=0)
        for rid in (5850, 5853):
            self.assertEqual(obs.set_attributes(3306, 0, rid, b"gt=9;st=5"), 204)
            obs.observe(3306, 0, rid, rid)
            obs.sent(obs.due())
        reg.write(3306, 0, [(5850, 5, b"1"), (5853, 1, b"auto")])
        found = [obs.due(), obs.due()]
        self.assertEqual([item[3:] for item in found], [(5850, 5, True), (5853, 1, "auto")])

    def test_integers_are_numbers(self):
        clock = FakeClock()
        reg = Registry()
        reg.add(Actuation(0, clock))
        obs = Observations(reg, clock)
        obs.set_attributes(3306, 0, 5851, b"pmin=0;st=10")
        obs.observe(3306, 0, 5851, 1)
        obs.sent(obs.due())
        reg.write(3306, 0, [(5851, 3, b"9")])
        self.assertIsNone(obs.due())
        reg.write(3306, 0, [(5851, 3, b"10")])
        self.assertEqual(obs.due(), (1, 3306, 0, 5851, 3, 10))


class Missing(unittest.TestCase):
    def test_the_first_value_is_notified_when_it_comes(self):
        clock = FakeClock()
        reg = Registry()
        temp = Temperature(0)
        reg.add(temp)
        obs = Observations(reg, clock)
        obs.set_attributes(3303, 0, 5700, b"pmin=60;pmax=90;gt=50")
        self.assertEqual(obs.observe(3303, 0, 5700, 9), 205)
        self.assertIsNone(obs.due())
        clock.advance(DAY)
        self.assertIsNone(obs.due())
        temp.update(float("nan"))
        self.assertIsNone(obs.due())
        temp.update(21.5)
        item = obs.due()
        self.assertEqual(item, (9, 3303, 0, 5700, 4, 21.5))
        obs.sent(item)
        temp.lose()
        clock.advance(DAY)
        self.assertIsNone(obs.due())
        temp.update(21.5)
        self.assertEqual(obs.due(), item)  # pmax is long over
