"""The bytes on the UART: what arrives becomes lines, what is sent goes out in pieces."""

from micropython import const

from m5310.lines import Lines

_TURN = const(1024)  # bytes read in one turn: a flood leaves the other tasks theirs
_CHUNK = const(64)  # bytes written at a time: a port without a TX buffer blocks that long
_STALL_MS = const(2000)  # a UART that takes nothing for so long is given up on


class Wire:
    """Both directions of `uart`: any(), readinto(buf, n) and write(buf), none of which may block.

    `out` is the text to send, which whoever sends writes into it. `busy` is True while it is on
    its way out, `since` the tick of the last byte that went. `failed(e)` hears of an exception of
    the UART; it is taken for one that has no bytes and no room.
    """

    def __init__(self, uart, clock, failed):
        self.uart = uart
        self.failed = failed
        self.lines = Lines()
        self.out = bytearray(128)
        self.out[:] = b""
        self.busy = False
        self.since = clock.ticks_ms()
        self.clock = clock
        self._rx = bytearray(256)
        self._at = 0

    def receive(self, take):
        """Read what is there; return whether anything was.

        Calls take(line, cut) for every line, a bytearray that is good until it returns; cut is
        True for the beginning of an overlong one. take must not raise.
        """
        left = _TURN
        try:
            while left > 0 and self.uart.any():
                n = self.uart.readinto(self._rx, len(self._rx)) or 0
                left -= n or _TURN
                self._cut(take, n)
        except Exception as e:
            self.failed(e)
        return left < _TURN

    def _cut(self, take, n):
        """Make lines of the first n bytes read."""
        lines = self.lines
        i = 0
        while i < n:
            i = lines.feed(self._rx, i, n)
            if lines.ready:
                take(lines.line, lines.cut)

    def transmit(self, now):
        """Begin to send `out`."""
        self.out.extend(b"\r\n")
        self._at = 0
        self.busy = True
        self.since = now
        self.write(now)

    def write(self, now):
        """Send on; return False if the UART has taken nothing for too long, and give up."""
        out = self.out
        end = min(self._at + _CHUNK, len(out))
        while self._at < end:
            try:
                sent = self.uart.write(
                    out if end == len(out) and not self._at else out[self._at : end]
                )
            except Exception as e:
                self.failed(e)
                sent = 0
            if not sent:
                break
            self.since = now
            self._at += sent
        if self._at >= len(out):
            self.busy = False
        elif self.clock.ticks_diff(now, self.since) >= _STALL_MS:
            self.busy = False
            return False
        return True

    def stop(self):
        """Send nothing more of the text."""
        self.busy = False
