"""Bring-up in the guide's order, registration however it is reported, the network's clock."""

import asyncio
import unittest

import rig
import vtime
from fakeuart import FakeUart
from rig import CHUNKS, Peer

from m5310 import errors
from m5310.bringup import bring_up
from m5310.errors import AtError
from m5310.network import Network
from m5310.nitz import parse_clock

IMEI = b"+CGSN:869976030000001"
IMSI = b"460040000000001"
CGDCONT = b'+CGDCONT:0,"IP","nbiot.MNC002.MCC460.GPRS",,0,0'


def module(registered=b"+CEREG:1,1", **changes):
    """A module that answers everything of guide 1."""
    answers = {
        b"AT+CGSN=1": [IMEI, b"OK"],
        b"AT+CIMI": [IMSI, b"OK"],
        b"AT+CEREG?": [registered, b"OK"],
        b"AT+CGDCONT?": [CGDCONT, b"OK"],
        b"AT+CSQ": [b"+CSQ:31,99", b"OK"],
        b"AT+CCLK?": [b"+CCLK:17/01/09,14:53:12+01", b"OK"],
    }
    answers.update({b"AT+" + name.encode(): value for name, value in changes.items()})
    return Peer(answers)


def up(peer, timeout=180000, during=None, **options):
    """Bring peer's module up; return (network, commands, log, AtError or None, ms it took)."""
    log = []

    async def scene(r):
        network = Network(r.at, r.clock)
        start = r.clock.ticks_ms()
        task = asyncio.create_task(during(r)) if during else None
        error = None
        try:
            await bring_up(network, log.append, timeout, **options)
        except AtError as e:
            error = e
        if task:
            await task
        return network, r.sent, log, error, r.clock.ticks_diff(r.clock.ticks_ms(), start)

    return rig.run(scene, peer)


class OrderTest(unittest.TestCase):
    FIRST = [b"AT+CMEE=1", b"AT+CGSN=1", b"AT+CIMI"]
    CHOSEN = [b'AT+COPS=1,2,"46000"', b"AT+NEARFCN=0,3555"]
    REPORTS = [b"AT+CSCON=1", b"AT+CEREG=1"]
    LAST = [b"AT+CEREG?", b"AT+CGDCONT?", b"AT+CSQ", b"AT+CCLK?"]

    def test_nothing_configured(self):
        network, sent, log, error, _ = up(module())
        self.assertEqual(sent, self.FIRST + self.REPORTS + self.LAST)
        self.assertEqual((log, error), ([], None))
        self.assertTrue(network.registered)
        self.assertEqual((network.imei, network.imsi), ("869976030000001", "460040000000001"))
        self.assertEqual(network.apn, "nbiot.MNC002.MCC460.GPRS")
        self.assertEqual(network.quality(), "signal -51 dBm")
        self.assertEqual(network.time, (2017, 1, 9, 14, 53, 12))

    def test_operator_and_earfcn_are_sent_where_the_guide_sends_them(self):
        _, sent, _, error, _ = up(module(), operator="46000", earfcn=3555)
        self.assertEqual(sent, self.FIRST + self.CHOSEN + self.REPORTS + self.LAST)
        self.assertIsNone(error)

    def test_each_of_them_alone(self):
        sent = up(module(), operator="46000")[1]
        self.assertEqual(sent, self.FIRST + self.CHOSEN[:1] + self.REPORTS + self.LAST)
        sent = up(module(), earfcn=3555)[1]
        self.assertEqual(sent, self.FIRST + self.CHOSEN[1:] + self.REPORTS + self.LAST)

    def test_an_operator_that_is_refused_ends_it(self):
        peer = module()
        peer.answers[b'AT+COPS=1,2,"46000"'] = b"+CME ERROR: 50"
        _, sent, _, error, _ = up(peer, operator="46000")
        self.assertEqual((error.kind, error.code), (errors.CME, 50))
        self.assertEqual(sent[-1], b'AT+COPS=1,2,"46000"')

    def test_a_refused_earfcn_ends_it(self):
        peer = module()
        peer.answers[b"AT+NEARFCN=0,3555"] = b"ERROR"
        self.assertEqual(up(peer, earfcn=3555)[3].kind, errors.ERROR)

    def test_it_starts_with_the_banner_and_at_until_ok(self):
        async def main():
            booted = [0]
            peer = module()

            def power_up(line):
                booted[0] += 1
                return peer(line) if booted[0] > 4 else b""

            uart = FakeUart(7, power_up)
            from m5310.at import At

            at = At(uart, vtime.clock)
            task = asyncio.create_task(at.run())
            uart.push(b"\r\nOK\r\n")
            await at.sync(30000)
            begun = vtime.clock.ticks_ms()
            await bring_up(Network(at, vtime.clock), print, 60000)
            task.cancel()
            took = vtime.clock.ticks_diff(vtime.clock.ticks_ms(), begun)
            self.assertTrue(took > 100 * (len(uart.lines) - 6), "slowly, while the module starts")
            self.assertEqual(at.pause, 20)
            return uart.lines

        lines = vtime.run(main())
        self.assertEqual(lines[:6], [b"AT"] * 5 + [b"AT+CMEE=1"])

    def test_imsi_that_is_not_readable_in_the_first_seconds(self):
        asked = []

        def cimi(line):
            asked.append(line)
            return b"+CME ERROR: 524" if len(asked) < 5 else [IMSI, b"OK"]

        network, sent, log, error, took = up(module(CIMI=cimi))
        self.assertEqual(network.imsi, IMSI.decode())
        self.assertEqual(len(asked), 5)
        self.assertTrue(4000 <= took < 6000, took)
        self.assertEqual((log, error), ([], None))
        self.assertEqual(sent[-1], b"AT+CCLK?")

    def test_an_empty_cimi_answer_and_one_with_a_prefix(self):
        network, _, _, error, _ = up(module(CIMI=[b"+CIMI:460040000000001", b"OK"]))
        self.assertEqual((network.imsi, error), ("460040000000001", None))
        network, _, _, error, _ = up(module(CIMI=b"OK"))
        self.assertEqual((network.imsi, error), (None, None))

    def test_a_step_that_keeps_failing_is_logged_and_passed_over(self):
        network, sent, log, error, _ = up(module(CIMI=b"ERROR", CGSN=b"ERROR"))
        self.assertIsNone(error)
        self.assertIsNone(network.imsi)
        self.assertEqual(log, ["ERROR: AT+CIMI"])
        self.assertEqual(sent.count(b"AT+CIMI"), 8)
        self.assertEqual(sent[-1], b"AT+CCLK?")

    def test_answers_nobody_can_read_are_logged_and_passed_over(self):
        network, _, log, error, _ = up(
            module(
                **{
                    "CGSN=1": [b"+CGSN:none", b"OK"],
                    "CGDCONT?": [b"+CGDCONT:0", b"OK"],
                    "CSQ": [b"+CSQ:\xff", b"OK"],
                    "CCLK?": [b"+CCLK:soon", b"OK"],
                }
            )
        )
        self.assertIsNone(error)
        self.assertEqual(
            log,
            ["AT+CGSN=1: answer not understood"] * 3
            + [
                "AT+CGDCONT?: answer not understood",
                "AT+CSQ: answer not understood",
                "AT+CCLK?: answer not understood",
            ],
        )
        self.assertEqual(
            (network.imei, network.apn, network.rssi, network.time), (None, None, 99, None)
        )

    def test_a_clock_the_network_has_not_set_yet(self):
        network, _, log, error, _ = up(module(**{"CCLK?": b"OK"}))
        self.assertEqual((network.time, log, error), (None, [], None))

    def test_a_module_that_falls_silent_ends_it(self):
        peer = module(registered=b"+CEREG:1,2")

        async def unplug(r):
            await r.sleep(20000)
            peer.deaf = True

        self.assertEqual(up(peer, during=unplug)[3].kind, errors.SILENT)

    def test_a_reboot_on_the_way_ends_it(self):
        for at_ms in (100, 20000):

            async def reboot(r, at_ms=at_ms):
                await r.sleep(at_ms)
                r.at.restart()

            error = up(module(registered=b"+CEREG:1,2", CIMI=b"ERROR"), 60000, reboot)[3]
            # A reboot between two commands fails none of them: the next one simply waits.
            self.assertIn(error.kind, (errors.RESET, errors.TIMEOUT))

        async def in_mid_command(r):
            await r.sleep(20000)
            r.at.restart()

        peer = module(registered=b"+CEREG:1,2")
        peer.answers[b"AT+CIMI"] = None
        self.assertEqual(up(peer, 60000, in_mid_command)[3].kind, errors.RESET)


class WaitTest(unittest.TestCase):
    def test_registration_that_takes_120_seconds_says_what_it_waits_for(self):
        peer = module(registered=b"+CEREG:1,2")

        async def attach(r):
            await r.sleep(60000)
            peer.answers[b"AT+CSQ"] = [b"+CSQ:99,99", b"OK"]
            await r.sleep(60000)
            r.urc(b"+CEREG:1,19E6,94,7")

        network, sent, log, error, took = up(peer, during=attach)
        self.assertIsNone(error)
        self.assertTrue(120000 <= took < 122000, took)
        self.assertEqual(network.cell, ("19E6", "94", "7"))
        self.assertEqual(len(log), 11)
        self.assertEqual(log[0], "waiting for the network: 10 s, searching, signal -51 dBm")
        self.assertIn("searching, no signal", log[-1])
        self.assertTrue(22 <= sent.count(b"AT+CEREG?") <= 25, sent.count(b"AT+CEREG?"))

    def test_registration_seen_only_by_asking(self):
        peer = module(registered=b"+CEREG:1,2")

        async def attach(r):
            await r.sleep(30000)
            peer.answers[b"AT+CEREG?"] = [b"+CEREG:1,5", b"OK"]

        network, _, _, error, took = up(peer, during=attach)
        self.assertIsNone(error)
        self.assertTrue(30000 <= took < 37000, took)
        self.assertEqual(network.words(), "registered, roaming")

    def test_time_out_and_its_words(self):
        for answer, words in (
            (b"+CEREG:1,2", "searching"),
            (b"+CEREG:1,0", "not searching"),
            (b"+CEREG:1,3", "denied: is the SIM activated for NB-IoT?"),
            (b"+CEREG:1,4", "out of coverage"),
            (b"+CEREG:1,8", "state 8"),
        ):
            _, _, _, error, took = up(module(registered=answer), 40000)
            self.assertEqual(error.kind, errors.TIMEOUT)
            self.assertEqual(str(error), "no answer in time: network registration, " + words)
            self.assertTrue(40000 <= took < 46000, took)

    def test_asking_may_be_refused_as_long_as_the_urc_comes(self):
        async def attach(r):
            await r.sleep(15000)
            r.urc(b"+CEREG:5")

        _, _, _, error, took = up(module(**{"CEREG?": b"ERROR"}), during=attach)
        self.assertIsNone(error)
        self.assertLess(took, 17000)

    def test_over_the_tick_wrap(self):
        async def scene(r):
            network = Network(r.at, r.clock)
            try:
                await bring_up(network, log.append, 40000)
            except AtError as e:
                return e.kind, r.clock.ticks_ms()

        log = []
        kind, now = rig.run(scene, module(registered=b"+CEREG:1,2"), start=(1 << 30) - 20000)
        self.assertEqual((kind, len(log)), (errors.TIMEOUT, 3))
        self.assertTrue(20000 <= now < 27000, now)


class CeregTest(unittest.TestCase):
    URCS = (
        (b"+CEREG:1", 1, None),
        (b"+CEREG: 5", 5, None),
        (b"+CEREG:2", 2, None),
        (b"+CEREG:3", 3, None),
        (b"+CEREG:1,19E6,94,7", 1, ("19E6", "94", "7")),
        (b"+CEREG:5,0216,0153803F,9", 5, ("0216", "0153803F", "9")),
        (b"+CEREG: 1, 9129, 0AAE9CA1, 9", 1, ("9129", "0AAE9CA1", "9")),
        (b'+CEREG:1,"19E6","94",7', 1, ("19E6", "94", "7")),
        (b"+CEREG:2,0000,00000000,9,,,,", 2, ("0000", "00000000", "9")),
        (b"+CEREG:0,0000,00000000,9", 0, ("0000", "00000000", "9")),
        (b"+CEREG:2,,,9", 2, ("", "", "9")),
        (b'+CEREG:5,"1","94"', 5, None),
        (b'+CEREG:5, "1", "94"', 5, None),
        (b'+CEREG:5,"1"', 5, None),
        (b"+CEREG:2,0000,00000000,9" + b"," * 12, 2, ("0000", "00000000", "9")),
        (b"+CEREG:3,9129,0AAE9CA1,9,0,15", 3, ("9129", "0AAE9CA1", "9")),
        (b'+CEREG:1,9129,0AAE9CA1,9,,,"00100001","00000101"', 1, ("9129", "0AAE9CA1", "9")),
    )
    ANSWERS = (
        (b"+CEREG:1,1", 1, None),
        (b"+CEREG:1,5", 5, None),
        (b"+CEREG: 0, 2", 2, None),
        (b"+CEREG:2,1,19E6,94,7", 1, ("19E6", "94", "7")),
        (b"+CEREG:4,0,0000,00000000,9,,,,", 0, ("0000", "00000000", "9")),
        (b"+CEREG:5,1,9129,0AAE9CA1,9,,,,00100001,00000101", 1, ("9129", "0AAE9CA1", "9")),
    )

    def test_as_a_urc(self):
        for line, state, cell in self.URCS:

            async def scene(r, line=line):
                network = Network(r.at, r.clock)
                r.urc(line)
                await r.sleep(100)
                return network.state, network.cell, network.registered

            for chunk in (1, 7, 0):
                got = rig.run(scene, Peer(), chunk)
                expected = (state, cell or (None, None, None), state in (1, 5))
                self.assertEqual(got, expected, line)

    def test_as_an_answer(self):
        for line, state, cell in self.ANSWERS:

            async def scene(r):
                network = Network(r.at, r.clock)
                await network.ask()
                return network.state, network.cell

            for chunk in CHUNKS:
                got = rig.run(scene, Peer({b"AT+CEREG?": [line, b"OK"]}), chunk)
                self.assertEqual(got, (state, cell or (None, None, None)), line)

    def test_an_answer_with_a_urc_before_and_behind_it(self):
        for lines, states in (
            ([b"+CEREG:2,19E6,94,7", b"+CEREG:1,1", b"OK"], [False, True]),
            ([b"+CEREG:1,1", b"+CEREG:5,19E6,94,7", b"OK"], [True]),
            ([b"+CEREG:1", b"+CEREG:1,3", b"OK"], [True, False]),
        ):

            async def scene(r):
                network = Network(r.at, r.clock)
                changes = []
                network.on_change = changes.append
                await network.ask()
                return changes, r.at.status()["unknown"]

            changes, unknown = rig.run(scene, Peer({b"AT+CEREG?": lines}))
            self.assertEqual(changes[-1], states[-1], lines)
            self.assertEqual(unknown, 0)

    def test_what_cannot_be_read_changes_nothing_and_raises_nothing(self):
        junk = (
            b"+CEREG:",
            b"+CEREG:x",
            b"+CEREG:-1",
            b"+CEREG:1,19E6,\xff\xfe,7",
            b'+CEREG:1,"19E6',
            b"+CEREG:1" + b"," * 40,
            b"+CEREG:1,19E6,94,7" + b"," * 13,
            b"+CEREG:99999999999",
        )
        for line in junk:

            async def scene(r, line=line):
                network = Network(r.at, r.clock)
                r.urc(line)
                await r.sleep(100)
                return network.state, network.cell, r.at.status()["malformed"]

            self.assertEqual(rig.run(scene), (4, (None, None, None), 1), line)

    def test_an_answer_that_cannot_be_read_changes_nothing_and_raises_nothing(self):
        for line in (b"+CEREG:1,1,\xff,\xfe,7", b"+CEREG:,", b'+CEREG:"1,1'):

            async def scene(r):
                network = Network(r.at, r.clock)
                await network.ask()
                return network.state, network.cell

            got = rig.run(scene, Peer({b"AT+CEREG?": [line, b"OK"]}))
            self.assertEqual(got, (4, (None, None, None)), line)

    def test_a_signal_that_cannot_be_read_keeps_the_last_one(self):
        async def scene(r):
            network = Network(r.at, r.clock)
            await network.signal()
            first = network.quality()
            r.peer.answers[b"AT+CSQ"] = [b"+CSQ:what", b"OK"]
            await network.signal()
            return first, network.quality()

        peer = Peer({b"AT+CSQ": [b"+CSQ:20,99", b"OK"]})
        self.assertEqual(rig.run(scene, peer), ("signal -73 dBm",) * 2)

    def test_connection_reports(self):
        async def scene(r):
            network = Network(r.at, r.clock)
            seen = []
            for line in (b"+CSCON:1", b"+CSCON: 0", b"+CSCON:1", b"+CSCON:?", b"+CSCON:1,1,1,1,0"):
                r.urc(line)
                await r.sleep(50)
                seen.append(network.connected)
            network.reset()
            return seen, network.connected, network.registered

        self.assertEqual(rig.run(scene), ([True, False, True, True, True], False, False))


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
            await bring_up(network, print, 60000)
            return network.time

        return rig.run(scene, module(**{"CCLK?": [answer, b"OK"]})), heard

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
