"""Guide 2 line by line, and what is checked before a datagram is sent."""

import unittest

from rig import CHUNKS
from udp_rig import CREATE, SERVER, module, with_socket

from m5310 import errors
from m5310.errors import AtError
from m5310.udp import HIGH_PRIORITY, RELEASE, RELEASE_AFTER_REPLY

DATA = b"[117.169.36.15:2179]0123456789"
READ_30 = (
    b"0,183.230.40.150,36000,30,5B3131372E3136392E33362E31353A323137395D30313233343536373839,0"
)


class GuideTest(unittest.TestCase):
    SEND = b"AT+NSOST=0,183.230.40.150,36000,10,30313233343536373839"

    def test_the_echo_round_trip(self):
        async def scene(r, udp, sock):
            sent = await sock.sendto(b"0123456789", SERVER)
            r.urc(b"+NSONMI:0,30")
            got = await sock.recvfrom(timeout_ms=5000)
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
            return await sock.recvfrom(timeout_ms=100)

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

    def test_a_count_in_other_words(self):
        """The answer to NSOSTF has the name of NSOST; more than four fields are no count."""

        async def scene(r, udp, sock):
            counts = []
            for flags in (None, 0):
                counts.append(await sock.sendto(b"0123456789", SERVER, flags))
            return counts, r.at.status()["unknown"]

        with_flags = self.SEND.replace(b"NSOST", b"NSOSTF").replace(b"36000,", b"36000,0,")
        for line, count, unknown in (
            (b"0,9", 9, 0),
            (b"9,9", 9, 0),
            (b"+NSOST:0,9", 9, 0),
            (b"+NSOST:0,9,1,1", 9, 0),
            (b"+NSOST:0,9,1,1,1", 10, 0),
            (b"/,9", 10, 2),
            (b":,9", 10, 2),
            (b"x", 10, 2),
            (b"0,9,1", 10, 2),
        ):
            peer = module({self.SEND: [line, b"OK"], with_flags: [line, b"OK"]})
            self.assertEqual(with_socket(scene, peer), ([count] * 2, unknown), line)

    def test_an_ok_alone_may_be_anothers_and_is_looked_into(self):
        """The next is not sent before the line is known to be in step."""

        async def scene(r, udp, sock):
            r.urc(b"+NSONMI:0,30")
            await sock.sendto(b"0123456789", SERVER)
            await sock.recvfrom(timeout_ms=0)
            await r.kind_of(udp.socket(2335))
            await r.sleep(1000)
            texts = self.SEND, b"AT+NSORF=0,30", b'AT+NSOCR="DGRAM",17,2335,1'
            return [r.uart.lines[r.uart.lines.index(text) + 1] for text in texts]

        self.assertEqual(with_socket(scene), [b"AT"] * 3)

    def test_a_refused_datagram(self):
        async def scene(r, udp, sock):
            try:
                await sock.sendto(b"0123456789", SERVER)
            except AtError as e:
                return e.kind, e.code

        peer = module({self.SEND: b"+CME ERROR: 159"})
        self.assertEqual(with_socket(scene, peer), (errors.CME, 159))


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

    def test_ports_that_may_be_sent_to(self):
        async def scene(r, udp, sock):
            for port in (1, 65535):
                await sock.sendto(b"A", ("1.2.3.4", port))
            return r.sent[1:]

        sent = [b"AT+NSOST=0,1.2.3.4,1,1,41", b"AT+NSOST=0,1.2.3.4,65535,1,41"]
        self.assertEqual(with_socket(scene), sent)

    def test_addresses_that_may_be_sent_to(self):
        async def scene(r, udp, sock):
            for host in ("0.0.0.0", "255.255.255.255", "10.100.9.99"):
                await sock.sendto(b"A", (host, 80))
            return [line[11:-8] for line in r.sent[1:]]

        hosts = [b"0.0.0.0", b"255.255.255.255", b"10.100.9.99"]
        self.assertEqual(with_socket(scene), hosts)

    def test_what_is_said_of_them(self):
        async def scene(r, udp, sock):
            said = []
            for call in (
                udp.socket(5683),
                sock.sendto(b"", SERVER),
                sock.sendto(b"x" * 513, SERVER),
                sock.sendto(b"x", ("1.2.3.4", 65536)),
                sock.sendto(b"x", ("1.2.3", 80)),
                sock.sendto(b"x", ("1.2.3.04", 80)),
                sock.sendto(b"x", SERVER, 0x80),
                sock.recvfrom(0),
            ):
                try:
                    await call
                except ValueError as e:
                    said.append(str(e))
            return said

        self.assertEqual(
            with_socket(scene),
            [
                "port 5683: 1 to 65535, but 5683, which the module needs",
                "0 bytes: a datagram holds 1 to 512",
                "513 bytes: a datagram holds 1 to 512",
                "port 65536: 1 to 65535",
                "address '1.2.3': four numbers with dots",
                "address '1.2.3.04': four numbers 0 to 255 without leading zeros",
                "flags 0x80: 0x100, 0x200 and 0x400 are known",
                "size 0: 1 or more",
            ],
        )

    def test_sizes_asked_for(self):
        async def scene(r, udp, sock):
            r.urc(b"+NSONMI:0,30")
            await r.sleep(50)
            refused = 0
            for size in (0, -1):
                try:
                    await sock.recvfrom(size, timeout_ms=100)
                except ValueError:
                    refused += 1
            return refused, r.sent

        self.assertEqual(with_socket(scene), (2, [CREATE]))


if __name__ == "__main__":
    unittest.main()
