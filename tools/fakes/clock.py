"""A clock for tests without an event loop: time stands still until a test moves it."""

TICKS_PERIOD = 1 << 30
_HALF = TICKS_PERIOD >> 1


def ticks_diff(a, b):
    """Return a - b in ms over the wrap at 2^30, in -2^29..2^29-1, as MicroPython's on a board."""
    return ((a - b + _HALF) % TICKS_PERIOD) - _HALF


def ticks_add(ticks, delta):
    """Return ticks + delta, wrapped at 2^30."""
    return (ticks + delta) % TICKS_PERIOD


class FakeClock:
    """Ticks in ms that start where a test says and wrap at 2^30."""

    def __init__(self, start=0):
        self.now = start % TICKS_PERIOD

    def ticks_ms(self):
        return self.now

    def ticks_diff(self, a, b):
        return ticks_diff(a, b)

    def ticks_add(self, ticks, delta):
        return ticks_add(ticks, delta)

    def advance(self, ms):
        """Move time on by ms (0 or more)."""
        self.now = ticks_add(self.now, ms)

    async def sleep_ms(self, ms):
        self.advance(ms)
