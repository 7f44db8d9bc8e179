"""The copy of the last configuration that was online, and the tries a new one has.

Loaded at the start, and when a configuration has proven itself. The counter's lines: the CRC of
the configuration it counts for, and at how many starts that was tried.
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


def tried(path, copy):
    """Return at how many starts the file path was tried so far, None if nothing is to be counted.

    That is if there is no copy to go back to, or the copy is the same.
    """
    borrow("node.safe").settle(copy)
    try:
        own = mark(path)
        if own != mark(copy):
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


def _count(own):
    try:
        crc, count = borrow("node.safe").read(_COUNTER)
        return int(count) if crc == own else 0
    except (TypeError, ValueError):
        return 0


def begin(path, count):
    """Write down that the file path is tried for the count-th time. Raises OSError."""
    borrow("node.safe").write(_COUNTER, [mark(path), str(count)])


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
