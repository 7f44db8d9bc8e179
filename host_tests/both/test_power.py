"""Timers of power saving against facts/protocol.md 3.1, and what is asked of the module."""

import asyncio
import unittest

import rig
from rig import Peer

from m5310 import power
from m5310.network import Network

OFF = "11100000"


class TimerTest(unittest.TestCase):
    def test_the_manuals_examples(self):
        """M5310-A 9.2; BC68T: "00100001" is an hour, "00000101" ten seconds."""
        self.assertEqual(power.periodic_s("01000011"), 108000)
        self.assertEqual(power.periodic_s("00100001"), 3600)
        self.assertEqual(power.reached_s("00000101"), 10)
        self.assertEqual(power.reached_s("01000011"), 1080)
        self.assertEqual(power.periodic(3600), "00100001")
        self.assertEqual(power.reached(10), "00000101")

    def test_each_unit(self):
        for bits, unit in (
            ("000", 600),
            ("001", 3600),
            ("010", 36000),
            ("011", 2),
            ("100", 30),
            ("101", 60),
            ("110", 1152000),
        ):
            self.assertEqual(power.periodic_s(bits + "00001"), unit)
            self.assertEqual(power.periodic_s(bits + "11111"), 31 * unit)
        for bits, unit in (("000", 2), ("001", 60), ("010", 360)):
            self.assertEqual(power.reached_s(bits + "11111"), 31 * unit)

    def test_the_shortest_that_reaches_far_enough(self):
        """Each unit up to 31 of it; behind the longest, the longest."""
        for seconds, text in (
            (0, "00000000"),
            (1, "00000001"),
            (2, "00000001"),
            (3, "00000010"),
            (60, "00100001"),  # a minute, not 30 times two seconds
            (61, "00011111"),
            (62, "00011111"),
            (63, "00100010"),
            (120, "00100010"),
            (121, "00100011"),
            (1860, "00111111"),
            (1861, "01000110"),
            (11160, "01011111"),
            (11161, "01011111"),
            (10**7, "01011111"),
        ):
            self.assertEqual(power.reached(seconds), text, seconds)
        for seconds, text in (
            (0, "01100000"),
            (62, "01111111"),
            (63, "10000011"),
            (930, "10011111"),
            (931, "10110000"),
            (1860, "10111111"),
            (1861, "00000100"),
            (18600, "00011111"),
            (18601, "00100110"),
            (111600, "00111111"),
            (111601, "01000100"),
            (1116000, "01011111"),
            (1116001, "11000001"),
            (31 * 1152000, "11011111"),
            (31 * 1152000 + 1, "11011111"),
        ):
            self.assertEqual(power.periodic(seconds), text, seconds)

    def test_an_active_time_of_an_unknown_unit_counts_minutes(self):
        for bits in ("011", "100", "101", "110"):
            self.assertEqual(power.reached_s(bits + "00101"), 300)
            self.assertEqual(power.reached_s(bits + "00000"), 0)

    def test_off(self):
        self.assertEqual((power.periodic(None), power.reached(None)), (OFF, OFF))
        for text in (OFF, "11111111"):
            self.assertEqual((power.periodic_s(text), power.reached_s(text)), (None, None))

    def test_what_is_no_timer(self):
        for text in ("", "0000000", "000000000", "0000000x", " 0000000"):
            with self.assertRaises(ValueError) as caught:
                power.periodic_s(text)
            self.assertEqual(str(caught.exception), "timer")
            with self.assertRaises(ValueError):
                power.reached_s(text)
        for text in ("", "0000", "0100", "01011", "xxxx"):
            with self.assertRaises(ValueError) as caught:
                power.cycle_s(text)
            self.assertEqual(str(caught.exception), "cycle")

    def test_cycles_of_edrx(self):
        self.assertEqual((power.cycle(1), power.cycle_s("0010")), ("0010", 20.48))
        self.assertEqual((power.cycle(80), power.cycle_s("0101")), ("0101", 81.92))
        self.assertEqual((power.cycle(99999), power.cycle_s("1111")), ("1111", 10485.76))


class AskedTest(unittest.TestCase):
    def asked(self, settings, answers=None):
        """Return (commands, what was logged)."""
        said = []

        async def scene(r):
            await power.set_up(Network(r.at, r.clock), said.append, settings)
            return r.sent

        return rig.run(scene, Peer(answers)), said

    def test_psm_and_edrx(self):
        sent, said = self.asked((10, 86400, 0))
        psm = b'AT+CPSMS=1,,,"00111000","00000101"'
        self.assertEqual((sent, said), ([psm, b"AT+CEDRXS=0,5", b"AT+NPSMR=1"], []))
        sent, _ = self.asked((None, 0, 81.92))
        self.assertEqual(sent[:2], [b"AT+CPSMS=0", b'AT+CEDRXS=1,5,"0101"'])

    def test_what_is_refused_is_told_and_passed_over(self):
        sent, said = self.asked((10, 3600, 0), {b"AT+CEDRXS=0,5": b"+CME ERROR: 50"})
        self.assertEqual((len(sent), len(said)), (3, 1))
        self.assertIn("CEDRXS", said[0])

    def test_a_module_that_takes_four_seconds_for_it_is_waited_for(self):
        """The network is asked meanwhile."""

        async def scene(r):
            said = []
            call = power.set_up(Network(r.at, r.clock), said.append, (None, 0, 0))
            task = asyncio.create_task(call)
            for _ in range(3):
                await r.sleep(4000)
                r.urc(b"OK")
                await r.sleep(100)
            await task
            return said, len(r.sent)

        answers = dict.fromkeys((b"AT+CPSMS=0", b"AT+CEDRXS=0,5", b"AT+NPSMR=1"))
        self.assertEqual(rig.run(scene, Peer(answers)), ([], 3))

    def granted(self, *lines):
        async def scene(r):
            return await power.granted(Network(r.at, r.clock)), r.sent

        return rig.run(scene, Peer({b"AT+CEREG?": list(lines) + [b"OK"]}))

    def test_what_the_network_gave(self):
        line = b'+CEREG:5,1,19E6,94,9,00,,,"00000101","00111000"'
        times, sent = self.granted(line)
        self.assertEqual(times, (10, 86400))
        self.assertEqual(sent, [b"AT+CEREG=5", b"AT+CEREG?", b"AT+CEREG=1"])
        self.assertEqual(self.granted(b"+CEREG:5,1,19E6,94,9,,,,,")[0], (None, None))
        self.assertEqual(
            self.granted(b"+CEREG:5,1,19E6,94,9,,,,11100000,11111111")[0], (None, None)
        )

    def test_the_timers_are_the_last_two_fields_of_a_long_answer(self):
        given = (10, 86400)
        timers = b'"00000101","00111000"'
        for middle in (b",,,", b"9,,,", b"9,0,,", b"9,", b""):
            line = b"+CEREG:5,1,19E6,94," + middle + timers
            self.assertEqual(self.granted(line)[0], given, line)

    def test_other_lines_in_between_are_not_the_answer(self):
        line = b'+CEREG:5,1,19E6,94,9,00,,,"00000101","00111000"'
        self.assertEqual(self.granted(b"123", line)[0], (10, 86400))
        self.assertEqual(self.granted(b"+CEREG:2", line)[0], (10, 86400))

    def test_no_timers_are_none(self):
        for lines in ((), (b"+CEREG:5,1",), (b"+CEREG:5,1,19E6,94,9",), (b"123",)):
            times, sent = self.granted(*lines)
            self.assertEqual(times, (None, None), lines)
            self.assertEqual(sent[-1], b"AT+CEREG=1")

    def test_a_short_answer_tells_the_state_all_the_same(self):
        async def scene(r):
            network = Network(r.at, r.clock)
            times = await power.granted(network)
            return times, network.state, network.cell

        peer = Peer({b"AT+CEREG?": [b"+CEREG:5,1,19E6,94,9", b"OK"]})
        self.assertEqual(rig.run(scene, peer), ((None, None), 1, ("19E6", "94", "9")))


class SleepTest(unittest.TestCase):
    """What wakes a sleeping module is lost: it gets an AT first."""

    def woken(self, *lines):
        """Return (what is sent for two commands at once behind lines, lines not understood)."""

        async def scene(r):
            power.watch(r.at)
            for line in lines:
                r.urc(line)
                await r.sleep(50)
            await r.sleep(3000)
            del r.uart.lines[:]
            calls = [asyncio.create_task(r.at.command(text)) for text in (b"AT+A", b"AT+B")]
            for call in calls:
                await call
            return r.uart.lines, r.at.status()["malformed"]

        return rig.run(scene)

    def test_as_it_reports(self):
        asleep = [b"AT", b"AT+A", b"AT+B"]
        for line in (b"+NPSMR:1", b"+NPSMR: 1", b"+NPSMR:1,1", b"+NPSMR:0,0,0,1"):
            self.assertEqual(self.woken(line), (asleep, 0), line)
        for line in (b"+NPSMR:0", b"+NPSMR: 0", b"+NPSMR:1,0", b"+NPSMR:2", b"+NPSMR:11"):
            self.assertEqual(self.woken(b"+NPSMR:1", line), (asleep[1:], 0), line)

    def test_what_cannot_be_read_changes_nothing(self):
        for line in (b"+NPSMR:0,0,0,0,0", b'+NPSMR:"0'):
            self.assertEqual(self.woken(b"+NPSMR:1", line), ([b"AT", b"AT+A", b"AT+B"], 1), line)
            self.assertEqual(self.woken(line), ([b"AT+A", b"AT+B"], 1), line)

    def test_an_answer_is_told_from_a_report(self):
        async def scene(r):
            power.watch(r.at)
            return await r.at.command(b"AT+NPSMR?"), r.at.asleep

        for lines, answer, asleep in (
            ([b"+NPSMR:1,0"], [b"+NPSMR:1,0"], 0),
            ([b"+NPSMR:1", b"+NPSMR:1,1"], [b"+NPSMR:1,1"], 1),
        ):
            got = rig.run(scene, Peer({b"AT+NPSMR?": lines + [b"OK"]}))
            self.assertEqual(got, (answer, asleep), lines)


if __name__ == "__main__":
    unittest.main()
