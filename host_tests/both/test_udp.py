"""Guide 2 line by line, and what the module's sockets do beyond it (facts/protocol.md 4)."""

import asyncio
import unittest

import rig
from rig import CHUNKS, Peer

from m5310 import errors
from m5310.errors import AtError
from m5310.udp import HIGH_PRIORITY, RELEASE, RELEASE_AFTER_REPLY, Udp

SERVER = ("183.230.40.150", 36000)
DATA = b"[117.169.36.15:2179]0123456789"
READ_30 = (
    b"0,183.230.40.150,36000,30,5B3131372E3136392E33362E31353A323137395D30313233343536373839,0"
)
CREATE = b'AT+NSOCR="DGRAM",17,2334,1'


def module(answers=None, **options):
    """A module whose first socket is 0."""
    out = {CREATE: [b"0", b"OK"]}
    out.update(answers or {})
    return Peer(out, **options)


def with_socket(scene, peer=None, chunk=0, **options):
    """Run scene(rig, udp, socket) with socket 0 open on port 2334."""

    async def wrapped(r):
        udp = Udp(r.at, r.clock)
        return await scene(r, udp, await udp.socket(2334))

    return rig.run(wrapped, peer or module(), chunk, **options)


class GuideTest(unittest.TestCase):
    SEND = b"AT+NSOST=0,183.230.40.150,36000,10,30313233343536373839"

    def test_the_echo_round_trip(self):
        async def scene(r, udp, sock):
            sent = await sock.sendto(b"0123456789", SERVER)
            r.urc(b"+NSONMI:0,30")
            got = await sock.recvfrom(timeout=5000)
            await sock.close()
            return sock.ref, sent, got, r.sent, r.at.status()["unknown"]

        for chunk in CHUNKS:
            for echo in (False, True):
                peer = module(
                    {self.SEND: [b"0,10", b"OK"], b"AT+NSORF=0,30": [READ_30, b"OK"]}, echo=echo
                )
                ref, sent, got, lines, unknown = with_socket(scene, peer, chunk)
                self.assertEqual((ref, sent, got), (0, 10, (DATA, SERVER)))
                self.assertEqual(lines, [CREATE, self.SEND, b"AT+NSORF=0,30", b"AT+NSOCL=0"])
                self.assertEqual(unknown, 0)

    def test_announcement_before_the_ok_of_the_datagram_sent(self):
        async def scene(r, udp, sock):
            await sock.sendto(b"0123456789", SERVER)
            return await sock.recvfrom(timeout=100)

        for lines in (
            [b"0,10", b"+NSONMI:0,30", b"OK"],
            [b"+NSONMI:0,30", b"0,10", b"OK"],
            [b"0,10", b"OK", b"+NSONMI: 0, 30"],
        ):
            peer = module({self.SEND: lines, b"AT+NSORF=0,30": [READ_30, b"OK"]})
            self.assertEqual(with_socket(scene, peer), (DATA, SERVER))

    def test_flags(self):
        async def scene(r, udp, sock):
            for flags in (
                0,
                HIGH_PRIORITY,
                RELEASE,
                RELEASE_AFTER_REPLY,
                HIGH_PRIORITY | RELEASE,
            ):
                await sock.sendto(b"A", SERVER, flags)
            return [line[:43] for line in r.sent[1:]]

        head = b"AT+NSOSTF=0,183.230.40.150,36000,"
        self.assertEqual(
            with_socket(scene),
            [head + f + b",1,41" for f in (b"0", b"0x100", b"0x200", b"0x400", b"0x300")],
        )

    def test_sending_without_the_count_in_the_answer(self):
        async def scene(r, udp, sock):
            return await sock.sendto(b"0123456789", SERVER)

        self.assertEqual(with_socket(scene, module({self.SEND: b"OK"})), 10)
        self.assertEqual(with_socket(scene, module({self.SEND: [b"+NSOST:0,9", b"OK"]})), 9)

    def test_sending_with_a_count_nobody_can_read(self):
        async def scene(r, udp, sock):
            return await sock.sendto(b"0123456789", SERVER)

        for line in (b"0,many", b"+NSOST:", b'+NSOST:0,"1', b"0,"):
            self.assertEqual(with_socket(scene, module({self.SEND: [line, b"OK"]})), 10, line)

    def test_a_refused_datagram(self):
        async def scene(r, udp, sock):
            try:
                await sock.sendto(b"0123456789", SERVER)
            except AtError as e:
                return e.kind, e.code

        peer = module({self.SEND: b"+CME ERROR: 159"})
        self.assertEqual(with_socket(scene, peer), (errors.CME, 159))


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


class CheckTest(unittest.TestCase):
    def refused(self, data, address, flags=None):
        async def scene(r, udp, sock):
            try:
                await sock.sendto(data, address, flags)
            except ValueError:
                return r.sent
            return None

        self.assertEqual(with_socket(scene), [CREATE], (address, flags))

    def test_lengths(self):
        async def scene(r, udp, sock):
            await sock.sendto(b"\xff" * 512, SERVER)
            return r.sent[-1]

        text = with_socket(scene)
        self.assertEqual(text, b"AT+NSOST=0,183.230.40.150,36000,512," + b"FF" * 512)
        self.refused(b"", SERVER)
        self.refused(b"x" * 513, SERVER)

    def test_addresses(self):
        for host in (
            "",
            "1.2.3",
            "1.2.3.4.5",
            "1.2.3.256",
            "01.2.3.4",
            "1.2.3.04",
            "1.2.3.-4",
            "1.2.3.4 ",
            "1.2.3.4,5",
            "1.2.3.4\r\nAT+NRB",
            "a.b.c.d",
            "host.example",
            "0x1.2.3.4",
            "1..3.4",
            "1.2.3.1000",
        ):
            self.refused(b"x", (host, 36000))

    def test_ports_and_flags(self):
        for port in (0, -1, 65536):
            self.refused(b"x", ("1.2.3.4", port))
        for flags in (1, 0x80, 0x800, 0x101, -1):
            self.refused(b"x", SERVER, flags)

    def test_sizes_asked_for(self):
        async def scene(r, udp, sock):
            r.urc(b"+NSONMI:0,30")
            await r.sleep(50)
            refused = 0
            for size in (0, -1):
                try:
                    await sock.recvfrom(size, timeout=100)
                except ValueError:
                    refused += 1
            return refused, r.sent

        self.assertEqual(with_socket(scene), (2, [CREATE]))


class ReceiveTest(unittest.TestCase):
    def read(self, lines, ref=0, announced=b"+NSONMI:0,5", command=b"AT+NSORF=0,5"):
        async def scene(r, udp, sock):
            r.urc(announced)
            return await sock.recvfrom(timeout=1000)

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
            kind = await r.kind_of(sock.recvfrom(timeout=1000))
            r.peer.answers[b"AT+NSORF=0,2"] = [b"0,1.2.3.4,80,2,4142,0", b"OK"]
            return kind, (await sock.recvfrom(timeout=1000))[0]

        peer = module({b"AT+NSORF=0,2": b"ERROR"})
        self.assertEqual(with_socket(scene, peer), (errors.ERROR, b"AB"))

    def test_a_datagram_drained_over_several_reads_then_the_next(self):
        async def scene(r, udp, sock):
            r.urc(b"+NSONMI:0,11")
            first = await sock.recvfrom(5, timeout=1000)
            rest = await sock.recvfrom(timeout=1000)
            r.urc(b"+NSONMI:0,8")
            other = await sock.recvfrom(timeout=1000)
            return first, rest, other, await sock.recvfrom(timeout=1000), r.sent[1:]

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
            await sock.recvfrom(5, timeout=1000)
            return (await sock.recvfrom(timeout=1000))[0]

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
                first = await sock.recvfrom(timeout=1000)
                second = await sock.recvfrom(timeout=1000)
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
                first = await sock.recvfrom(timeout=15000)
                second = await sock.recvfrom(timeout=1000)
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
                got = await sock.recvfrom(timeout=timeout)
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
            got = await sock.recvfrom(timeout=5000)
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
                out.append(len((await sock.recvfrom(4000, timeout=100))[0]))
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
            return await sock.recvfrom(timeout=500), r.sent, sock.waiting

        self.assertEqual(with_socket(scene), (None, [CREATE], 0))

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
