"""The uplink by UDP on a module whose sockets do not work, and what it tells of that."""

import asyncio
import unittest

import modem_rig
from modem_rig import leap, sleep
from rig import Peer

from node.uplink import Uplink

SERVER = ("203.0.113.7", 9101)
ACK = (1, 1, 0)  # version, stream, kind


class Sensor:
    oid = 3303
    iid = 0
    resources = ((5700, 4, 1),)

    def get(self, rid):
        return 21.5


class Store:
    """An outbox that keeps everything in a list."""

    number = 0
    full = False

    def __init__(self):
        self.kept = []

    def __len__(self):
        return len(self.kept)

    def part(self, most):
        return self.number, self.kept[:most]

    def add(self, readings):
        if self.full:
            raise OSError(28)
        self.kept += readings

    def done(self, count):
        self.number += count
        del self.kept[:count]


class Module:
    """Answers of a module: `refuses` are the beginnings of the commands it says ERROR to."""

    def __init__(self, *refuses):
        self.refuses = refuses
        self.nameless = False  # NSOCR: OK without an id
        self.open = {}

    def __call__(self, line):
        for beginning in self.refuses:
            if line.startswith(beginning):
                return b"ERROR"
        if line.startswith(b"AT+NSOCR"):
            if len(self.open) >= 7 or line in self.open.values():
                return b"ERROR"
            ref = min([n for n in range(8) if n not in self.open])
            self.open[ref] = line
            return b"OK" if self.nameless else [b"%d" % ref, b"OK"]
        if line.startswith(b"AT+NSOCL"):
            return b"OK" if self.open.pop(int(line[9:]), None) else b"ERROR"
        return b"OK"


class _Every:
    def __init__(self, answer):
        self.answer = answer

    def get(self, line, default):
        return self.answer


def play(scene, module, period_s=10):
    """Run scene(node, uplink, said) beside an uplink on a registered module."""
    said = []

    async def program(node):
        settings = {"server": "%s:%d" % SERVER, "port": 9101, "period": period_s, "key": None}
        node.modem.network.state = 1
        log = lambda text, level=1: said.append(text) if level < 2 else None  # noqa: E731
        uplink = Uplink(node.modem, log, Store(), 1, [Sensor()], None, settings)
        task = asyncio.create_task(uplink.run())
        try:
            return await scene(node, uplink, said)
        finally:
            task.cancel()

    peer = Peer()
    peer.answers = _Every(module)
    return modem_rig.play(program, peer)


async def live(node, minutes):
    """Let time go by; what was written is forgotten, as it fills the heap of the MicroPython."""
    for _ in range(minutes * 6):
        await sleep(10000)
        node.uart.tx = bytearray()
        node.uart.lines.clear()
        node.peer.log.clear()


def count(node, beginning):
    return len([line for line in node.sent if line.startswith(beginning)])


class StuckTest(unittest.TestCase):
    def test_tries_get_rarer_and_it_is_said_once(self):
        async def scene(node, uplink, said):
            counts = []
            for _ in range(4):
                before = count(node, b"AT+NSOCR")
                await sleep(60000)
                counts.append(count(node, b"AT+NSOCR") - before)
            return counts, said, count(node, b"AT+NSOCL")

        counts, said, closes = play(scene, Module(b"AT+NSOCR", b"AT+NSOCL"))
        self.assertTrue(4 <= counts[0] <= 8, counts)
        self.assertTrue(counts[2] <= 1 and counts[3] <= 1, counts)
        self.assertEqual(len(said), 1, said)
        self.assertTrue("UDP is down" in said[0], said)
        self.assertEqual(closes, 8)  # what may be open from before is closed once, not each time

    def test_pauses_do_not_grow_beyond_a_minute(self):
        async def scene(node, uplink, said):
            await sleep(600000)
            before = count(node, b"AT+NSOCR")
            await sleep(600000)
            return count(node, b"AT+NSOCR") - before

        tries = play(scene, Module(b"AT+NSOCR", b"AT+NSOCL"))
        self.assertTrue(9 <= tries <= 11, tries)

    def test_every_reading_is_kept(self):
        async def scene(node, uplink, said):
            await live(node, 20)
            return len(uplink.store), uplink.lost

        for refused in ((b"AT+NSOCR", b"AT+NSOCL"), (b"AT+NSOST",), (b"AT+",)):
            kept, lost = play(scene, Module(*refused))
            self.assertTrue(kept >= 119, (refused, kept))
            self.assertEqual(lost, 0)

    def test_when_they_work_again_it_is_said_once_and_all_is_sent(self):
        module = Module(b"AT+NSOCR", b"AT+NSOCL")

        async def scene(node, uplink, said):
            await sleep(300000)
            module.refuses = ()
            await sleep(61000)
            sent = count(node, b"AT+NSOST")
            await sleep(300000)
            return sent, said, uplink.health.fault

        sent, said, fault = play(scene, module)
        self.assertTrue(sent >= 1, sent)
        self.assertEqual(len(said), 2, said)
        self.assertTrue("work again" in said[1], said)
        self.assertEqual(fault, "")

    def test_a_socket_that_opens_and_sends_nothing_does_not_count_as_working(self):
        async def scene(node, uplink, said):
            await sleep(600000)
            return count(node, b"AT+NSOST"), said, uplink.health.wedged

        for name in (b"AT+NSOST", b"AT+NSOST=0,203"):
            sends, said, wedged = play(scene, Module(name))
            self.assertTrue(8 <= sends <= 30, sends)
            self.assertEqual(len(said), 1, said)
            self.assertTrue(wedged)

    def test_a_socket_without_an_id_leaks_none(self):
        module = Module()
        module.nameless = True

        async def scene(node, uplink, said):
            await sleep(600000)
            return len(module.open), count(node, b"AT+NSOCR"), uplink.health.wedged

        opened, tries, wedged = play(scene, module)
        self.assertTrue(opened <= 1, opened)
        self.assertTrue(tries < 40, tries)
        self.assertTrue(wedged)

    def test_sockets_that_our_restart_left_open_are_closed(self):
        module = Module()
        for ref in range(7):
            module.open[ref] = b"port %d" % ref

        async def scene(node, uplink, said):
            await sleep(10000)
            return count(node, b"AT+NSOCR"), count(node, b"AT+NSOST"), said

        made, sends, said = play(scene, module)
        self.assertEqual((made, said), (2, []))
        self.assertTrue(sends >= 1)

    def test_a_refused_close_alone_stops_nothing(self):
        async def scene(node, uplink, said):
            await sleep(60000)
            return count(node, b"AT+NSOST"), said, uplink.health.fault

        sends, said, fault = play(scene, Module(b"AT+NSOCL"))
        self.assertTrue(sends >= 3, sends)
        self.assertEqual((said, fault), ([], ""))


class ReadTest(unittest.TestCase):
    def test_an_announced_datagram_that_cannot_be_read_does_not_count_as_working(self):
        module = Module(b"AT+NSORF")

        def answer(line):
            out = module(line)
            if line.startswith(b"AT+NSOST="):
                out = [b"OK", b"+NSONMI:%s,10" % line[9:10]]
            return out

        async def scene(node, uplink, said):
            await sleep(1800000)
            return count(node, b"AT+NSORF"), said, uplink.health.wedged

        reads, said, wedged = play(scene, answer)
        self.assertTrue(reads < 100, reads)
        self.assertEqual(len(said), 1, said)
        self.assertTrue(wedged)


class SilentServerTest(unittest.TestCase):
    def test_a_server_that_does_not_answer_is_no_fault_of_the_sockets(self):
        async def scene(node, uplink, said):
            await sleep(3600000)
            return count(node, b"AT+NSOST"), said, uplink.health.fault, uplink.health.wedged

        sends, said, fault, wedged = play(scene, Module(), period_s=60)
        self.assertTrue(8 <= sends <= 16, sends)
        self.assertEqual((said, fault, wedged), ([], "", False))


class BusyLineTest(unittest.TestCase):
    def test_readings_are_kept_while_commands_follow_each_other_without_a_pause(self):
        async def scene(node, uplink, said):
            async def ask():
                while True:
                    await node.at.command(b"AT+CSQ")

            tasks = [asyncio.create_task(ask()) for _ in range(3)]
            await live(node, 2)
            for task in tasks:
                task.cancel()
            return len(uplink.store.kept), uplink.lost

        kept, lost = play(scene, Module(), period_s=1)
        self.assertTrue(kept >= 110, kept)
        self.assertEqual(lost, 0)


class TicksTest(unittest.TestCase):
    def test_a_network_that_was_away_for_a_week_is_used_at_once(self):
        async def scene(node, uplink, said):
            await sleep(2000)
            node.modem.network.state = 0
            for _ in range(14):
                leap(12 * 3600000)
                await sleep(1000)
            before = count(node, b"AT+NSOST")
            node.modem.network.state = 1
            await sleep(20000)
            return count(node, b"AT+NSOST") - before

        self.assertTrue(play(scene, Module(), period_s=3600) >= 1)


if __name__ == "__main__":
    unittest.main()
