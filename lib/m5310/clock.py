"""The real clock. Everything that measures time gets one through its constructor."""

import asyncio
import time


class Clock:
    """Monotonic ticks in milliseconds, wrapping at 2^30 on boards; never the wall clock."""

    ticks_ms = staticmethod(time.ticks_ms)
    ticks_diff = staticmethod(time.ticks_diff)
    ticks_add = staticmethod(time.ticks_add)
    sleep_ms = staticmethod(asyncio.sleep_ms)
