"""lib/at on other modems than the M5310: conversations from their public manuals, byte for byte.

SIM7020 (SIMCom's TCP/IP application note), BC26 and its family (Quectel's TCP/IP application
notes), ESP-AT (Espressif's TCP-IP examples).
"""

import asyncio
import unittest

import vtime

from at import AtClient, AtError, errors


class Script:
    """A UART whose modem says to each of the texts it is sent, in their order, what is written."""

    def __init__(self, *turns):
        self.turns = list(turns)
        self.rx = bytearray()
        self.sent = b""

    def any(self):
        return len(self.rx)

    def readinto(self, buf, n=None):
        n = min(len(self.rx), len(buf) if n is None else n)
        buf[:n] = self.rx[:n]
        self.rx = self.rx[n:]
        return n or None

    def write(self, data):
        self.sent += bytes(data)
        if self.sent == b"AT\r\n":
            self.rx += b"\r\nOK\r\n"
        elif self.turns and self.sent == self.turns[0][0]:
            self.rx += self.turns.pop(0)[1]
        else:
            return len(data)
        self.sent = b""
        return len(data)


class EspClient(AtClient):
    results = {b"SEND OK": 0, b"SEND FAIL": errors.ERROR, b"FAIL": errors.ERROR}
    finals = {b"+CME ERROR:": errors.CME, b"ERR CODE:": errors.ERROR}


class QuectelClient(AtClient):
    results = {b"SEND OK": 0, b"SEND FAIL": errors.ERROR}


def talk(scene, *turns, kind=AtClient, urcs=()):
    """Return (what scene(at) returned, what the URCs' handlers heard); all turns were taken."""

    async def main():
        uart = Script(*turns)
        at = kind(uart, vtime.clock)
        heard = []
        for prefix in urcs:
            at.urc(prefix, lambda line: heard.append(bytes(line)))
        engine = asyncio.create_task(at.run())
        try:
            await at.sync(5000)
            out = await scene(at)
            await vtime.clock.sleep_ms(500)
        finally:
            engine.cancel()
        assert not uart.turns, uart.turns
        assert at.fault is None, at.fault
        assert at.status()["unknown"] == 0, at.status()
        return out, heard

    return vtime.run(main())


class Sim7020Test(unittest.TestCase):
    def test_a_udp_socket(self):
        async def scene(at):
            socket = (await at.command(b"AT+CSOC=1,2,1"))[0]
            await at.command(b'AT+CSOCON=0,5000,"203.0.113.5"', timeout_ms=30000)
            await at.command(b'AT+CSOSEND=0,0,"test"')
            return socket

        out = talk(
            scene,
            (b"AT+CSOC=1,2,1\r\n", b"\r\n+CSOC: 0\r\n\r\nOK\r\n"),
            (b'AT+CSOCON=0,5000,"203.0.113.5"\r\n', b"\r\nOK\r\n"),
            (b'AT+CSOSEND=0,0,"test"\r\n', b"\r\nOK\r\n\r\n+CSONMI: 0,8,74657374\r\n"),
            urcs=(b"+CSONMI:",),
        )
        self.assertEqual(out, (b"+CSOC: 0", [b"+CSONMI: 0,8,74657374"]))

    def test_an_error_with_its_number(self):
        async def scene(at):
            try:
                await at.command(b"AT+CSOC=1,2,1")
            except AtError as e:
                return e.kind, e.code, str(e)

        answer = b"\r\n+CME ERROR: 3\r\n"
        out, _ = talk(scene, (b"AT+CSOC=1,2,1\r\n", answer))
        self.assertEqual(out, (errors.CME, 3, "+CME ERROR 3: AT+CSOC=1,2,1"))


class Bc26Test(unittest.TestCase):
    OPEN = b'AT+QIOPEN=1,0,"TCP","203.0.113.5",8009,0,0\r\n'

    def test_data_behind_the_prompt_and_a_report_of_what_came(self):
        async def scene(at):
            await at.command(self.OPEN.rstrip())
            await vtime.clock.sleep_ms(500)
            await at.command(b"AT+QISEND=0,4", data=b"test")
            await vtime.clock.sleep_ms(500)
            return await at.command(b"AT+QIRD=0,1500")

        out, heard = talk(
            scene,
            (self.OPEN, b"\r\nOK\r\n\r\n+QIOPEN: 0,0\r\n"),
            (b"AT+QISEND=0,4\r\n", b"\r\n> "),
            (b"test", b'\r\nSEND OK\r\n\r\n+QIURC: "recv",0\r\n'),
            (b"AT+QIRD=0,1500\r\n", b"\r\n+QIRD: 5\r\ntest1\r\n\r\nOK\r\n"),
            kind=QuectelClient,
            urcs=(b"+QIOPEN:", b"+QIURC:"),
        )
        self.assertEqual(out, [b"+QIRD: 5", b"test1"])
        self.assertEqual(heard, [b"+QIOPEN: 0,0", b'+QIURC: "recv",0'])

    def test_a_full_buffer_is_an_error(self):
        async def scene(at):
            try:
                await at.command(b"AT+QISEND=0,4", data=b"test")
            except AtError as e:
                return e.kind

        turns = ((b"AT+QISEND=0,4\r\n", b"\r\n> "), (b"test", b"\r\nSEND FAIL\r\n"))
        self.assertEqual(talk(scene, *turns, kind=QuectelClient)[0], errors.ERROR)


class EspAtTest(unittest.TestCase):
    JOIN = b'AT+CWJAP="espressif","1234567890"\r\n'

    def test_joining_says_how_far_it_is(self):
        async def scene(at):
            return await at.command(self.JOIN.rstrip(), timeout_ms=20000)

        answer = b"WIFI CONNECTED\r\nWIFI GOT IP\r\n\r\nOK\r\n"
        out, heard = talk(scene, (self.JOIN, answer), kind=EspClient, urcs=(b"WIFI ",))
        self.assertEqual((out, heard), ([], [b"WIFI CONNECTED", b"WIFI GOT IP"]))

    def test_a_network_that_is_not_there(self):
        async def scene(at):
            try:
                await at.command(self.JOIN.rstrip(), timeout_ms=20000)
            except AtError as e:
                return e.refused

        for answer in (b"+CWJAP:1\r\n\r\nFAIL\r\n", b"ERR CODE:0x01090000\r\n\r\n"):
            self.assertTrue(talk(scene, (self.JOIN, answer), kind=EspClient)[0])

    def test_an_ok_before_the_prompt_does_not_end_the_command(self):
        async def scene(at):
            return await at.command(b"AT+CIPSEND=4", data=b"test")

        out, _ = talk(
            scene,
            (b"AT+CIPSEND=4\r\n", b"\r\nOK\r\n\r\n>"),
            (b"test", b"\r\nRecv 4 bytes\r\n\r\nSEND OK\r\n"),
            kind=EspClient,
        )
        self.assertEqual(out, [b"Recv 4 bytes"])

    def test_data_may_hold_line_ends_and_commands(self):
        async def scene(at):
            await at.command(b"AT+CIPSEND=9", data=b"a\r\nAT+X\r\n"[:9])

        turns = ((b"AT+CIPSEND=9\r\n", b"\r\nOK\r\n>"), (b"a\r\nAT+X\r\n"[:9], b"\r\nSEND OK\r\n"))
        talk(scene, *turns, kind=EspClient)

    def test_no_prompt_is_a_timeout_and_no_data_go_out(self):
        async def scene(at):
            try:
                await at.command(b"AT+CIPSEND=4", timeout_ms=1000, data=b"test")
            except AtError as e:
                return e.kind, at.port.uart.sent

        out, _ = talk(scene, (b"AT+CIPSEND=4\r\n", b"\r\nOK\r\n"), kind=EspClient)
        self.assertEqual(out, (errors.TIMEOUT, b""))

    def test_data_without_end_or_of_another_type_are_refused_at_the_call(self):
        async def scene(at):
            for data, kind in ((b"", ValueError), (b"x" * 3073, ValueError), ("x", TypeError)):
                try:
                    await at.command(b"AT+CIPSEND=4", data=data)
                    self.fail(data)
                except kind:
                    pass

        talk(scene, kind=EspClient)


if __name__ == "__main__":
    unittest.main()
