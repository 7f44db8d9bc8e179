"""Ticks for CPython, where `time` has none: the bench's virtual board runs there."""

import time


class Monotonic:
    """ticks_ms and ticks_diff over time.monotonic; they do not wrap."""

    def ticks_ms(self):
        return int(time.monotonic() * 1000)

    def ticks_diff(self, a, b):
        return a - b
