"""The real clock. Everything that measures time gets one through its constructor."""

import asyncio
import time

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from _mpy_shed.time_mp import _TicksMs

    Ticks = _TicksMs  # no int: the difference of two is ticks_diff(a, b), never a - b


class Clock:
    """Monotonic ticks in milliseconds, wrapping at 2^30 on boards; never the wall clock."""

    ticks_ms = staticmethod(time.ticks_ms)
    ticks_diff = staticmethod(time.ticks_diff)
    ticks_add = staticmethod(time.ticks_add)
    sleep_ms = staticmethod(asyncio.sleep_ms)
