"""Bring-up in the guide's order, and the wait for registration that belongs to it."""

import asyncio
import unittest

import rig
import vtime
from fakeuart import FakeUart
from rig import Peer

from m5310 import errors
from m5310.errors import AtError
from m5310.network import Network

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
            await network.attach(log.append, timeout, **options)
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
            from m5310.modem import ModuleClient

            at = ModuleClient(uart, vtime.clock)
            task = asyncio.create_task(at.run())
            uart.push(b"\r\nOK\r\n")
            await at.sync(30000)
            begun = vtime.clock.ticks_ms()
            await Network(at, vtime.clock).attach(print, 60000)
            task.cancel()
            took = vtime.clock.ticks_diff(vtime.clock.ticks_ms(), begun)
            self.assertTrue(took > 100 * (len(uart.lines) - 6), "slowly, while the module starts")
            self.assertEqual(at.pause_ms, 20)
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
    def test_registration_that_takes_two_minutes_says_what_it_waits_for(self):
        peer = module(registered=b"+CEREG:1,2")

        async def attach(r):
            await r.sleep(60000)
            peer.answers[b"AT+CSQ"] = [b"+CSQ:99,99", b"OK"]
            await r.sleep(58000)
            r.urc(b"+CEREG:1,19E6,94,7")

        network, sent, log, error, took = up(peer, during=attach)
        self.assertIsNone(error)
        self.assertTrue(118000 <= took < 120000, took)
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
                await network.attach(log.append, 40000)
            except AtError as e:
                return e.kind, r.clock.ticks_ms()

        log = []
        kind, now = rig.run(scene, module(registered=b"+CEREG:1,2"), start=(1 << 30) - 20000)
        self.assertEqual((kind, len(log)), (errors.TIMEOUT, 3))
        self.assertTrue(20000 <= now < 27000, now)


if __name__ == "__main__":
    unittest.main()
