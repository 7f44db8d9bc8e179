"""A modem on a scripted module, in virtual time: the start of the session's tests."""

import asyncio

import vtime
from fakeuart import FakeUart
from rig import Peer

from m5310.codes import EXECUTE, PARAMETER, WRITE
from m5310.errors import AtError
from m5310.modem import Modem

# What a module says that is attached to the network.
ATTACHED = {
    b"AT+CGSN=1": [b"+CGSN:869976030000001", b"OK"],
    b"AT+CIMI": [b"460040000000001", b"OK"],
    b"AT+CEREG?": [b"+CEREG:1,1", b"OK"],
    b"AT+CGDCONT?": [b'+CGDCONT:0,"IP","nbiot",,0,0', b"OK"],
    b"AT+CSQ": [b"+CSQ:20,99", b"OK"],
    b"AT+CCLK?": [b"+CCLK:26/11/28,02:00:00+32", b"OK"],
}

OBJECTS = (
    (3303, "11", 6, 1, "5700;5701;5601;5602;5603;5604;5605"),
    (3306, "1", 5, 0, "5850;5851;5852;5853;5750"),
)

VERSION = b"AT+MIPLVER?"
CREATE = b"AT+MIPLCREATE"
ADD = [b'AT+MIPLADDOBJ=0,3303,2,"11",6,1', b'AT+MIPLADDOBJ=0,3306,1,"1",5,0']
OPEN = b"AT+MIPLOPEN=0,3600,30"
UPDATE = b"AT+MIPLUPDATE=0,0,0"
OPENING = [VERSION, CREATE] + ADD + [OPEN]


def module(answers=None, **options):
    """A module that opens a session without bootstrap and renews it."""
    out = {
        VERSION: [b"+MIPLVER: 2.2.0", b"OK"],
        CREATE: [b"+MIPLCREATE:0", b"OK"],
        OPEN: [b"OK", b"+MIPLEVENT: 0,6"],
        UPDATE: [b"OK", b"+MIPLEVENT:0,11"],
    }
    out.update(answers or {})
    return Peer(out, **options)


class Node:
    """A modem on a scripted module; what the session reports is kept in lists."""

    def __init__(self, peer, chunk=0, dialect="seed", **options):
        self.peer = peer
        self.uart = FakeUart(chunk, peer)
        self.modem = Modem(self.uart, vtime.clock, print, self.operation, dialect, **options)
        self.at = self.modem.at
        self.mipl = self.modem.mipl
        self.mipl.on_lost = self.on_lost
        self.mipl.on_event = lambda event, ext: self.events.append((event, ext))
        self.mipl.on_ack = lambda ackid, delivered: self.acks.append((ackid, delivered))
        self.operations = []
        self.losses = []
        self.events = []
        self.acks = []

    def operation(self, op):
        self.operations.append(op)
        self.mipl.requests.reply(op, 204 if op.kind in (WRITE, EXECUTE, PARAMETER) else 205)

    def on_lost(self, cause):
        self.losses.append((cause, self.mipl.state))

    def urc(self, *lines):
        for line in lines:
            self.uart.push(b"\r\n" + line + b"\r\n")

    async def outcome(self, call):
        """Await call; return (kind, words) of the AtError it ends with, (0, "") if none."""
        try:
            await call
        except AtError as e:
            return e.kind, str(e)
        return 0, ""

    @property
    def sent(self):
        return [line for line in self.uart.lines if line != b"AT"]


def play(scene, peer=None, chunk=0, opened=False, start=0, **options):
    """Run scene(node), with the session open or not yet; return its result."""

    async def main():
        node = Node(peer or module(), chunk, **options)
        task = asyncio.create_task(node.at.run())
        try:
            await node.at.sync(10000)
            if opened:
                await node.mipl.open(OBJECTS, 3600, 30)
                del node.uart.lines[:]
            return await scene(node)
        finally:
            task.cancel()

    return vtime.run(main(), start)


async def sleep(ms):
    await vtime.clock.sleep_ms(ms)


def leap(ms):
    """Move the clock without a turn of the engine: sleeping for hours takes seconds."""
    vtime.clock.start += ms


def exactly(node, *items, start=None):
    """Print items and have the engine read each at once, on exact ticks; a number: ms between.

    A tuple of lines arrives in one turn. Nothing else runs meanwhile: what is to be answered is
    sent later. Begins at the tick start, by default now; returns the tick of the last item.
    """
    tick = vtime.clock.ticks_ms() if start is None else start
    for item in items:
        if isinstance(item, int):
            tick = vtime.clock.ticks_add(tick, item)
            continue
        vtime.clock.ticks_ms = lambda tick=tick: tick
        try:
            node.urc(*item if isinstance(item, tuple) else (item,))
            node.at.poll()
        finally:
            del vtime.clock.ticks_ms
    leap(vtime.clock.ticks_diff(tick, vtime.clock.ticks_ms()))
    return tick


def elapsed(start):
    return vtime.clock.ticks_diff(vtime.clock.ticks_ms(), start)
