"""Run an asyncio program in virtual time, on CPython and on MicroPython: sleeping costs nothing.

`clock` is the matching clock; its ticks wrap at 2^30 ms as a board's do.
"""

import asyncio
import sys

from clock import TICKS_PERIOD, ticks_add, ticks_diff


class DeadlockError(Exception):
    """Every task waits for something that no task and no timer will bring."""


class VirtualClock:
    """The clock to hand to the code under test."""

    def __init__(self):
        self.start = 0

    def ticks_ms(self):
        return (self.start + _elapsed_ms()) % TICKS_PERIOD

    def ticks_diff(self, a, b):
        return ticks_diff(a, b)

    def ticks_add(self, ticks, delta):
        return ticks_add(ticks, delta)

    async def sleep_ms(self, ms):
        if sys.implementation.name == "micropython":
            await asyncio.sleep_ms(max(ms, 0))
        else:
            await asyncio.sleep(max(ms, 0) / 1000)


clock = VirtualClock()

if sys.implementation.name == "micropython":
    import time
    from asyncio import core

    _real_ticks = time.ticks_ms
    _origin = 0
    _skipped = 0

    def _ticks():
        return (_real_ticks() + _skipped) & (core_period - 1)

    core_period = time.ticks_add(0, -1) + 1

    def _elapsed_ms():
        return time.ticks_diff(_ticks(), _origin)

    class _Skipper:
        """Stands where asyncio polls its streams: instead of waiting, time is moved on."""

        def wait_io_event(self, dt):
            global _skipped
            if dt < 0:
                raise DeadlockError
            _skipped += dt

    def run(coro, start=0):
        """Run coro to its end in virtual time, ticks starting at start ms; return its result."""
        global _origin
        asyncio.new_event_loop()
        _origin = _ticks()
        clock.start = start
        saved = core.ticks, core._io_queue
        core.ticks, core._io_queue = _ticks, _Skipper()
        try:
            return asyncio.run(coro)
        finally:
            core.ticks, core._io_queue = saved
            asyncio.new_event_loop()

else:
    _loop_time = [0.0]

    def _elapsed_ms():
        return round(_loop_time[0] * 1000)

    class _Selector:
        """A selector over nothing: select(timeout) moves virtual time on by timeout."""

        def __init__(self, real):
            self._real = real

        def __getattr__(self, name):
            return getattr(self._real, name)

        def select(self, timeout=None):
            if timeout is None:
                raise DeadlockError
            if timeout > 0:
                _loop_time[0] += timeout
            return []

    class _Loop(asyncio.SelectorEventLoop):
        def __init__(self):
            super().__init__()
            self._selector = _Selector(self._selector)

        def time(self):
            return _loop_time[0]

    def run(coro, start=0):
        """Run coro to its end in virtual time, ticks starting at start ms; return its result."""
        _loop_time[0] = 0.0
        clock.start = start
        with asyncio.Runner(loop_factory=_Loop) as runner:
            return runner.run(coro)
