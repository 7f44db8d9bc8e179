"""Writes of several resources, a line for each, as a module prints them: for the tests of them."""

import vtime
from modem_rig import play, sleep

import m5310.requests
from m5310.codes import WRITE

HEAD = b"+MIPLWRITE:0,%d,3306,0,"
DONE = b"AT+MIPLWRITERSP=0,%d,2"
REFUSED = b"AT+MIPLWRITERSP=0,%d,11"
TIMES = []  # type: list


def line(rid, tail, msgid=9, value=b"01"):
    return HEAD % msgid + b"%d,2,%d,%s,%s" % (rid, len(value) // 2, value, tail)


def numbered(tails, msgid=9):
    """The lines of a write whose parts end in tails."""
    return [line(5850 + i, tail, msgid) for i, tail in enumerate(tails)]


def parts(count, msgid=9, size=1):
    """The lines of a write of count resources of size bytes, as the guide's module prints them."""
    tails = [b"0,%d" % i for i in range(count - 1, -1, -1)]
    value = b"01" * size
    return [line(5850 + i, tail, msgid, value) for i, tail in enumerate(tails)]


def paced(lines, ms):
    """Lines with ms to wait behind each."""
    out = []
    for each in lines:
        out += [each, ms]
    return out


def answer(node):
    """Have node do each write, and find nothing to read."""

    def done(op):
        node.operations.append(op)
        node.mipl.requests.reply(op, 204 if op.kind == WRITE else 404)

    node.mipl.requests.on_operation = done


def outcome(node):
    """Return (writes done as (msgid, how many values, rid), answers in order).

    Fails if any of it raised what no input should raise.
    """
    assert node.at.fault is None, node.at.fault
    writes = [(op.msgid, len(op.values), op.rid) for op in node.operations if op.kind == WRITE]
    return writes, node.sent


def deliver(lines, wait=3000, chunk=0, start=0):
    """Print lines (a number: ms to wait; a tuple: at once), then wait; return the outcome.

    The ms until each answer are in TIMES.
    """

    async def scene(node):
        answer(node)
        begun = vtime.clock.ticks_ms()
        times = []
        node.mipl.requests.on_answered = lambda *_: times.append(
            vtime.clock.ticks_diff(vtime.clock.ticks_ms(), begun)
        )
        for item in lines:
            if isinstance(item, int):
                await sleep(item)
            else:
                node.urc(*item if isinstance(item, tuple) else (item,))
                await sleep(1)
        await sleep(wait)
        TIMES[:] = times
        return outcome(node)

    return play(scene, None, chunk, opened=True, start=start)


def starved(spoilt, call, *args):
    """Return call(*args); the lines of operations numbered in spoilt find no memory."""
    real = m5310.requests.parse
    count = [0]

    def parse(kind, text, arrived):
        count[0] += 1
        if count[0] - 1 in spoilt:
            raise MemoryError
        return real(kind, text, arrived)

    m5310.requests.parse = parse
    try:
        return call(*args)
    finally:
        m5310.requests.parse = real
