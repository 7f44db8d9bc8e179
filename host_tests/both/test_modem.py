"""The interface of a Modem: its context, attach, commands, sockets, and what the defaults do."""

import asyncio
import time
import unittest

import vtime
from fakeuart import FakeUart
from rig import Peer

from m5310 import AtError, Modem, errors

SERVER = ("183.230.40.150", 36000)
ATTACHED = {
    b"AT+CGSN=1": [b"+CGSN:869976030000001", b"OK"],
    b"AT+CIMI": [b"460040000000001", b"OK"],
    b"AT+CEREG?": [b"+CEREG:1,1", b"OK"],
    b"AT+CGDCONT?": [b'+CGDCONT:0,"IP","nbiot",,0,0', b"OK"],
    b"AT+CSQ": [b"+CSQ:23,99", b"OK"],
    b"AT+CCLK?": [b"+CCLK:26/11/28,02:00:00+32", b"OK"],
}


def play(scene, answers=None, deaf=False, **options):
    """Run scene(modem, uart) in virtual time; return its result, or the AtError it ends with."""
    peer = Peer(answers)
    peer.deaf = deaf
    uart = FakeUart(0, peer)

    async def main():
        modem = Modem(uart, vtime.clock, **options)
        try:
            return await scene(modem, uart)
        except AtError as e:
            return e

    return vtime.run(main())


async def sent_later(uart):
    """Return what is sent within ten seconds from now."""
    before = len(uart.lines)
    uart.push(b"\r\n+MIPLREAD:0,7,3303,0,5700\r\n")
    await vtime.clock.sleep_ms(10_000)
    return uart.lines[before:]


class ContextTest(unittest.TestCase):
    def test_the_module_is_there_inside(self):
        async def scene(modem, uart):
            async with modem as entered:
                return entered is modem, uart.lines, await modem.command(b"AT+CSQ")

        entered, lines, answer = play(scene, ATTACHED)
        self.assertEqual((entered, answer), (True, [b"+CSQ:23,99"]))
        self.assertEqual(lines, [b"AT", b"AT+CSQ"])

    def test_nothing_is_sent_behind_it(self):
        async def scene(modem, uart):
            async with modem:
                pass
            return await sent_later(uart)

        self.assertEqual(play(scene), [])

    def test_a_module_that_does_not_answer_is_waited_for_over_30_s(self):
        async def scene(modem, uart):
            start = vtime.clock.ticks_ms()
            kind = 0
            try:
                async with modem:
                    raise AssertionError("entered")
            except AtError as e:
                kind = e.kind
            took_ms = vtime.clock.ticks_diff(vtime.clock.ticks_ms(), start)
            return kind, took_ms, await sent_later(uart)

        kind, took_ms, later = play(scene, deaf=True)
        self.assertEqual((kind, later), (errors.SILENT, []))
        self.assertTrue(30_000 <= took_ms < 30_500, took_ms)

    def test_an_error_inside_is_raised_and_the_engine_stopped(self):
        async def scene(modem, uart):
            raised = False
            try:
                async with modem:
                    raise ValueError
            except ValueError:
                raised = True
            return raised, await sent_later(uart)

        self.assertEqual(play(scene), (True, []))

    def test_one_that_is_cancelled_is_stopped(self):
        async def scene(modem, uart, after_ms):
            ended = []

            async def use():
                try:
                    async with modem:
                        await modem.command(b"AT+SLOW", 60_000)
                except asyncio.CancelledError:
                    ended.append("cancelled")
                    raise

            task = asyncio.create_task(use())
            await vtime.clock.sleep_ms(after_ms)
            task.cancel()
            await vtime.clock.sleep_ms(1000)
            return ended, task.done(), await sent_later(uart)

        for deaf, after_ms in ((True, 5000), (False, 5000), (False, 0)):
            got = play(lambda m, u, ms=after_ms: scene(m, u, ms), {b"AT+SLOW": None}, deaf)
            self.assertEqual(got, (["cancelled"] if after_ms else got[0], True, []))

    def test_it_may_be_entered_again(self):
        async def scene(modem, uart):
            out = []
            for _ in range(2):
                async with modem:
                    out += await modem.command(b"AT+CSQ")
            return out

        self.assertEqual(play(scene, ATTACHED), [b"+CSQ:23,99"] * 2)

    def test_a_write_that_is_incomplete_is_not_refused_behind_it(self):
        async def scene(modem, uart):
            async with modem:
                uart.push(b"\r\n+MIPLWRITE:0,8,3306,0,5851,3,2,50,0,1\r\n")
                await vtime.clock.sleep_ms(200)
            return await sent_later(uart)

        self.assertEqual(play(scene), [])


class CommandTest(unittest.TestCase):
    def test_information_lines_are_returned_and_a_refusal_raised(self):
        async def scene(modem, uart):
            async with modem:
                lines = await modem.command(b"AT+CSQ"), await modem.command(b"AT+CMEE=1")
                try:
                    await modem.command(b"AT+CFUN=1")
                except AtError as e:
                    return lines, str(e)

        answers = dict(ATTACHED)
        answers[b"AT+CFUN=1"] = b"+CME ERROR: 4"
        said = "+CME ERROR 4 (operation not supported): AT+CFUN=1"
        self.assertEqual(play(scene, answers), (([b"+CSQ:23,99"], []), said))

    def test_its_time_limit(self):
        async def scene(modem, uart):
            async with modem:
                start = vtime.clock.ticks_ms()
                try:
                    await modem.command(b"AT+SLOW", timeout_ms=700)
                except AtError as e:
                    return e.kind, vtime.clock.ticks_diff(vtime.clock.ticks_ms(), start)

        kind, took_ms = play(scene, {b"AT+SLOW": None})
        self.assertEqual(kind, errors.TIMEOUT)
        self.assertTrue(700 <= took_ms < 800, took_ms)


class AttachTest(unittest.TestCase):
    def test_it_returns_when_the_module_is_registered(self):
        said = []

        async def scene(modem, uart):
            async with modem:
                await modem.attach(timeout_ms=60_000)
                network = modem.network
                return network.registered, network.imei, network.apn, network.rssi

        expected = (True, "869976030000001", "nbiot", 23)
        self.assertEqual(play(scene, ATTACHED, log=said.append), expected)
        self.assertEqual(said, [])

    def test_its_time_limit_and_what_is_said_meanwhile(self):
        said = []

        async def scene(modem, uart):
            async with modem:
                await modem.attach(timeout_ms=15_000)

        answers = dict(ATTACHED)
        answers[b"AT+CEREG?"] = [b"+CEREG:1,2", b"OK"]
        error = play(scene, answers, log=said.append)
        self.assertEqual(str(error), "no answer in time: network registration, searching")
        self.assertEqual(said, ["waiting for the network: 10 s, searching, signal -67 dBm"])

    def test_without_a_log_nobody_is_told(self):
        async def scene(modem, uart):
            async with modem:
                await modem.attach(timeout_ms=15_000)

        answers = dict(ATTACHED)
        answers[b"AT+CEREG?"] = [b"+CEREG:1,2", b"OK"]
        self.assertEqual(play(scene, answers).kind, errors.TIMEOUT)


class SocketTest(unittest.TestCase):
    def test_a_datagram_there_and_back(self):
        texts = [
            b'AT+NSOCR="DGRAM",17,2334,1',
            b"AT+NSOST=0,183.230.40.150,36000,10,30313233343536373839",
            b"AT+NSORF=0,10",
            b"AT+NSOCL=0",
        ]
        answers = {
            texts[0]: [b"0", b"OK"],
            texts[1]: [b"0,10", b"OK"],
            texts[2]: [b"0,183.230.40.150,36000,10,30313233343536373839,0", b"OK"],
        }

        async def scene(modem, uart):
            async with modem:
                async with modem.udp(2334) as socket:
                    sent = await socket.sendto(b"0123456789", SERVER)
                    uart.push(b"\r\n+NSONMI:0,10\r\n")
                    got = await socket.recvfrom(timeout_ms=10_000)
            return sent, got, uart.lines[1:]

        sent, got, lines = play(scene, answers)
        self.assertEqual((sent, got), (10, (b"0123456789", SERVER)))
        self.assertEqual(lines, texts)


class DefaultTest(unittest.TestCase):
    def test_an_operation_that_nobody_handles_is_answered_with_not_found(self):
        async def scene(modem, uart):
            async with modem:
                return await sent_later(uart)

        self.assertEqual(play(scene), [b"AT+MIPLREADRSP=0,7,13"])

    def test_the_clock_is_the_boards_own(self):
        if not hasattr(time, "ticks_ms"):
            self.skipTest("no MicroPython")
        modem = Modem(FakeUart(0, Peer()))
        self.assertEqual(modem.clock.ticks_diff(modem.clock.ticks_add(5, 7), 5), 7)


if __name__ == "__main__":
    unittest.main()
