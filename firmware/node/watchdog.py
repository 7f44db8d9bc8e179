"""The watchdog: fed only while every task of the node has its turn; loaded where configured."""

import machine
from micropython import const

from . import restarts

_TURN_MS = const(1000)
_LADDER_MS = const(600000)  # the longest pause of the ladder
_MORE_MS = const(120000)


class Watchdog:
    """Watches the tasks of node. Not fed for so many seconds, the chip resets itself.

    Nothing stops it any more once run() has begun, not even Ctrl-C.
    """

    def __init__(self, node, seconds):
        self.seconds = seconds
        self._node = node
        self._wdt = None
        longest = max(node.supervisor.register_timeout_ms, _LADDER_MS)
        self._watched = [
            ("at", node.modem.at, 5000),
            ("notifier", node.notifier, 60000),
            ("sampler", node.sampler, 80000),  # it looks once a minute at least
            ("supervisor", node.supervisor, longest + _MORE_MS),
        ]  # type: list
        if node.courier:
            self._watched.append(("courier", node.courier, 60000))
        if node.uplink:
            self._watched.append(("uplink", node.uplink, 60000))

    def feed(self):
        """Start the time anew."""
        if self._wdt:
            self._wdt.feed()

    def left(self):
        """Say what comes of it that the node is left: nothing stops the watchdog any more."""
        self.feed()
        text = (
            "the watchdog resets the board in %d s; a file named stop keeps the node from starting"
        )
        self._node.log(text % self.seconds, 0)

    async def run(self):
        """Start the watchdog, and feed it while every task reports; restart the MCU otherwise."""
        node = self._node
        clock = node.clock
        try:
            self._wdt = machine.WDT(timeout=self.seconds * 1000)
        except (OSError, ValueError, TypeError) as e:
            node.log("no watchdog: %s" % e, 0)
            return
        while True:
            self.feed()
            await clock.sleep_ms(_TURN_MS)
            now = clock.ticks_ms()
            for name, part, limit in self._watched:
                late = clock.ticks_diff(now, part.alive)
                if late > limit and not node.modem.firmware.busy:
                    cause = "task %s has not reported for %d s" % (name, late // 1000)
                    restarts.restart(node.supervisor, cause)
                    return
