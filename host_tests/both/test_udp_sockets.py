"""Sockets of the module: made, swept, closed, gone with a reboot (facts/protocol.md 4)."""

import asyncio
import unittest

import rig
from rig import Peer, error_of
from udp_rig import CREATE, SERVER, module, with_socket

from m5310 import errors
from m5310.errors import AtError
from m5310.udp import Udp, UdpSocket


class CreateTest(unittest.TestCase):
    def test_the_module_names_the_socket(self):
        async def scene(r):
            udp = Udp(r.at, r.clock)
            sock = await udp.socket(2334)
            await sock.close()
            return sock.ref, r.sent

        for line in (b"3", b"+NSOCR:3", b"+NSOCR: 3"):
            ref, sent = rig.run(scene, Peer({CREATE: [line, b"OK"]}))
            self.assertEqual((ref, sent), (3, [CREATE, b"AT+NSOCL=3"]))

    def test_an_answer_without_a_usable_id_fails(self):
        async def scene(r):
            udp = Udp(r.at, r.clock)
            kind = await r.kind_of(udp.socket(2334))
            return kind, udp.sockets

        for lines in (b"OK", [b"+NSOCR:x", b"OK"], [b"+NSOCR:", b"OK"], [b"+NSOCR:-1", b"OK"]):
            self.assertEqual(rig.run(scene, Peer({CREATE: lines})), (errors.FAILED, {}), lines)

    def test_an_id_is_one_digit(self):
        """Other lines in between are not it: a late answer to CIMI has more."""

        async def scene(r):
            udp = Udp(r.at, r.clock)
            sock = await udp.socket(2334)
            return sock.ref, r.at.status()["unknown"]

        for line in (b"x", b"12", b"460040000000001"):
            peer = Peer({CREATE: [line, b"3", b"OK"]})
            self.assertEqual(rig.run(scene, peer), (3, 1), line)

    def test_with_an_id_that_is_given_anew_the_older_socket_is_gone(self):
        """The module rebooted, and nobody noticed."""

        async def scene(r):
            udp = Udp(r.at, r.clock)
            older = await udp.socket(2334)
            newer = await udp.socket(2334)
            kinds = [await r.kind_of(older.check()), await r.kind_of(newer.check())]
            await older.close()
            await newer.close()
            return kinds, r.sent[2:], udp.sockets

        expected = ([errors.RESET, 0], [b"AT+NSORF=0,512", b"AT+NSOCL=0"], {})
        self.assertEqual(rig.run(scene, Peer({CREATE: [b"0", b"OK"]})), expected)

    def test_ports_are_checked_before_anything_is_sent(self):
        async def scene(r):
            udp = Udp(r.at, r.clock)
            refused = 0
            for port in (0, -1, 65536, 5683):
                try:
                    await udp.socket(port)
                except ValueError:
                    refused += 1
            return refused, r.sent

        self.assertEqual(rig.run(scene), (4, []))

    def test_the_first_and_the_last_port(self):
        async def scene(r):
            udp = Udp(r.at, r.clock)
            for port in (1, 65535, 5682, 5684):
                await r.kind_of(udp.socket(port))
            return [line for line in r.sent if b"NSOCR" in line]

        texts = [b'AT+NSOCR="DGRAM",17,%d,1' % port for port in (1, 65535, 5682, 5684)]
        self.assertEqual(rig.run(scene), texts)

    def test_what_is_said_where_none_can_be_made(self):
        async def scene(r):
            udp = Udp(r.at, r.clock)
            said = []
            for lines in ([b"+NSOCR:x", b"OK"], b"OK"):
                r.peer.answers[CREATE] = lines
                said.append(await error_of(udp.socket(2334)))
            for i in range(7):
                r.peer.answers[CREATE] = [b"+NSOCR:%d" % i, b"OK"]
                await udp.socket(2334)
            said.append(await error_of(udp.socket(2334)))
            return said

        nameless = (errors.FAILED, 0, b"AT+NSOCR: no socket id")
        full = (errors.BUSY, 0, b"AT+NSOCR")
        self.assertEqual(rig.run(scene, Peer({})), [nameless, nameless, full])

    def test_seven_sockets_and_no_eighth(self):
        async def scene(r):
            udp = Udp(r.at, r.clock)
            socks = []
            for i in range(7):
                socks.append(await udp.socket(2000 + i))
            before = len(r.sent)
            kind = await r.kind_of(udp.socket(3000))
            after = len(r.sent)
            await socks[3].close()
            again = await udp.socket(3000)
            return [s.ref for s in socks], kind, after - before, again.ref, len(udp.sockets)

        free = list(range(7))

        def answer(line):
            if line.startswith(b"AT+NSOCR"):
                return [b"%d" % free.pop(0), b"OK"]
            free.append(int(line[9:]))
            return b"OK"

        peer = Peer()
        peer.default = answer
        peer.answers = _Every(answer)
        self.assertEqual(rig.run(scene, peer), (list(range(7)), errors.BUSY, 0, 3, 7))

    def test_a_refused_socket_is_none(self):
        async def scene(r):
            udp = Udp(r.at, r.clock)
            return await r.kind_of(udp.socket(2334)), udp.sockets

        self.assertEqual(rig.run(scene, Peer({CREATE: b"ERROR"})), (errors.ERROR, {}))


class _Every:
    """A table of answers in which every command is found."""

    def __init__(self, answer):
        self.answer = answer

    def get(self, line, default):
        return self.answer


class SweepTest(unittest.TestCase):
    def swept(self, held, first):
        """Return what is sent where socket `held` of an earlier start has the port."""
        table = {held: CREATE}

        def answer(line):
            if line.startswith(b"AT+NSOCL="):
                return b"OK" if table.pop(int(line[9:]), None) else b"ERROR"
            if line in table.values():
                return b"ERROR"
            ref = min([n for n in range(first, first + 7) if n not in table])
            table[ref] = line
            return [b"%d" % ref, b"OK"]

        async def scene(r):
            udp = Udp(r.at, r.clock)
            sock = await udp.socket(2334)
            return sock.ref, r.sent

        peer = Peer()
        peer.answers = _Every(answer)
        return rig.run(scene, peer)

    def test_each_socket_that_a_module_may_have_is_closed_6_and_7_as_well(self):
        closes = [b"AT+NSOCL=%d" % n for n in range(8)]
        for first in (0, 1):  # guide 2: ids 0 to 6; M5310-A: 1 to 7 (facts/protocol.md 4)
            for held in range(first, first + 7):
                ref, sent = self.swept(held, first)
                self.assertEqual((ref, sent), (first, [CREATE] + closes + [CREATE]), held)

    def test_our_own_sockets_are_not_closed(self):
        async def scene(r):
            udp = Udp(r.at, r.clock)
            await udp.socket(2335)
            await r.kind_of(udp.socket(2334))
            return [line for line in r.sent if b"NSOCL" in line]

        peer = Peer({b'AT+NSOCR="DGRAM",17,2335,1': [b"3", b"OK"], CREATE: b"ERROR"})
        closed = rig.run(scene, peer)
        self.assertEqual(closed, [b"AT+NSOCL=%d" % n for n in (0, 1, 2, 4, 5, 6, 7)])

    def test_a_refusal_that_stays_is_swept_once(self):
        async def scene(r):
            udp = Udp(r.at, r.clock)
            for _ in range(5):
                await r.kind_of(udp.socket(2334))
            return len(r.sent)

        self.assertEqual(rig.run(scene, Peer({CREATE: b"ERROR"})), 1 + 8 + 1 + 4)

    def test_a_socket_whose_id_was_lost_is_swept(self):
        """The answer to NSOCR did not come: the module may have made a socket."""

        async def scene(r):
            udp = Udp(r.at, r.clock)
            kinds = [await r.kind_of(udp.socket(2334))]
            r.peer.answers[CREATE] = None
            kinds.append(await r.kind_of(udp.socket(2334)))
            r.peer.answers[CREATE] = b"ERROR"
            await r.at.sync(30000)
            before = len(r.sent)
            kinds.append(await r.kind_of(udp.socket(2334)))
            return kinds, len(r.sent) - before

        kinds, count = rig.run(scene, Peer({CREATE: b"ERROR"}))
        self.assertEqual((kinds, count), ([errors.ERROR, errors.TIMEOUT, errors.ERROR], 10))

    def again(self, spoil):
        """Return how many are closed at a refusal behind a sweep and await spoil(r, udp)."""

        async def scene(r):
            udp = Udp(r.at, r.clock)
            await r.kind_of(udp.socket(2334))
            await spoil(r, udp)
            r.peer.answers[CREATE] = b"ERROR"
            before = len(r.sent)
            await r.kind_of(udp.socket(2334))
            return len([line for line in r.sent[before:] if b"NSOCL" in line])

        return rig.run(scene, Peer({CREATE: b"ERROR"}))

    def test_one_that_was_made_without_telling_its_id_is_swept(self):
        async def spoil(r, udp):
            r.peer.answers[CREATE] = b"OK"
            await r.kind_of(udp.socket(2334))

        self.assertEqual(self.again(spoil), 8)

    def test_one_that_was_not_closed_is_swept(self):
        for answer, count in ((b"ERROR", 8), (None, 8), (b"OK", 0)):

            async def spoil(r, udp, answer=answer):
                r.peer.answers[CREATE] = [b"0", b"OK"]
                sock = await udp.socket(2334)
                r.peer.answers[b"AT+NSOCL=0"] = answer
                await r.kind_of(sock.close())
                r.peer.answers[b"AT+NSOCL=0"] = b"OK"
                await r.at.sync(10000)

            self.assertEqual(self.again(spoil), count, answer)

    def test_a_sweep_ends_with_a_line_that_fails_and_is_done_again(self):
        async def spoil(r, udp):
            udp.reset()
            r.peer.answers[b"AT+NSOCL=3"] = None
            await r.kind_of(udp.socket(2334))
            r.peer.answers[b"AT+NSOCL=3"] = b"ERROR"
            closed = r.sent[-4:]
            if closed != [b"AT+NSOCL=%d" % n for n in range(4)]:
                raise AssertionError(closed)
            await r.at.sync(10000)

        self.assertEqual(self.again(spoil), 8)

    def test_behind_a_reboot_of_the_module_a_refusal_is_swept_again(self):
        async def scene(r):
            udp = Udp(r.at, r.clock)
            await r.kind_of(udp.socket(2334))
            udp.reset()
            before = len(r.sent)
            await r.kind_of(udp.socket(2334))
            return len(r.sent) - before

        self.assertEqual(rig.run(scene, Peer({CREATE: b"ERROR"})), 1 + 8 + 1)


class EndTest(unittest.TestCase):
    def test_closing_twice_sends_once(self):
        async def scene(r, udp, sock):
            await sock.close()
            await sock.close()
            return r.sent, udp.sockets

        self.assertEqual(with_socket(scene), ([CREATE, b"AT+NSOCL=0"], {}))

    def test_a_closed_socket_neither_sends_nor_receives(self):
        async def scene(r, udp, sock):
            await sock.close()
            return (
                await r.kind_of(sock.sendto(b"x", SERVER)),
                await r.kind_of(sock.recvfrom()),
                r.sent,
            )

        self.assertEqual(with_socket(scene), (errors.RESET, errors.RESET, [CREATE, b"AT+NSOCL=0"]))

    def test_what_is_said_of_one_that_is_gone(self):
        async def scene(r, udp, sock):
            await sock.close()
            return await error_of(sock.sendto(b"x", SERVER)), await error_of(sock.check())

        self.assertEqual(with_socket(scene), ((errors.RESET, 0, b"socket 0 is gone"),) * 2)

    def test_one_that_the_module_does_not_close_is_gone_all_the_same(self):
        async def scene(r, udp, sock):
            r.peer.answers[b"AT+NSOCL=0"] = b"ERROR"
            first = await r.kind_of(sock.close())
            return first, await r.kind_of(sock.close()), udp.sockets

        self.assertEqual(with_socket(scene), (errors.ERROR, 0, {}))

    def test_closing_has_no_lines_of_its_own(self):
        async def scene(r, udp, sock):
            r.peer.answers[b"AT+NSOCL=0"] = [b"what", b"+NSOCL:0", b"OK"]
            await sock.close()
            await r.sleep(1000)
            return r.at.status()["unknown"], r.uart.lines[-1]

        self.assertEqual(with_socket(scene), (2, b"AT+NSOCL=0"))

    def test_a_reboot_ends_whoever_waits(self):
        async def scene(r, udp, sock):
            waiting = asyncio.create_task(r.kind_of(sock.recvfrom()))
            await r.sleep(100)
            udp.reset()
            kind = await waiting
            await sock.close()
            return kind, await r.kind_of(sock.sendto(b"x", SERVER)), udp.sockets, r.sent

        self.assertEqual(with_socket(scene), (errors.RESET, errors.RESET, {}, [CREATE]))

    def test_closing_ends_whoever_waits(self):
        async def scene(r, udp, sock):
            waiting = asyncio.create_task(r.kind_of(sock.recvfrom()))
            await r.sleep(100)
            await sock.close()
            return await waiting

        self.assertEqual(with_socket(scene), errors.RESET)


class ContextTest(unittest.TestCase):
    """`async with UdpSocket(udp, port) as sock`."""

    CLOSE = b"AT+NSOCL=0"

    def play(self, body, answers=None):
        """Run body(rig, socket) in a context; return (what came of it, what was sent, is_open)."""

        async def scene(r):
            sock = UdpSocket(Udp(r.at, r.clock), 2334)
            try:
                async with sock as opened:
                    result = opened is sock and await body(r, sock)
            except (AtError, ZeroDivisionError) as e:
                result = e
            return result, r.sent, sock.is_open

        return rig.run(scene, module(answers))

    def test_it_is_open_inside_and_closed_behind(self):
        async def body(r, sock):
            return sock.is_open, sock.ref, list(r.sent)

        self.assertEqual(self.play(body), ((True, 0, [CREATE]), [CREATE, self.CLOSE], False))

    def test_it_is_closed_behind_an_error(self):
        async def body(r, sock):
            return 1 // 0

        for close in (b"OK", b"ERROR"):
            result, sent, is_open = self.play(body, {self.CLOSE: close})
            self.assertIsInstance(result, ZeroDivisionError)
            self.assertEqual((sent, is_open), ([CREATE, self.CLOSE], False))

    def test_an_error_of_closing_is_raised_where_all_else_went_well(self):
        async def body(r, sock):
            return True

        result, sent, _ = self.play(body, {self.CLOSE: b"ERROR"})
        self.assertEqual((result.kind, sent), (errors.ERROR, [CREATE, self.CLOSE]))

    def test_one_that_cannot_be_opened_is_not_entered(self):
        async def body(r, sock):
            raise AssertionError("entered")

        result, sent, is_open = self.play(body, {CREATE: b"+CME ERROR: 50"})
        self.assertEqual((result.kind, is_open), (errors.CME, False))
        self.assertFalse(self.CLOSE in sent[-1:])

    def test_one_that_is_cancelled_inside_is_closed(self):
        async def scene(r):
            sock = UdpSocket(Udp(r.at, r.clock), 2334)

            async def use():
                async with sock:
                    await sock.recvfrom()

            task = asyncio.create_task(use())
            await r.sleep(1000)
            task.cancel()
            await r.sleep(1000)
            return r.sent, sock.is_open

        self.assertEqual(rig.run(scene, module()), ([CREATE, self.CLOSE], False))

    def test_a_socket_may_be_opened_again(self):
        async def scene(r):
            sock = UdpSocket(Udp(r.at, r.clock), 2334)
            kinds = [await r.kind_of(sock.recvfrom(timeout_ms=0))]
            for _ in range(2):
                await sock.open()
                await sock.open()
                await sock.close()
            return kinds, r.sent

        expected = ([errors.RESET], [CREATE, self.CLOSE] * 2)
        self.assertEqual(rig.run(scene, module()), expected)


if __name__ == "__main__":
    unittest.main()
