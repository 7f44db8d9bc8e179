"""The module's clock and an RTC: what the tests of times have in common."""

START = 1795312800  # the module's clock at its start (tools/bench/module/options.py)


class Rtc:
    """A machine.RTC that is set and does not go on."""

    def __init__(self):
        self.set = []

    def datetime(self, date=None):
        if date is None:
            return (2000, 1, 1, 6, 0, 0, 0, 0)
        self.set.append(date)


def now(r):
    """Return the UNIX time by the module's clock."""
    return START + r.module.timers.now() / 1000 - r.module.started_ms / 1000


async def ready(r, count=3):
    await r.until(lambda: r.node.supervisor.state == "online")
    await r.until(lambda: r.device and len(r.device.observed) == count)
