"""The ladder back to a working session: what to try next, how often, after which pause.

Loaded for the first failure, and gone when a session stands again: heap is scarce.
"""

from micropython import const

_FIRST_S = const(5)
_LONGEST_S = const(600)
_WAIT_S = const(30)
_BEFORE_RESTART = const(10)  # a restart forgets what outputs and counters hold

# Name, how often it is tried before the next one. "session" and "reboot" need a module that
# answers; the pins and the restart of the MCU are there only where they are configured.
RUNGS = (("session", 3), ("reboot", 2), ("reset pin", 2), ("power pin", 2), ("restart", 1))


class Ladder:
    """Climbs a rung a failure; `available` names the rungs that exist besides the first two.

    A new one starts from the lowest rung, so it is thrown away when the session stands. place,
    three numbers, is all that has to be kept of one from failure to failure.
    """

    def __init__(self, available=(), place=None):
        self.rungs = [
            (name, tries)
            for name, tries in RUNGS
            if name in ("session", "reboot") or name in available
        ]
        self._at, self._tries, self.failures = place or (0, 0, 0)

    @property
    def place(self):
        """The rung it is on, how often that was tried, failures so far."""
        return self._at, self._tries, self.failures

    def next(self, silent, beyond=False):
        """Return (rung, pause in seconds before it is tried) for one more failure.

        A silent module cannot be spoken to: the rungs that need its answers are left out. beyond:
        what failed is no affair of the OneNET session, so that rung is left out. The MCU
        is not restarted before the tenth failure. What is left to do then is to "wait". Behind the
        last rung it starts over.
        """
        self.failures += 1
        pause = min(_FIRST_S << min(self.failures - 1, 10), _LONGEST_S)
        for _ in range(len(self.rungs) + 1):
            name, tries = self.rungs[self._at]
            if self._tries < tries and self._fits(name, silent, beyond):
                self._tries += 1
                return name, pause
            self._tries = 0
            self._at = (self._at + 1) % len(self.rungs)
        self._at = 0
        return "wait", min(pause, _WAIT_S)

    def _fits(self, name, silent, beyond):
        if name == "restart":
            return self.failures >= _BEFORE_RESTART
        if name == "session":
            return not (silent or beyond)
        return not (silent and name == "reboot")
