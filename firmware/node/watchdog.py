"""Watchdog: resets the chip unless every task of the node keeps reporting."""

import machine
from micropython import const

from . import restarts

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any

    from .app import Node

_TURN_MS = const(1000)
_AT_MS = const(5000)
_SAMPLER_MS = const(80000)  # it has a turn once a minute at least
_TASK_MS = const(60000)
_LADDER_MS = const(600000)  # the longest pause of the ladder
_MARGIN_MS = const(120000)


class Watchdog:
    """Feeds the chip's watchdog while each task of node has set `alive` recently enough.

    seconds: timeout of the chip's watchdog. Once run() has started it nothing stops it, not even
    Ctrl-C.
    """

    def __init__(self, node: "Node", seconds: int) -> None:
        self.seconds = seconds
        self._node = node
        self._wdt: machine.WDT | None = None
        longest_ms = max(node.supervisor.register_timeout_ms, _LADDER_MS)
        self._watched: list[tuple[str, "Any", int]] = [
            ("at", node.modem.at, _AT_MS),
            ("notifier", node.notifier, _TASK_MS),
            ("sampler", node.sampler, _SAMPLER_MS),
            ("supervisor", node.supervisor, longest_ms + _MARGIN_MS),
        ]
        if node.courier:
            self._watched.append(("courier", node.courier, _TASK_MS))
        if node.uplink:
            self._watched.append(("uplink", node.uplink, _TASK_MS))

    def feed(self) -> None:
        """Restart the chip's timeout, if the watchdog has been started."""
        if self._wdt:
            self._wdt.feed()

    def left(self) -> None:
        """Log what happens now that the program ends: the watchdog cannot be stopped."""
        self.feed()
        text = (
            "the watchdog resets the board in %d s; a file named stop keeps the node from starting"
        )
        self._node.log(text % self.seconds, 0)

    async def run(self) -> None:
        """Start the watchdog and feed it; restart the MCU when a task does not report."""
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
            for name, part, limit_ms in self._watched:
                late_ms = clock.ticks_diff(now, part.alive)
                if late_ms > limit_ms and not node.modem.firmware.busy:
                    cause = "task %s has not reported for %d s" % (name, late_ms // 1000)
                    restarts.restart(node.supervisor, cause)
                    return
