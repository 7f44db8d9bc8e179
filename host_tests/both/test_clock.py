"""The network's clock: the forms in which it is printed, UTC or local time, and who is told it."""

import unittest

import rig
from modem_rig import play
from rig import Peer

from m5310.network import Network
from m5310.nitz import parse_clock


class ClockTest(unittest.TestCase):
    """The M5310 family prints UTC with the zone beside it; 27.007 and the M5311 local time."""

    def test_the_time_is_utc_whatever_the_zone_beside_it(self):
        for text, expected in (
            (b"20/08/07,06:16:37+32", (2020, 8, 7, 6, 16, 37)),  # a BC28 in use, by its UNIX time
            (b"17/01/09,14:53:12+01", (2017, 1, 9, 14, 53, 12)),
            (b"17/01/09,14:53:12-32", (2017, 1, 9, 14, 53, 12)),
            (b"17/01/09,14:53:12+00", (2017, 1, 9, 14, 53, 12)),
            (b"17/01/09,14:53:12", (2017, 1, 9, 14, 53, 12)),
            (b"24/01/01,00:00:00+32", (2024, 1, 1, 0, 0, 0)),
            (b"24/02/29,23:59:59+32", (2024, 2, 29, 23, 59, 59)),
            (b"17/01/09,14:53:60+00", (2017, 1, 9, 14, 53, 60)),
        ):
            self.assertEqual(parse_clock(text), expected, text)

    def test_quotes_blanks_and_years_of_four_digits(self):
        expected = (2026, 11, 28, 2, 0, 1)
        for text in (
            b"26/11/28,02:00:01+32",
            b'"26/11/28,02:00:01+32"',
            b' "26/11/28,02:00:01+32" ',
            b" 26/11/28,02:00:01+32",
            b"26/11/28, 02:00:01 +32",
            b"2026/11/28,02:00:01+32",
            b' "2026/11/28,02:00:01+32"',
            b'"2026/11/28,02:00:01"',
            b"26/11/28,02:00:01 GMT+8",
            b'"26/11/28,02:00:01GMT+8"',
            b"26/11/28,02:00:01 gmt+08",
            b"26/11/28,02:00:01 UTC",
        ):
            self.assertEqual(parse_clock(text), expected, text)
            self.assertEqual(parse_clock(bytearray(text)), expected, text)

    def test_a_clock_that_no_network_has_set_is_no_time(self):
        for text in (
            b'"80/01/06,00:00:13"',
            b"80/01/06,00:00:13+32",
            b"1980/01/06,00:00:13+00",
            b"2080/01/06,00:00:13+00",
            b"70/01/01,00:00:05+32",
            b"1970/01/01,08:00:05+32",
            b"2070/01/01,08:00:05+32",
            b"99/12/31,23:59:59+00",
            b"00/01/01,00:00:10+08",
            b"2000/01/01,00:00:10+08",
            b"00/00/00,00:00:00+00",
            b"04/01/01,00:00:00",
            b"16/12/31,23:59:59+32",
        ):
            for local in (False, True):
                self.assertIsNone(parse_clock(text, local), text)

    def test_local_time_over_day_month_and_year(self):
        for text, expected in (
            (b"17/01/09,14:53:12+01", (2017, 1, 9, 14, 38, 12)),
            (b"17/01/09,14:53:12+32", (2017, 1, 9, 6, 53, 12)),
            (b"17/01/09,14:53:12-32", (2017, 1, 9, 22, 53, 12)),
            (b'"17/01/09,14:53:12+32"', (2017, 1, 9, 6, 53, 12)),
            (b"2017/01/09,14:53:12+32", (2017, 1, 9, 6, 53, 12)),
            (b"17/01/09,14:53:12 GMT+8", (2017, 1, 9, 6, 53, 12)),
            (b"17/01/09,14:53:12GMT-8", (2017, 1, 9, 22, 53, 12)),
            (b"17/01/09,14:53:12 GMT", (2017, 1, 9, 14, 53, 12)),
            (b"17/01/09,14:53:12+00", (2017, 1, 9, 14, 53, 12)),
            (b"24/01/01,00:00:00+32", (2023, 12, 31, 16, 0, 0)),
            (b"24/03/01,07:59:59+32", (2024, 2, 29, 23, 59, 59)),
            (b"23/03/01,07:59:59+32", (2023, 2, 28, 23, 59, 59)),
            (b"20/03/01,00:00:00+01", (2020, 2, 29, 23, 45, 0)),
            (b"24/05/01,01:00:00+32", (2024, 4, 30, 17, 0, 0)),
            (b"24/12/31,23:00:00-04", (2025, 1, 1, 0, 0, 0)),
            (b"24/02/28,23:00:00-04", (2024, 2, 29, 0, 0, 0)),
            (b"24/02/29,23:00:00-04", (2024, 3, 1, 0, 0, 0)),
            (b"23/02/28,23:00:00-04", (2023, 3, 1, 0, 0, 0)),
            (b"24/04/30,12:00:00-48", (2024, 5, 1, 0, 0, 0)),
            (b"24/04/30,11:59:00-48", (2024, 4, 30, 23, 59, 0)),
            (b"24/05/01,08:00:00+32", (2024, 5, 1, 0, 0, 0)),
            (b"24/02/01,07:59:00+32", (2024, 1, 31, 23, 59, 0)),
            (b"24/01/31,23:00:00-04", (2024, 2, 1, 0, 0, 0)),
            (b"24/11/30,23:00:00-04", (2024, 12, 1, 0, 0, 0)),
            (b"24/12/01,07:59:00+32", (2024, 11, 30, 23, 59, 0)),
        ):
            self.assertEqual(parse_clock(text, True), expected, text)

    def test_local_time_without_a_zone_is_refused(self):
        for text in (b"26/11/28,02:00:01", b'"2026/11/28,02:00:01"'):
            with self.assertRaises(ValueError) as caught:
                parse_clock(text, True)
            self.assertEqual(str(caught.exception), "zone")

    def test_what_is_no_time_is_refused(self):
        for text in (
            b"",
            b"17/01/09",
            b"17/13/09,14:53:12+01",
            b"17/00/09,14:53:12+01",
            b"17/01/00,14:53:12+01",
            b"17/01/32,14:53:12+01",
            b"17/02/30,14:53:12+01",
            b"17/02/29,14:53:12+01",
            b"17/01/09,24:53:12+01",
            b"17/01/09,14:60:12+01",
            b"17/01/09,14:53:61+01",
            b"17/01/09,14:53:12+x",
            b"17/01/09,14:53:12+",
            b"17/01/09,14:53:12+9999",
            b"17/01/09,14:53:12-9999",
            b"17/01/09,14:53:12+-1",
            b"17/01/09,14:53:12+1+2",
            b"17/01/09,14:53+01",
            b"7/01/09,14:53:12+01",
            b"217/01/09,14:53:12+01",
            b"17/1/09,14:53:12+01",
            b"17/01/09,14:5:12+01",
            b"1x/01/09,14:53:12+01",
            b"17-01-09T14-53-12+01",
            b"\xff" * 20,
        ):
            with self.assertRaises(ValueError) as caught:
                parse_clock(text)
            self.assertIn(str(caught.exception), ("clock", "zone", "number"), text)

    def test_the_last_day_of_each_month(self):
        for month, days in enumerate((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1):
            text = b"26/%02d/%02d,12:00:00+32"
            self.assertEqual(parse_clock(text % (month, days)), (2026, month, days, 12, 0, 0))
            with self.assertRaises(ValueError):
                parse_clock(text % (month, days + 1))

    def test_the_first_and_the_last_year_and_the_widest_zone(self):
        for text, expected in (
            (b"17/01/01,00:00:00+00", (2017, 1, 1, 0, 0, 0)),
            (b"69/12/31,23:59:59+00", (2069, 12, 31, 23, 59, 59)),
            (b"69/12/31,23:59:59-01", (2070, 1, 1, 0, 14, 59)),
            (b"24/05/02,00:00:00+96", (2024, 5, 1, 0, 0, 0)),
            (b"24/05/02,00:00:00-96", (2024, 5, 3, 0, 0, 0)),
            (b"24/05/02,00:00:00 GMT+24", (2024, 5, 1, 0, 0, 0)),
        ):
            self.assertEqual(parse_clock(text, True), expected, text)
        for zone in (b"+97", b"-97", b" GMT+25"):
            with self.assertRaises(ValueError) as caught:
                parse_clock(b"24/05/02,00:00:00" + zone)
            self.assertEqual(str(caught.exception), "zone")


class AskTimeTest(unittest.TestCase):
    """What is told of the answer to AT+CCLK?, which ends a bring-up."""

    def told(self, answer, local=False):
        """Return (network.time, what on_time heard) behind a bring-up."""
        heard = []

        async def scene(r):
            network = Network(r.at, r.clock)
            network.local_clock = local
            network.on_time = heard.append
            await network.attach(print, 60000)
            return network.time

        answers = {b"AT+CEREG?": [b"+CEREG:1,1", b"OK"], b"AT+CCLK?": [answer, b"OK"]}
        return rig.run(scene, Peer(answers)), heard

    def test_the_clock_of_a_network_is_told_in_utc(self):
        expected = (2026, 11, 28, 2, 0, 0)
        for answer, local in (
            (b"+CCLK:26/11/28,02:00:00+32", False),
            (b'+CCLK: "26/11/28,02:00:00+32"', False),
            (b'+CCLK: "2026/11/28,02:00:00+32"', False),
            (b"+CCLK:26/11/28,10:00:00+32", True),
            (b'+CCLK: "2026/11/28,10:00:00+32"', True),
        ):
            self.assertEqual(self.told(answer, local), (expected, [expected]), answer)

    def test_a_modem_is_told_which_of_both_its_module_prints(self):
        async def scene(node):
            await node.modem.attach(60000)
            return node.modem.network.time[3]

        answers = {
            b"AT+CEREG?": [b"+CEREG:1,1", b"OK"],
            b"AT+CCLK?": [b"+CCLK:26/11/28,10:00:00+32", b"OK"],
        }
        self.assertEqual(play(scene, Peer(answers)), 10)
        self.assertEqual(play(scene, Peer(answers), local_clock=False), 10)
        self.assertEqual(play(scene, Peer(answers), local_clock=True), 2)

    def test_a_clock_that_is_not_set_is_told_to_nobody(self):
        for answer in (b'+CCLK: "80/01/06,00:00:13"', b"+CCLK:00/01/01,00:00:10+08"):
            self.assertEqual(self.told(answer), (None, []), answer)

    def test_a_time_before_2024_is_shown_and_told_to_nobody(self):
        """A clock that runs on without a network; readings would bear its time for good."""
        for answer, expected in (
            (b"+CCLK:20/08/07,06:16:37+32", (2020, 8, 7, 6, 16, 37)),
            (b"+CCLK:23/12/31,23:59:59+32", (2023, 12, 31, 23, 59, 59)),
        ):
            self.assertEqual(self.told(answer), (expected, []), answer)
        first = (2024, 1, 1, 0, 0, 0)
        self.assertEqual(self.told(b"+CCLK:24/01/01,00:00:00+32"), (first, [first]))


if __name__ == "__main__":
    unittest.main()
