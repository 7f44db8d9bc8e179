"""Bytes to lines, in one fixed buffer, without allocating.

CR, LF or both end a line; empty lines are skipped. A line longer than the buffer is discarded up
to its newline and counted, so that the next line arrives whole.
"""

from micropython import const

_MASK = const(0x3FFFFFFF)  # keeps counters small integers on a 32-bit board: no allocation


class Lines:
    """Collects bytes until a line is complete: it is in `line` until bytes are fed again.

    `feed` stops behind each line. It stops behind an overlong one as well, and sets `cut`: `line`
    then holds its beginning.
    """

    def __init__(self, size: int = 1200) -> None:
        """Size the buffer: the longest line kept, in bytes (1 or more)."""
        self.line = bytearray(size)
        self.line[:] = b""  # the buffer keeps its room: it grows without allocating
        self.size = size
        self._skip = False
        self.ready = False  # `line` is complete
        self.cut = False  # `line` is the beginning of an overlong one
        self.count = 0
        self.overlong = 0
        self.received = 0
        self.dropped = 0  # bytes of overlong lines, and control characters before a line

    def partial(self) -> bool:
        """Return True if an incomplete line is buffered."""
        return not self.ready and len(self.line) > 0

    def feed(self, src: bytearray, i: int, end: int) -> int:
        """Take bytes src[i:end] up to the end of the first line; return the index behind them.

        Allocates nothing. `ready` tells whether a line is complete.
        """
        line = self.line
        if self.ready:
            self.ready = self.cut = False
            line[:] = b""
        self.received = (self.received - i) & _MASK
        while i < end:
            c = src[i]
            i += 1
            if c < 32 or len(line) >= self.size:
                if self._special(c):
                    break
            else:
                line.append(c)
        self.received = (self.received + i) & _MASK
        return i

    def prompt(self) -> bool:
        """Return True, and drop it, if the buffered text is the prompt for data, `>` or `> `."""
        if self.ready or bytes(self.line).strip() != b">":
            return False
        self.line[:] = b""
        return True

    def _special(self, c: int) -> bool:
        """Take a control character, or one without room; return whether it ends a line."""
        line = self.line
        if c == 10 or c == 13:  # noqa: PLR1714 - a tuple test costs more
            if self._skip:
                self._skip = False
                self.ready = self.cut = True
            elif line:
                self.count = (self.count + 1) & _MASK
                self.ready = True
            return self.ready
        if not self._skip and line and len(line) < self.size:
            line.append(c)
            return False
        if line and not self._skip:
            self._skip = True
            self.overlong = (self.overlong + 1) & _MASK
            self.dropped = (self.dropped + len(line)) & _MASK
        self.dropped = (self.dropped + 1) & _MASK  # or a break or noise before the text
        return False
