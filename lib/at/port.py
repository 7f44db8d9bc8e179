"""What the driver stands on: the UART, read and written without blocking, and the clock."""

import asyncio
import time

from micropython import const

from at.lines import Lines

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Callable

    from _mpy_shed.time_mp import _TicksMs
    from machine import UART

    Ticks = _TicksMs  # no int: the difference of two is ticks_diff(a, b), never a - b

_TURN = const(1024)  # bytes read in one turn: a flood leaves the other tasks their time
_CHUNK = const(64)  # bytes written at a time: a port without a TX buffer blocks that long
_STALL_MS = const(2000)  # a UART that takes nothing for so long is given up on


class Clock:
    """MicroPython's ticks in milliseconds, which wrap at 2^30; never the wall clock."""

    def __init__(self) -> None:
        self.ticks_ms = time.ticks_ms
        self.ticks_diff = time.ticks_diff
        self.ticks_add = time.ticks_add
        self.sleep_ms = asyncio.sleep_ms


class Port:
    """Both directions of `uart`: any(), readinto(buf, n) and write(buf), none of which may block.

    `out` is the text to send, written there by whoever sends. `busy` is True while it is on its
    way out, `since` the tick of the last byte that went. `failed(e)` is called with an exception
    of the UART, which then counts as one without bytes and without room.
    """

    def __init__(
        self, uart: "UART", clock: "Clock", failed: "Callable[[Exception], None]"
    ) -> None:
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

    def receive(self, take: "Callable[[bytearray, bool], None]") -> bool:
        """Read what is there; return whether there was anything.

        Calls take(line, cut) for every line, a bytearray that is valid until it returns; cut is
        True for the beginning of an overlong one. take must not raise.
        """
        left = _TURN
        try:
            while left > 0 and self.uart.any():
                n = self.uart.readinto(self._rx, len(self._rx)) or 0
                left -= n or _TURN
                self._split(take, n)
        except Exception as e:
            self.failed(e)
        return left < _TURN

    def _split(self, take: "Callable[[bytearray, bool], None]", n: int) -> None:
        """Make lines of the first n bytes read."""
        lines = self.lines
        i = 0
        while i < n:
            i = lines.feed(self._rx, i, n)
            if lines.ready:
                take(lines.line, lines.cut)

    def put(self, text: "bytes | bytearray") -> None:
        """Make text what transmit() sends."""
        self.out[:] = b""
        self.out.extend(text)

    def transmit(self, now: "Ticks", end: bytes = b"\r\n") -> None:
        """Begin to send `out` with the line ending."""
        self.out.extend(end)
        self._at = 0
        self.busy = True
        self.since = now
        self.write(now)

    def write(self, now: "Ticks") -> bool:
        """Send on; return False, and stop, if the UART has taken nothing for too long."""
        out = self.out
        end = min(self._at + _CHUNK, len(out))
        while self._at < end:
            try:
                whole = end == len(out) and not self._at
                sent = self.uart.write(out if whole else out[self._at : end])
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

    def stop(self) -> None:
        """Abandon what is being sent."""
        self.busy = False
