"""The copy of the last configuration that was online, and the tries a new one has.

The counter's lines: the CRC of the configuration it counts for, how many starts in a row with it
failed (the present one counts as failed until it is known better), and how the present start goes:

    begun    it has just begun: a crash or a power cut now is a failure
    ran      it has run for some seconds: who ends it now ends it from outside
    failed   it was never online, and ended by itself or has tried for as long as it may
    stopped  somebody pressed Ctrl-C, as every tool does that works on the board
    online   a session stood: the configuration has not failed at all
"""

import os
from binascii import crc32

from micropython import const

from m5310 import borrow

TRIES = 3
_COUNTER = "config.tries.txt"
_PART = const(512)  # the heap has no room for a long file in one piece


def mark(path):
    """Return the CRC-32 of the file path as text; raises OSError."""
    part = bytearray(_PART)
    view = memoryview(part)
    value = 0
    with open(path, "rb") as f:
        while True:
            n = f.readinto(part)
            if not n:
                return "%08x" % (value & 0xFFFFFFFF)
            value = crc32(view[:n], value)


def tried(path, copy, bitten=False):
    """Return at how many starts in a row the file path failed, None if nothing is to be counted.

    That is if there is no copy to go back to, or the copy is the same. bitten: the watchdog ended
    the last start.
    """
    borrow("node.safe").settle(copy)
    try:
        own = mark(path)
        if own != mark(copy):
            if bitten:
                note("failed", ("ran",))
            return _count(own)
        os.remove(_COUNTER)  # left by a power cut
    except OSError:
        pass
    return None


def same(path, copy):
    """Return whether there is a copy and it has what the file path has; path raises OSError."""
    own = mark(path)
    try:
        return own == mark(copy)
    except OSError:
        return False


def _read():
    """Return (CRC, starts, how the last one went) as texts; raises ValueError without them."""
    lines = borrow("node.safe").read(_COUNTER) or []
    if len(lines) == 2:  # written by a version that counted every start
        lines.append("begun")
    crc, count, state = lines
    return crc, count, state


def _count(own):
    try:
        crc, count, state = _read()
        failed = {"ran": int(count) - 1, "stopped": int(count) - 1, "online": 0}
        return failed.get(state, int(count)) if crc == own else 0
    except ValueError:
        return 0


def begin(path, count):
    """Write down that the file path is tried for the count-th time. Raises OSError."""
    borrow("node.safe").write(_COUNTER, [mark(path), str(count), "begun"])


def note(state, instead=("begun", "ran", "failed")):
    """Write down how the present start goes, if it is counted and goes like one of instead so far.

    Raises OSError.
    """
    try:
        crc, count, before = _read()
    except ValueError:
        return  # nothing is counted
    if before in instead and before != state:
        borrow("node.safe").write(_COUNTER, [crc, count, state])


def keep(path, copy, wanted):
    """Keep the file path as copy if its CRC is wanted; return whether. Raises OSError.

    A power cut leaves the old copy or the new one.
    """
    if mark(path) != wanted:
        return False  # somebody has put another one there meanwhile
    with open(path, "rb") as f, open(copy + ".tmp", "wb") as g:
        while True:
            part = f.read(_PART)
            if not part:
                break
            g.write(part)
    borrow("node.safe").place(copy)
    try:
        os.remove(_COUNTER)
    except OSError:
        pass  # there was none
    return True
