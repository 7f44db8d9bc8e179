"""Module and platform beside an asyncio program, in virtual time over the wrap of the ticks."""

import asyncio

import vtime

from bench.module import Module
from bench.platform import Platform
from bench.port import Port


class Line:
    """The MCU's end of a paced line for a program in virtual time."""

    def __init__(self, port):
        self.port = port
        self.got = b""

    async def pump(self):
        while True:
            self.got += self.port.take()
            wait = self.port.next_ms()
            await vtime.clock.sleep_ms(50 if wait is None else max(min(wait, 50), 1))

    async def command(self, line, end=b"OK\r\n", limit_ms=5000):
        """Send a line; return what came and the ms until it ended with end."""
        self.got = b""
        begun = vtime.clock.ticks_ms()
        self.port.feed(line + b"\r")
        while end not in self.got:
            await vtime.clock.sleep_ms(5)
            assert vtime.clock.ticks_diff(vtime.clock.ticks_ms(), begun) < limit_ms
        return self.got, vtime.clock.ticks_diff(vtime.clock.ticks_ms(), begun)


def test_a_program_registers_and_answers_at_9600_baud():
    async def program():
        platform = Platform(vtime.clock)
        module = Module(vtime.clock, platform)
        line = Line(Port(module, vtime.clock, 9600))
        pump = asyncio.create_task(line.pump())
        await vtime.clock.sleep_ms(4000)
        assert line.got == b"\r\nM5310\r\n\r\nOK\r\n"
        got, spent = await line.command(b"AT+CGSN=1")
        assert got == b"\r\n+CGSN:867725030000018\r\n\r\nOK\r\n"
        wire_ms = (len(b"AT+CGSN=1\r") + len(got)) / 0.96
        assert 0 <= spent - wire_ms <= 30
        for text in (b"AT+MIPLCREATE", b'AT+MIPLADDOBJ=0,3303,1,"1",6,1'):
            await line.command(text)
        await line.command(b"AT+MIPLOPEN=0,3600,30", end=b"+MIPLEVENT: 0,6\r\n")
        await vtime.clock.sleep_ms(40_000)
        pump.cancel()
        assert platform.device(module.imei).online

    vtime.run(program(), start=(1 << 30) - 6000)
