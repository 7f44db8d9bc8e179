"""Log: lines with the time since the start, printed so that no operation waits for them.

print() can block: on a USB port whose host does not read, half a second for each line. While the
node runs, lines are printed at once as long as that is fast. After the first slow line they wait
in a bounded buffer, from which one at a time is printed while the UART is quiet.
"""

import asyncio
import io
import sys

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Callable

    from at import AtClient
    from at.port import Clock, Ticks

_TURN_MS = const(200)
_PART = const(8)  # lines printed in one turn
_SLOW_MS = const(100)
_BUDGET_MS = const(500)  # of printing while an operation waits for its answer
_PAUSE = const(10)  # after a slow line, in multiples of its duration
_LONGEST_PAUSE_MS = const(10000)
_FLUSH_MS = const(2000)
_LINES = const(32)  # in the buffer
_CHARS = const(2048)  # in the buffer


class Log:
    """Prints texts at or below `level`: 0 problems, 1 progress, 2 details, 3 lines of the UART.

    at: the AT engine whose operations must not wait; while it is None, every line is printed at
    once. dropped: lines that made room for newer ones since the last line was printed.
    """

    def __init__(self, clock: "Clock", level: int = 1) -> None:
        self.at: "AtClient | None" = None
        self.level = level
        self.clock = clock
        self._last = clock.ticks_ms()
        self._next: Ticks | None = None  # end of the pause after a slow line, if there is one
        self.ms = 0  # time since the start, as of the last call
        self.dropped = 0
        self._lines: list[str] = []
        self._size = 0  # characters in _lines
        self._spent = 0  # ms of printing while an operation waits
        self._slow = False  # the last line took long
        self._work = asyncio.Event()  # there are lines in the buffer, or a pause is to be ended

    def __call__(self, text: str, level: int = 1) -> None:
        """Log text. A level above every other prints nothing and brings `ms` up to date."""
        now = self.clock.ticks_ms()
        self.ms += self.clock.ticks_diff(now, self._last)
        self._last = now
        if level > self.level:
            return
        line = "%5d.%03d %s" % (self.ms // 1000, self.ms % 1000, text)
        if self.at is not None and (self._lines or self._slow or self._used_up()):
            self._keep(line)
        else:
            self._print(line)

    async def run(self) -> None:
        """Print buffered lines while that disturbs nothing, for ever."""
        while True:
            if not self._lines and self._next is None:
                self._work.clear()
                await self._work.wait()
            await self.clock.sleep_ms(_TURN_MS)
            self._end_pause()
            left = _PART
            while self._lines and left and self._idle():
                self._print_next()
                left -= 1

    def flush(self) -> None:
        """Print buffered lines for 2 s at most; lines are printed at once from then on."""
        clock = self.clock
        self.at = None
        begun = clock.ticks_ms()
        while self._lines and clock.ticks_diff(clock.ticks_ms(), begun) < _FLUSH_MS:
            self._print_next()
        self.dropped += len(self._lines)
        self._lines.clear()
        self._size = 0

    def _used_up(self) -> bool:
        """Return True if a waiting operation has been delayed by printing for long enough."""
        if not self.at.replies.queue:
            self._spent = 0
        return self._spent >= _BUDGET_MS

    def _idle(self) -> bool:
        """Return True if a buffered line may be printed now."""
        at = self.at
        if at is None:
            return True
        if self._slow:
            return self._next is None and at.quiet()
        return not at.replies.queue

    def _end_pause(self) -> None:
        """End the pause after a slow line when it is over. Called each turn, as ticks wrap."""
        if self._next is not None:
            if self.clock.ticks_diff(self.clock.ticks_ms(), self._next) >= 0:
                self._next = None

    def _keep(self, line: str) -> None:
        lines = self._lines
        while lines and (len(lines) >= _LINES or self._size + len(line) > _CHARS):
            self._size -= len(lines.pop(0))
            self.dropped += 1
        lines.append(line)
        self._size += len(line)
        self._work.set()

    def _print_next(self) -> None:
        line = self._lines.pop(0)
        self._size -= len(line)
        if self.dropped:
            line = "%d lines were not printed\n%s" % (self.dropped, line)
            self.dropped = 0
        self._print(line)

    def _print(self, line: str) -> None:
        clock = self.clock
        begun = clock.ticks_ms()
        print(line)
        took = max(clock.ticks_diff(clock.ticks_ms(), begun), 0)
        self._spent += took
        self._slow = took >= _SLOW_MS
        if self._slow:
            pause = min(took * _PAUSE, _LONGEST_PAUSE_MS)
            self._next = clock.ticks_add(clock.ticks_ms(), pause)
            self._work.set()


def log_exception(log: "Callable[[str, int], None]", error: Exception) -> None:
    """Log the traceback of error line by line: log(text, 0)."""
    if not hasattr(sys, "print_exception"):
        return
    text = io.StringIO()
    sys.print_exception(error, text)
    for line in text.getvalue().strip().split("\n"):
        log(line, 0)
