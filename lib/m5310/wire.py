"""The bytes on the UART: what arrives becomes lines, what is sent goes out in pieces."""

from micropython import const

from m5310.lines import Lines

_TURN = const(1024)  # bytes read in one turn: a flood leaves the other tasks theirs
_CHUNK = const(64)  # bytes written at a time: a port without a TX buffer blocks that long
_STALL_MS = const(2000)  # a UART that takes nothing for so long is given up on


class Wire:
    """Both directions of `uart`: any(), readinto(buf, n) and write(buf), none of which may block.

    `busy` is True while a text is on its way out, `since` the tick of the last byte that went.
    """

    def __init__(self, uart, clock):
        self.uart = uart
        self.lines = Lines()
        self.busy = False
        self.since = clock.ticks_ms()
        self.clock = clock
        self._rx = bytearray(256)
        self._tx = None
        self._at = 0

    def receive(self, take):
        """Read what is there; return whether anything came.

        Calls take(line, cut) for every line; cut is True for the beginning of an overlong one.
        """
        n = self.uart.any()
        if not n:
            return False
        rx = self._rx
        lines = self.lines
        left = _TURN
        while n and left > 0:
            n = self.uart.readinto(rx, min(n, len(rx))) or 0
            left -= n
            i = 0
            while i < n:
                i = lines.feed(rx, i, n)
                if lines.ready or lines.cut:
                    take(lines.take(), lines.cut)
            n = n and self.uart.any()
        return True

    def transmit(self, text, now):
        """Begin to send text (bytes without line ending)."""
        self._tx = memoryview(text + b"\r\n")
        self._at = 0
        self.busy = True
        self.since = now
        self.write(now)

    def write(self, now):
        """Send on; return False if the UART has taken nothing for too long, and give up."""
        end = min(self._at + _CHUNK, len(self._tx))
        while self._at < end:
            sent = self.uart.write(self._tx[self._at : end])
            if not sent:
                break
            self.since = now
            self._at += sent
        if self._at >= len(self._tx):
            self.stop()
        elif self.clock.ticks_diff(now, self.since) >= _STALL_MS:
            self.stop()
            return False
        return True

    def stop(self):
        """Send nothing more of the text."""
        self._tx = None
        self.busy = False
