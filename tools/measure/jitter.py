"""How late this computer wakes who sleeps: what of a latency is not the node's."""

import asyncio
import time

from bench.figures import percentile

_NAP_S = 0.005


class Jitter:
    """Lateness of an idle timer in ms, collected while run() runs."""

    def __init__(self):
        self.late_ms = []

    async def run(self):
        """Collect until cancelled: how late this loop serves its timers."""
        while True:
            begun = time.monotonic()
            await asyncio.sleep(_NAP_S)
            self.late_ms.append((time.monotonic() - begun - _NAP_S) * 1000)

    def rest(self, seconds):
        """Collect for so long, with nothing else in this process."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            begun = time.monotonic()
            time.sleep(_NAP_S)
            self.late_ms.append((time.monotonic() - begun - _NAP_S) * 1000)
        return self

    @property
    def figures(self):
        """Return {"p50": ms, "p99": ms, "max": ms}."""
        found = [percentile(self.late_ms, part) for part in (0.5, 0.99, 1)]
        return dict(zip(("p50", "p99", "max"), found, strict=True))

    def __str__(self):
        return "p50 %(p50).2f, p99 %(p99).2f, max %(max).1f ms" % self.figures
