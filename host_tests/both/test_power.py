"""Timers of power saving against facts/protocol.md 3.1, and what is asked of the module."""

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

    def test_off(self):
        self.assertEqual((power.periodic(None), power.reached(None)), (OFF, OFF))
        for text in (OFF, "11111111"):
            self.assertEqual((power.periodic_s(text), power.reached_s(text)), (None, None))

    def test_what_is_no_timer(self):
        for text in ("", "0000000", "000000000", "0000000x", " 0000000"):
            with self.assertRaises(ValueError):
                power.periodic_s(text)
            with self.assertRaises(ValueError):
                power.reached_s(text)
        for text in ("", "0000", "0100", "01011", "xxxx"):
            with self.assertRaises(ValueError):
                power.cycle_s(text)

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

    def granted(self, line):
        async def scene(r):
            return await power.granted(Network(r.at, r.clock)), r.sent

        return rig.run(scene, Peer({b"AT+CEREG?": [line, b"OK"]}))

    def test_what_the_network_gave(self):
        line = b'+CEREG:5,1,19E6,94,9,00,,,"00000101","00111000"'
        times, sent = self.granted(line)
        self.assertEqual(times, (10, 86400))
        self.assertEqual(sent, [b"AT+CEREG=5", b"AT+CEREG?", b"AT+CEREG=1"])
        self.assertEqual(self.granted(b"+CEREG:5,1,19E6,94,9,,,,,")[0], (None, None))
        self.assertEqual(
            self.granted(b"+CEREG:5,1,19E6,94,9,,,,11100000,11111111")[0], (None, None)
        )


if __name__ == "__main__":
    unittest.main()
