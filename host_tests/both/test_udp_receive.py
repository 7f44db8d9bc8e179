"""Datagrams that arrive: announced or not, in every form, in parts (facts/protocol.md 4)."""

import asyncio
import unittest

import rig
from modem_rig import play, sleep
from rig import CHUNKS
from udp_rig import CREATE, module, with_socket

from m5310 import errors
from m5310.udp import Udp


class ReceiveTest(unittest.TestCase):
    def read(self, lines, ref=0, announced=b"+NSONMI:0,5", command=b"AT+NSORF=0,5"):
        async def scene(r, udp, sock):
            r.urc(announced)
            return await sock.recvfrom(timeout_ms=1000)

        return with_socket(scene, module({command: lines}))

    def test_every_form_of_the_answer(self):
        expected = (b"\x12Ex\x112", ("220.180.239.212", 8012))
        for line in (
            b"0,220.180.239.212,8012,5,1245781132,0",
            b"0,220.180.239.212,8012, 5,1245781132,0",
            b'0,"220.180.239.212",8012,5,"1245781132",0',
            b"+NSORF:0,220.180.239.212,8012,5,1245781132,0",
            b'+NSORF: 0, "220.180.239.212", 8012, 5, "1245781132", 0',
            b"0,220.180.239.212,8012,5,1245781132",
            b"0,220.180.239.212,8012,5,1245781132,99",
        ):
            self.assertEqual(self.read([line, b"OK"]), expected, line)

    def test_an_address_with_colons(self):
        for head in (b"", b"+NSORF:", b"+NSORF: "):
            got = self.read([head + b"0,2001:db8::1,80,5,1245781132,0", b"OK"])
            self.assertEqual(got, (b"\x12Ex\x112", ("2001:db8::1", 80)), head)

    def test_lower_case_hex(self):
        got = self.read([b"0,1.2.3.4,80,5,abcdef0a0b,0", b"OK"])
        self.assertEqual(got, (b"\xab\xcd\xef\x0a\x0b", ("1.2.3.4", 80)))

    def test_an_answer_nobody_can_read_is_no_datagram(self):
        for line in (
            b"0,1.2.3.4,80,5,12457811",
            b"0,1.2.3.4,80,5,124578113,0",
            b"0,1.2.3.4,80,5,zz45781132,0",
            b"0,1.2.3.4,port,5,1245781132,0",
            b"0,1.2.3.4,80,five,1245781132,0",
            b"3,1.2.3.4,80,5,1245781132,0",
            b"0,1.2.3.4",
            b"0,\xff\xfe,80,5,1245781132,0",
            b'0,"1.2.3.4,80,5,1245781132,0',
            b"+NSORF:",
            b"0,1,2,3,4,5,6,7,8,9,10,11",
        ):
            self.assertIsNone(self.read([line, b"OK"]), line)

    def test_ok_without_data_is_no_datagram(self):
        self.assertIsNone(self.read([b"OK"]))

    def test_an_error_is_raised_and_the_datagram_stays_announced(self):
        async def scene(r, udp, sock):
            r.urc(b"+NSONMI:0,2")
            kind = await r.kind_of(sock.recvfrom(timeout_ms=1000))
            r.peer.answers[b"AT+NSORF=0,2"] = [b"0,1.2.3.4,80,2,4142,0", b"OK"]
            return kind, (await sock.recvfrom(timeout_ms=1000))[0]

        peer = module({b"AT+NSORF=0,2": b"ERROR"})
        self.assertEqual(with_socket(scene, peer), (errors.ERROR, b"AB"))

    def test_a_datagram_drained_over_several_reads_then_the_next(self):
        async def scene(r, udp, sock):
            r.urc(b"+NSONMI:0,11")
            first = await sock.recvfrom(5, timeout_ms=1000)
            rest = await sock.recvfrom(timeout_ms=1000)
            r.urc(b"+NSONMI:0,8")
            other = await sock.recvfrom(timeout_ms=1000)
            return first, rest, other, await sock.recvfrom(timeout_ms=1000), r.sent[1:]

        peer = module(
            {
                b"AT+NSORF=0,5": [b"0,192.168.5.1,1024,5,68656C6C6F,6", b"OK"],
                b"AT+NSORF=0,6": [b"0,192.168.5.1,1024,6,20776F726C64,0", b"OK"],
                b"AT+NSORF=0,8": [b"0,10.11.12.13,32701,8,616172647661726B,0", b"OK"],
            }
        )
        first, rest, other, none, sent = with_socket(scene, peer)
        self.assertEqual(first, (b"hello", ("192.168.5.1", 1024)))
        self.assertEqual(rest, (b" world", ("192.168.5.1", 1024)))
        self.assertEqual(other, (b"aardvark", ("10.11.12.13", 32701)))
        self.assertIsNone(none)
        self.assertEqual(sent, [b"AT+NSORF=0,5", b"AT+NSORF=0,6", b"AT+NSORF=0,8"])

    def test_the_remaining_count_of_the_module_is_not_believed(self):
        async def scene(r, udp, sock):
            r.urc(b"+NSONMI:0,11")
            await sock.recvfrom(5, timeout_ms=1000)
            return (await sock.recvfrom(timeout_ms=1000))[0]

        peer = module(
            {
                b"AT+NSORF=0,5": [b"0,192.168.5.1,1024,5,68656C6C6F,0", b"OK"],
                b"AT+NSORF=0,6": [b"0,192.168.5.1,1024,6,20776F726C64,6", b"OK"],
            }
        )
        self.assertEqual(with_socket(scene, peer), b" world")

    def test_the_next_announcement_inside_the_exchange(self):
        data = b"0,1.2.3.4,80,2,4142,0"
        urc = b"+NSONMI:0,3"
        for lines in ([urc, data, b"OK"], [data, urc, b"OK"], [data, b"OK", urc]):

            async def scene(r, udp, sock):
                r.urc(b"+NSONMI:0,2")
                first = await sock.recvfrom(timeout_ms=1000)
                second = await sock.recvfrom(timeout_ms=1000)
                return first[0], second and second[0]

            peer = module(
                {
                    b"AT+NSORF=0,2": lines,
                    b"AT+NSORF=0,3": [b"0,1.2.3.4,80,3,434445,0", b"OK"],
                }
            )
            for chunk in CHUNKS:
                self.assertEqual(with_socket(scene, peer, chunk), (b"AB", b"CDE"), lines)

    def test_an_announcement_behind_a_short_read_is_not_forgotten(self):
        """The first datagram's announcement was lost: it is polled for, the second announces."""
        data = b"0,1.2.3.4,80,2,4142,0"
        urc = b"+NSONMI:0,3"
        for lines in ([urc, data, b"OK"], [data, urc, b"OK"]):

            async def scene(r, udp, sock):
                first = await sock.recvfrom(timeout_ms=15000)
                second = await sock.recvfrom(timeout_ms=1000)
                return first[0], second and second[0]

            peer = module(
                {
                    b"AT+NSORF=0,512": lines,
                    b"AT+NSORF=0,3": [b"0,1.2.3.4,80,3,434445,0", b"OK"],
                }
            )
            self.assertEqual(with_socket(scene, peer), (b"AB", b"CDE"), lines)

    def test_a_lost_announcement_is_made_up_for_by_asking(self):
        async def scene(r, udp, sock):
            start = r.clock.ticks_ms()
            got = await sock.recvfrom()
            return got, r.clock.ticks_diff(r.clock.ticks_ms(), start), r.sent[1:]

        peer = module({b"AT+NSORF=0,512": [b"0,1.2.3.4,80,2,4142,0", b"OK"]})
        got, took, sent = with_socket(scene, peer)
        self.assertEqual(got, (b"AB", ("1.2.3.4", 80)))
        self.assertTrue(10000 <= took < 10200, took)
        self.assertEqual(sent, [b"AT+NSORF=0,512"])

    def test_recvfrom_that_gets_nothing(self):
        async def scene(r, udp, sock):
            out = []
            for timeout in (0, 500, 25000):
                start = r.clock.ticks_ms()
                got = await sock.recvfrom(timeout_ms=timeout)
                out.append((got, r.clock.ticks_diff(r.clock.ticks_ms(), start)))
            return out, r.sent[1:]

        out, sent = with_socket(scene)
        for i, timeout in enumerate((0, 500, 25000)):
            self.assertIsNone(out[i][0])
            self.assertTrue(timeout <= out[i][1] <= timeout + 100, out[i])
        self.assertEqual(sent, [b"AT+NSORF=0,512"] * 2)

    def test_waiting_over_the_tick_wrap(self):
        async def scene(r, udp, sock):
            start = r.clock.ticks_ms()
            got = await sock.recvfrom(timeout_ms=5000)
            return got, r.clock.ticks_diff(r.clock.ticks_ms(), start)

        for start in ((1 << 30) - 3000, (1 << 29) - 3000):
            got, took = with_socket(scene, start=start)
            self.assertIsNone(got)
            self.assertTrue(5000 <= took < 5200, took)

    def test_more_than_a_read_holds_is_announced(self):
        async def scene(r, udp, sock):
            r.urc(b"+NSONMI:0,600")
            out = []
            for _ in range(2):
                out.append(len((await sock.recvfrom(4000, timeout_ms=100))[0]))
            return out

        peer = module(
            {
                b"AT+NSORF=0,512": [b"0,1.2.3.4,80,512," + b"41" * 512 + b",88", b"OK"],
                b"AT+NSORF=0,88": [b"0,1.2.3.4,80,88," + b"42" * 88 + b",0", b"OK"],
            }
        )
        for chunk in (7, 0):
            self.assertEqual(with_socket(scene, peer, chunk), [512, 88])

    def test_announcements_nobody_can_use(self):
        async def scene(r, udp, sock):
            for line in (
                b"+NSONMI:",
                b"+NSONMI:0",
                b"+NSONMI:0,x",
                b"+NSONMI:0,-5",
                b"+NSONMI:0,0",
                b"+NSONMI:6,5",
                b"+NSONMI:0,99999999999",
                b"+NSONMI:drop 5 bytes pkt",
                b"+NSONMI: 0,1.2.3.4,80,2,4142",
            ):
                r.urc(line)
            return await sock.recvfrom(timeout_ms=500), r.sent, sock.waiting

        self.assertEqual(with_socket(scene), (None, [CREATE], 0))

    def test_an_announcement_with_up_to_eight_fields(self):
        async def scene(r, udp, sock):
            r.urc(b"+NSONMI:0,5" + b"," * 6)
            await r.sleep(50)
            first = sock.waiting
            r.urc(b"+NSONMI:0,5" + b"," * 7)
            await r.sleep(50)
            return first, sock.waiting, r.at.status()["malformed"]

        self.assertEqual(with_socket(scene), (5, 5, 1))

    def test_an_answer_with_up_to_eight_fields(self):
        line = b"+NSORF:0,1.2.3.4,80,5,1245781132"
        self.assertEqual(self.read([line + b"," * 3, b"OK"])[0], b"\x12Ex\x112")
        self.assertIsNone(self.read([line + b"," * 4, b"OK"]))

    def test_the_lines_of_others_in_between(self):
        """Five fields and a digit in front: nothing less is a datagram."""
        datagram = b"9,1.2.3.4,80,5,1245781132".replace(b"9", b"0", 1)
        for line in (b"0,1.2.3.4,80,5", b"/,1.2.3.4,80,5,1245781132", b":,1.2.3.4,80,5,12,0"):
            got = self.read([line, datagram, b"OK"])
            self.assertEqual(got, (b"\x12Ex\x112", ("1.2.3.4", 80)), line)

    def test_one_byte_of_a_datagram(self):
        async def scene(r, udp, sock):
            r.urc(b"+NSONMI:0,2")
            out = []
            for _ in range(2):
                out.append((await sock.recvfrom(1, timeout_ms=100))[0])
            return out, sock.waiting

        answers = [b"0,1.2.3.4,80,1,41,1", b"0,1.2.3.4,80,1,42,0"]
        peer = module({b"AT+NSORF=0,1": lambda line: [answers.pop(0), b"OK"]})
        self.assertEqual(with_socket(scene, peer), ([b"A", b"B"], 0))

    def test_socket_nine_is_one_as_others_are(self):
        async def scene(r):
            udp = Udp(r.at, r.clock)
            sock = await udp.socket(2334)
            r.urc(b"+NSONMI:9,2")
            got = await sock.recvfrom(timeout_ms=1000)
            return got, await sock.sendto(b"AB", ("1.2.3.4", 80))

        answers = {
            CREATE: [b"9", b"OK"],
            b"AT+NSORF=9,2": [b"9,1.2.3.4,80,2,4142,0", b"OK"],
            b"AT+NSOST=9,1.2.3.4,80,2,4142": [b"9,1", b"OK"],
        }
        self.assertEqual(rig.run(scene, module(answers)), ((b"AB", ("1.2.3.4", 80)), 1))

    def test_what_is_there_without_an_announcement_is_checked_for(self):
        async def scene(r, udp, sock):
            return await sock.check(), await sock.check(), r.sent[1:]

        answers = [[b"0,1.2.3.4,80,2,4142,0", b"OK"], b"OK"]
        peer = module({b"AT+NSORF=0,512": lambda line: answers.pop(0)})
        got = (b"AB", ("1.2.3.4", 80)), None, [b"AT+NSORF=0,512"] * 2
        self.assertEqual(with_socket(scene, peer), got)

    def test_an_error_where_nothing_is_announced_is_no_datagram(self):
        """Some firmware says so; what is no answer at all is an error all the same."""

        async def scene(r, udp, sock):
            got = []
            for answer in (b"ERROR", b"+CME ERROR: 513"):
                r.peer.answers[b"AT+NSORF=0,512"] = answer
                got.append(await sock.check())
            r.peer.answers[b"AT+NSORF=0,512"] = None
            got.append(await r.kind_of(sock.check()))
            return got

        self.assertEqual(with_socket(scene), [None, None, errors.TIMEOUT])

    def test_an_operation_does_not_end_a_read(self):
        """Given up in the middle of its answer the datagram would be lost."""

        async def scene(node):
            node.peer.answers[CREATE] = [b"0", b"OK"]
            node.peer.answers[b"AT+NSORF=0,512"] = None
            sock = await node.modem.udp(2334).open()
            task = asyncio.create_task(sock.check())
            await sleep(100)
            node.urc(b"+MIPLREAD:0,77,3303,0,5700")
            await sleep(3000)
            node.urc(b"0,1.2.3.4,80,2,4142,0", b"OK")
            return await task

        self.assertEqual(play(scene, opened=True), (b"AB", ("1.2.3.4", 80)))

    def test_each_socket_gets_its_own(self):
        async def scene(r):
            udp = Udp(r.at, r.clock)
            socks = [await udp.socket(2334), await udp.socket(2335)]
            r.urc(b"+NSONMI:1,2", b"+NSONMI:0,3")
            return (await socks[0].recvfrom())[0], (await socks[1].recvfrom())[0]

        peer = module(
            {
                b'AT+NSOCR="DGRAM",17,2335,1': [b"1", b"OK"],
                b"AT+NSORF=0,3": [b"0,1.2.3.4,80,3,434445,0", b"OK"],
                b"AT+NSORF=1,2": [b"1,1.2.3.4,80,2,4142,0", b"OK"],
            }
        )
        self.assertEqual(rig.run(scene, peer), (b"CDE", b"AB"))


if __name__ == "__main__":
    unittest.main()
