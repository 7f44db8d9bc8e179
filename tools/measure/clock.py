"""Time as exact as this computer has it, for a measurement in real time."""

import asyncio
import selectors
import time


class FineClock:
    """The monotonic clock in ms with its fractions, so that a byte at 115200 baud has its time."""

    def ticks_ms(self):
        return time.monotonic_ns() / 1e6

    def ticks_diff(self, a, b):
        return a - b

    def ticks_add(self, ticks, delta):
        return ticks + delta


def run(coro):
    """Run coro in a loop whose timers are exact to some 0.1 ms; asyncio's own wait whole ms."""
    with asyncio.Runner(
        loop_factory=lambda: asyncio.SelectorEventLoop(selectors.SelectSelector())
    ) as runner:
        return runner.run(coro)
