"""The last lines of the module's UART, in a ring of bytes: for who asks what led to this."""

from struct import pack_into

from micropython import const

from m5310 import borrow

_KEPT = const(120)  # bytes of a line
_LONG = const(128)  # set in the length of a line of which there was more
_HEAD = const(4)  # ms since the entry before (from 2^15 on in units of 64 ms), kind, length
_LEAST = const(128)


class Trace:
    """A ring of `size` bytes, 128 or more; some 30 lines fit into 1024.

    `log` tells the time of the first line, `session` the dialect, for who replays the lines.
    """

    wall = None  # tells the UNIX time in seconds, None while it is not known

    def __init__(self, size, clock, log, session):
        self.ring = bytearray(max(size, _LEAST))
        self.clock = clock
        self.log = log
        self.session = session
        self.count = 0
        self.first = 0  # where the oldest entry is
        self.end = 0  # behind the newest
        self.top = 0  # the oldest ones end there, and go on at 0
        self.last = clock.ticks_ms()

    def record(self, kind, line):
        """Note a line (bytes) and what it was, an At's on_line; allocates nothing."""
        ring = self.ring
        clock = self.clock
        now = clock.ticks_ms()
        passed = clock.ticks_diff(now, self.last)
        self.last = now
        if not 0 <= passed < 0x8000:
            passed = 0x8000 | min((passed & 0x3FFFFFFF) >> 6, 0x7FFF)
        size = min(len(line), _KEPT)
        at = self.end
        while True:
            end = at + _HEAD + size
            while self.count and at <= self.first < end:
                self.count -= 1
                self.first += _HEAD + (ring[self.first + 3] & 127)
                if self.first >= self.top:
                    self.first = 0
            if end <= len(ring):
                break
            self.top = at
            at = 0
        if not self.count:
            self.first = at
        self.count += 1
        self.end = end
        if size < len(line):
            pack_into("<HBB120s", ring, at, passed, kind, size | _LONG, line)
        else:
            pack_into("<HBB", ring, at, passed, kind, size)
            ring[at + _HEAD : end] = line

    def lines(self):
        """Return texts, oldest first, in which identities and credentials are masked."""
        return borrow("node.trace_text").lines(self)
