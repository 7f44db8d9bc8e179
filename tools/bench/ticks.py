"""Time for the bench: a clock of its own, and timers on any clock, one that wraps included."""

import heapq
import itertools
import time

MAX_CANCELLED = 64  # timers that may lie around, however few others there are


class BenchClock:
    """The PC's monotonic clock in whole ms; it never wraps while a bench runs."""

    def ticks_ms(self):
        return time.monotonic_ns() // 1_000_000

    def ticks_diff(self, a, b):
        return a - b

    def ticks_add(self, ticks, delta):
        return ticks + delta


class Elapsed:
    """Ticks of any clock as milliseconds that only grow.

    Starts at the clock's value when made, so objects made on one clock agree. Has to be asked at
    least once in half a wrap of the clock (6 days for 2^30 ms).
    """

    def __init__(self, clock):
        self._clock = clock
        self._last = clock.ticks_ms()
        self._total = self._last

    def now(self):
        """Return the time of now in ms."""
        return self.at(self._clock.ticks_ms())

    def at(self, ticks):
        """Return ticks, near to now, as a time in ms."""
        step = self._clock.ticks_diff(ticks, self._last)
        if step <= 0:
            return self._total + step
        self._last = ticks
        self._total += step
        return self._total


class Timer:
    """One call that is due at a time; cancel() forgets it."""

    __slots__ = ("_timers", "call")

    def __init__(self, call, timers):
        self.call = call
        self._timers = timers

    def cancel(self):
        if self.call is not None:
            self.call = None
            self._timers.cancelled += 1


class Timers:
    """Calls in the order they are due. Nothing happens but in poll().

    on_sooner: called with nothing when a call was added that is due before all others. cancelled:
    Timers cancelled that still take up memory.
    """

    def __init__(self, clock):
        self.on_sooner = None
        self.cancelled = 0
        self._elapsed = Elapsed(clock)
        self._heap = []
        self._order = itertools.count()

    def now(self):
        """Return the time in ms that all due times are counted in."""
        return self._elapsed.now()

    def after(self, ms, call):
        """Have call() made ms (0 or more) from now by a later poll(); return its Timer."""
        timer = Timer(call, self)
        if self.cancelled > MAX_CANCELLED and 2 * self.cancelled > len(self._heap):
            self._sweep()
        heapq.heappush(self._heap, (self.now() + ms, next(self._order), timer))
        if self.on_sooner and self._heap[0][2] is timer:
            self.on_sooner()
        return timer

    def poll(self):
        """Make every call that is due, those that come due meanwhile included."""
        elapsed = self._elapsed
        while self._heap and self._heap[0][0] <= elapsed.now():
            timer = heapq.heappop(self._heap)[2]
            call, timer.call = timer.call, None
            if call:
                call()
            else:
                self.cancelled -= 1

    def next_ms(self):
        """Return the ms until the next call is due, 0 if one is, None if none waits."""
        heap = self._heap
        while heap and heap[0][2].call is None:
            heapq.heappop(heap)
            self.cancelled -= 1
        return max(heap[0][0] - self._elapsed.now(), 0) if heap else None

    def clear(self):
        """Forget all calls."""
        self._heap.clear()
        self.cancelled = 0

    def _sweep(self):
        """Give back what is cancelled: a timer that is put off with each message adds up."""
        self._heap = [entry for entry in self._heap if entry[2].call is not None]
        heapq.heapify(self._heap)
        self.cancelled = 0


def soonest(*waits):
    """Return the least of waits in ms, leaving out None; None if nothing is left."""
    least = None
    for wait in waits:
        if wait is not None and (least is None or wait < least):
            least = wait
    return least
