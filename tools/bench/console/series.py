"""What the plot draws: values over the last ten minutes, never more than so many points."""

from array import array
from bisect import bisect_left
from collections import deque

WINDOW_MS = 600_000
MAX_POINTS = 600
STEP_MS = WINDOW_MS // MAX_POINTS
SLACK = 60  # points over, so that not each new one moves all others


class Steps:
    """A value that stays until it changes, such as a temperature; None = there is none.

    Changes within STEP_MS of one another are drawn as one, so the window holds MAX_POINTS at most.
    version grows with every change. Times in UNIX ms, never going back.
    """

    def __init__(self):
        self.version = 0
        self.start_ms = 0  # when the first value came
        self._points = deque()

    @property
    def last(self):
        """The value now, None before the first."""
        return self._points[-1][1] if self._points else None

    def set(self, at_ms, value):
        """The value is this from at_ms on."""
        if self._points and self._points[-1][1] == value:
            return
        self.version += 1
        self.start_ms = self.start_ms or at_ms
        if self._points and at_ms - self._points[-1][0] < STEP_MS:
            self._points[-1] = (self._points[-1][0], value)
        else:
            self._points.append((at_ms, value))
        self._forget(at_ms - WINDOW_MS)

    def _forget(self, start_ms):
        # The newest point before the start is the value at the left edge.
        while len(self._points) > 1 and self._points[1][0] <= start_ms:
            self._points.popleft()

    def points(self, now_ms, until_ms=None):
        """Return [at_ms, value] to draw, from the window's left edge to until_ms or now."""
        start_ms = now_ms - WINDOW_MS
        self._forget(start_ms)
        drawn = [[max(at_ms, start_ms), value] for at_ms, value in self._points]
        if drawn:
            drawn.append([until_ms or now_ms, drawn[-1][1]])
        return drawn


class Marks:
    """Single events with a number, such as notifications: the newest MAX_POINTS of the window.

    Arrays, 16 bytes a point: a bench may have hundreds of sensors.
    """

    def __init__(self):
        self.version = 0
        self.start_ms = 0  # when the first one came
        self._at = array("q")
        self._values = array("d")

    @property
    def last(self):
        """The value of the newest, None before the first."""
        return self._values[-1] if self._values else None

    def add(self, at_ms, value):
        """Note an event."""
        self.version += 1
        self.start_ms = self.start_ms or at_ms
        if len(self._at) >= MAX_POINTS + SLACK:
            del self._at[:SLACK], self._values[:SLACK]
        self._at.append(at_ms)
        self._values.append(value)

    def points(self, now_ms):
        """Return [at_ms, value] of the window, oldest first."""
        first = max(bisect_left(self._at, now_ms - WINDOW_MS), len(self._at) - MAX_POINTS)
        return [list(point) for point in zip(self._at[first:], self._values[first:], strict=True)]
