"""Run an asyncio program in virtual time, on CPython and on MicroPython: sleeping costs nothing.

`clock` is the matching clock; its ticks wrap at 2^30 ms as a board's do.
"""

import asyncio
import sys

from clock import TICKS_PERIOD, ticks_add, ticks_diff


class VirtualClock:
    """The clock to hand to the code under test."""

    def __init__(self):
        self.start = 0

    def ticks_ms(self):
        return (self.start + _elapsed_ms()) % TICKS_PERIOD

    ticks_diff = staticmethod(ticks_diff)
    ticks_add = staticmethod(ticks_add)

    async def sleep_ms(self, ms):
        await asyncio.sleep_ms(max(ms, 0))


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

    class DeadlockError(Exception):
        """Every task waits for something that no task and no timer will bring."""

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
        saved = core.ticks, core._io_queue  # noqa: SLF001
        core.ticks, core._io_queue = _ticks, _Skipper()  # noqa: SLF001
        try:
            return asyncio.run(coro)
        finally:
            core.ticks, core._io_queue = saved  # noqa: SLF001
            asyncio.new_event_loop()

else:
    import skiploop
    import vloop
    from vloop import DeadlockError

    LOOPS = {"virtual": vloop, "asyncio": skiploop}
    _module = None  # the one of LOOPS that run() takes
    _loop = vloop.Loop()

    def _made(loop):
        global _loop
        _loop = loop

    def _ticks_ms(self):
        return (self.start + int(_loop.now)) % TICKS_PERIOD

    def use(name):
        """Take one of LOOPS from now on: the fast one, or asyncio's own, which skips time."""
        global _module
        _module = LOOPS[name]
        VirtualClock.sleep_ms = staticmethod(_module.nap)

    VirtualClock.ticks_ms = _ticks_ms
    use("virtual")

    def run(coro, start=0, stretch=None):
        """Run coro to its end in virtual time, ticks starting at start ms; return its result.

        stretch: as in vloop.run.
        """
        clock.start = start
        return _module.run(coro, stretch, _made)
