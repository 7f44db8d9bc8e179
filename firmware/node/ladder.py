"""The recovery ladder: what to try next to get a session back, after which pause, and how."""

from micropython import const

from . import restarts

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from .supervisor import Supervisor

_FIRST_S = const(5)  # pause, doubled with each failure
_LONGEST_S = const(600)
_WAIT_S = const(30)
_RESET_PULSE_MS = const(500)
_POWER_PULSE_MS = const(2000)
_BEFORE_RESTART = const(10)  # failures: a restart loses what outputs and counters hold

# (name, tries before the next rung). "session" and "reboot" need a module that answers; a pin has
# to be configured, and the restart needs an MCU that can be restarted.
RUNGS = (("session", 3), ("reboot", 2), ("reset pin", 2), ("power pin", 2), ("restart", 1))


class Ladder:
    """Climbs with each failure. `available` names those rungs that exist besides "session" and
    "reboot"."""

    def __init__(self, available: "list[str] | tuple" = ()) -> None:
        self.rungs = [
            (name, tries)
            for name, tries in RUNGS
            if name in ("session", "reboot") or name in available
        ]
        self.reset()

    def reset(self) -> None:
        """Start over from the lowest rung: a session is stable."""
        self.rung = 0  # index into rungs
        self.tries = 0  # of that rung
        self.failures = 0

    def next(self, silent: bool, beyond: bool = False) -> tuple[str, int]:
        """Return (name of the rung to try, pause in seconds before that) for one more failure.

        silent: the module does not answer, so "session" and "reboot" are left out. beyond: what
        failed is not the OneNET session, so "session" is left out. The MCU is
        not restarted before the tenth failure. If no rung fits, "wait". After the last rung it
        starts over.
        """
        self.failures += 1
        pause = min(_FIRST_S << min(self.failures - 1, 10), _LONGEST_S)
        for _ in range(len(self.rungs) + 1):
            name, tries = self.rungs[self.rung]
            if self.tries < tries and self._fits(name, silent, beyond):
                self.tries += 1
                return name, pause
            self.tries = 0
            self.rung = (self.rung + 1) % len(self.rungs)
        self.rung = 0
        return "wait", min(pause, _WAIT_S)

    def _fits(self, name: str, silent: bool, beyond: bool) -> bool:
        if name == "restart":
            return self.failures >= _BEFORE_RESTART
        if name == "session":
            return not (silent or beyond)
        return not (silent and name == "reboot")


async def climb(supervisor: "Supervisor", name: str) -> None:
    """Do what the rung called name does, for supervisor.cause. Raises AtError."""
    modem = supervisor.modem
    if name == "session":
        await modem.mipl.close()
    elif name == "reboot":
        await modem.reboot()
    elif name == "reset pin":
        await modem.pulse(modem.reset_pin, _RESET_PULSE_MS)
    elif name == "power pin":
        await modem.pulse(modem.power_pin, _POWER_PULSE_MS)
    elif name == "restart":
        restarts.restart(supervisor, supervisor.cause)
