"""The log: lines with the time since the start, printed so that no operation waits for them.

Printing can be slow: a USB port whose computer does not read makes each line wait for half a
second. While the node runs, lines are printed at once as long as that is quick. From the first
slow one on they wait in a bounded buffer, from which one is tried when nothing else is going on.
"""

from micropython import const

_TURN_MS = const(200)
_PART = const(8)  # lines printed in one turn
_SLOW_MS = const(100)
_BUDGET_MS = const(500)  # may be spent on printing while an operation waits for its answer
_PAUSE = const(10)  # times as long as a slow line took nothing is printed
_LONGEST_MS = const(10000)
_FLUSH_MS = const(2000)
_LINES = const(32)  # may wait, of _CHARS together
_CHARS = const(2048)


class Log:
    """Prints what is at or below `level` (0 problems, 1 progress, 2 details, 3 the AT lines).

    at: the At whose operations must not wait, None while nothing runs: then all is printed at
    once. dropped: lines that made room for newer ones since the last that was printed.
    """

    at = None

    def __init__(self, clock, level=1):
        self.level = level
        self.clock = clock
        self._last = clock.ticks_ms()
        self._next = None  # tick of the next try behind a slow line; None: it may be now
        self.ms = 0  # from the start to the last text
        self.dropped = 0
        self._lines = []
        self._size = 0  # characters in it
        self._spent = 0  # ms of printing since an operation waits
        self._slow = False

    def __call__(self, text, level=1):
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

    async def run(self):
        """Print what waits when it is time for it, for ever."""
        while True:
            await self.clock.sleep_ms(_TURN_MS)
            self._rest()
            left = _PART
            while self._lines and left and self._idle():
                self._print_next()
                left -= 1

    def flush(self):
        """Print what waits, at most 2 s long; all is printed at once from then on."""
        clock = self.clock
        self.at = None
        begun = clock.ticks_ms()
        while self._lines and clock.ticks_diff(clock.ticks_ms(), begun) < _FLUSH_MS:
            self._print_next()
        self.dropped += len(self._lines)
        self._lines.clear()
        self._size = 0

    def _used_up(self):
        """Tell whether an operation waits, and has waited for printing for long enough."""
        if not self.at.replies:
            self._spent = 0
        return self._spent >= _BUDGET_MS

    def _idle(self):
        """Tell whether this is the time for printing what waits."""
        at = self.at
        if at is None:
            return True
        if self._slow:
            return self._next is None and at.quiet()
        return not at.replies

    def _rest(self):
        """End the pause behind a slow line when it is over: asked each turn, as ticks wrap."""
        if self._next is not None:
            if self.clock.ticks_diff(self.clock.ticks_ms(), self._next) >= 0:
                self._next = None

    def _keep(self, line):
        lines = self._lines
        while lines and (len(lines) >= _LINES or self._size + len(line) > _CHARS):
            self._size -= len(lines.pop(0))
            self.dropped += 1
        lines.append(line)
        self._size += len(line)

    def _print_next(self):
        line = self._lines.pop(0)
        self._size -= len(line)
        if self.dropped:
            line = "%d lines were not printed\n%s" % (self.dropped, line)
            self.dropped = 0
        self._print(line)

    def _print(self, line):
        clock = self.clock
        begun = clock.ticks_ms()
        print(line)
        took = max(clock.ticks_diff(clock.ticks_ms(), begun), 0)
        self._spent += took
        self._slow = took >= _SLOW_MS
        if self._slow:
            pause = min(took * _PAUSE, _LONGEST_MS)
            self._next = clock.ticks_add(clock.ticks_ms(), pause)
