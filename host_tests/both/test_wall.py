"""The wall clock: network time to UNIX time and RTC, and back to text."""

import unittest

from node.wall import Wall, text, unix

MONDAY = (2026, 11, 23, 2, 0, 11)
AT = 1795399211


class Rtc:
    """A machine.RTC that stands still."""

    def __init__(self, *date):
        self.date = date or (2000, 1, 1, 6, 0, 0, 0, 0)

    def datetime(self, date=None):
        if date is None:
            return self.date
        self.date = date


class WallTest(unittest.TestCase):
    def setUp(self):
        self.counted = 5.5

    def seconds(self):
        return self.counted

    def test_nothing_is_known_until_the_network_tells(self):
        self.assertEqual(Wall(None, self.seconds).now(), None)
        self.assertEqual(Wall(Rtc(), self.seconds).now(), None)

    def test_it_goes_on_from_what_the_network_told(self):
        for rtc in (None, Rtc()):
            self.counted = 5.5
            wall = Wall(rtc, self.seconds)
            wall.learn(MONDAY)
            self.assertEqual(wall.now(), AT)
            self.counted += 90
            self.assertEqual(wall.now(), AT + 90)
            wall.learn(MONDAY)
            self.assertEqual(wall.now(), AT)

    def test_the_rtc_is_set_with_its_weekday(self):
        rtc = Rtc()
        Wall(rtc, self.seconds).learn(MONDAY)
        self.assertEqual(rtc.date, (2026, 11, 23, 1, 2, 0, 11, 0))
        Wall(rtc, self.seconds).learn((2028, 2, 29, 23, 59, 59))
        self.assertEqual(rtc.date[3], 2)

    def test_an_rtc_that_was_set_before_a_sleep_is_believed(self):
        rtc = Rtc(2026, 11, 23, 1, 2, 0, 11, 0)
        self.assertEqual(Wall(rtc, self.seconds).now(), AT)

    def test_an_rtc_that_was_never_set_or_from_an_epoch_is_not_believed(self):
        for year in (1970, 1980, 2000, 2023, 2070, 2080):
            rtc = Rtc(year, 1, 6, 1, 0, 0, 13, 0)
            self.assertEqual(Wall(rtc, self.seconds).now(), None, year)

    def test_a_leap_second_is_no_time_for_an_rtc(self):
        rtc = Rtc()
        wall = Wall(rtc, self.seconds)
        wall.learn((2026, 12, 31, 23, 59, 60))
        self.assertEqual(rtc.date[4:7], (23, 59, 59))
        self.assertEqual(wall.now(), 1798761600)

    def test_dates_there_and_back(self):
        for date, seconds, shown in (
            ((2000, 1, 1, 0, 0, 0, 0), 946684800, "2000-01-01 00:00:00 UTC"),
            ((2024, 2, 29, 0, 12, 0, 1), 1709208001, "2024-02-29 12:00:01 UTC"),
            ((2026, 12, 31, 0, 23, 59, 59), 1798761599, "2026-12-31 23:59:59 UTC"),
            ((2027, 1, 1, 0, 0, 0, 0), 1798761600, "2027-01-01 00:00:00 UTC"),
            ((2028, 3, 1, 0, 0, 0, 0), 1835481600, "2028-03-01 00:00:00 UTC"),
            ((2099, 12, 31, 0, 23, 59, 59), 4102444799, "2099-12-31 23:59:59 UTC"),
        ):
            self.assertEqual(unix(date), seconds)
            self.assertEqual(text(seconds), shown)


if __name__ == "__main__":
    unittest.main()
