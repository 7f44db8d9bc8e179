"""Bytes to lines, into one fixed buffer, without allocating.

CR, LF or both end a line; empty lines are skipped. A line longer than the buffer is discarded up
to its newline and counted, so the next line arrives whole (facts/anchors.md 9.1).
"""

from micropython import const

_MASK = const(0x3FFFFFFF)  # counters stay small integers on a 32-bit board: no allocation


class Lines:
    """Collect bytes until a line is complete.

    `feed` stops behind each line: take it with `take`, then feed the rest. It stops behind an
    overlong one as well, and sets `cut`: its beginning is still there to be taken.
    """

    def __init__(self, size=1200):
        """Size the buffer: the longest line kept, in bytes (1 or more)."""
        self._buf = bytearray(size)
        self._view = memoryview(self._buf)
        self.size = size
        self.used = 0  # bytes of a line that has not come to its end yet
        self._skip = False
        self.ready = 0  # length of the complete line that waits to be taken, 0 = none
        self.cut = False  # an overlong line ended here
        self.count = 0
        self.overlong = 0
        self.received = 0
        self.dropped = 0  # bytes of overlong lines and control characters at a line's start

    def feed(self, src, start, end):
        """Take bytes src[start:end] up to the end of the first line; return the index behind them.

        Allocates nothing. `ready` tells whether a line is complete.
        """
        buf = self._buf
        size = self.size
        used = self.used
        i = start
        self.ready = 0
        self.cut = False
        while i < end:
            c = src[i]
            i += 1
            if c == 10 or c == 13:  # noqa: PLR1714 - a tuple test costs more per byte
                if self._skip:
                    self._skip = False
                    self.cut = True
                    used = 0
                    break
                elif used:
                    self.ready = used
                    self.count = (self.count + 1) & _MASK
                    used = 0
                    break
            elif self._skip:
                self.dropped = (self.dropped + 1) & _MASK
            elif used == size:
                self._skip = True
                self.overlong = (self.overlong + 1) & _MASK
                self.dropped = (self.dropped + used + 1) & _MASK
            elif c < 32 and not used:
                self.dropped = (self.dropped + 1) & _MASK  # a break or noise before the text
            else:
                buf[used] = c
                used += 1
        self.used = used
        self.received = (self.received + i - start) & _MASK
        return i

    def take(self):
        """Return the complete line as bytes, without its ending; of an overlong one what fits."""
        line = bytes(self._view[: self.ready or self.size])
        self.ready = 0
        return line
