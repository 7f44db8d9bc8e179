"""The ladder back to a working session: what to try next, how often, after which pause."""

from micropython import const

_FIRST_S = const(5)
_LONGEST_S = const(600)

# Name, how often it is tried before the next one. "session" and "reboot" need a module that
# answers; the pins and the restart of the MCU are there only where they are configured.
RUNGS = (("session", 3), ("reboot", 2), ("reset pin", 2), ("power pin", 2), ("restart", 1))


class Ladder:
    """Climbs a rung a failure; `available` names the rungs that exist besides the first two."""

    def __init__(self, available=()):
        self._rungs = [
            (name, tries)
            for name, tries in RUNGS
            if name in ("session", "reboot") or name in available
        ]
        self.good()
        self.recoveries = 0

    def good(self):
        """The session stands: start from the lowest rung next time."""
        self._at = 0
        self._tries = 0
        self.failures = 0

    def next(self, silent):
        """Return (rung, pause in seconds before it is tried) for one more failure.

        A silent module cannot be spoken to: the rungs that need its answers are left out; where
        nothing else is configured, the rung is "wait". Behind the last rung it starts over.
        """
        self.failures += 1
        self.recoveries += 1
        pause = min(_FIRST_S << min(self.failures - 1, 10), _LONGEST_S)
        if self._tries >= self._rungs[self._at][1]:
            self._tries = 0
            self._at = (self._at + 1) % len(self._rungs)
        if silent:
            while self._rungs[self._at][0] in ("session", "reboot"):
                self._tries = 0
                self._at += 1
                if self._at >= len(self._rungs):
                    self._at = 0
                    return "wait", min(pause, 30)
        self._tries += 1
        return self._rungs[self._at][0], pause
