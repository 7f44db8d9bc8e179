"""What can go wrong with a command: AtError with the module's own kinds, in its own words."""

from micropython import const

from at import errors
from at.errors import BUSY, CME, ERROR, HELD, LISTENING, REFUSED, RESET, SILENT, STOPPED, TIMEOUT
from m5310 import causes

__all__ = ("BUSY", "CME", "ERROR", "HELD", "REFUSED", "RESET", "SILENT", "TIMEOUT")

CIS = const(4)  # +CIS ERROR: code
FAILED = const(10)  # the module said OK and then reported failure
UPDATING = LISTENING  # the module writes its own firmware: nothing may be sent
AGAIN = STOPPED  # an answer was not sent to its end: the module asked again


_STATE = const(602)  # the module is in no state for the command


class AtError(errors.AtError):
    """A command that did not end with OK: `kind` is one of the constants above.

    `code` is the module's number or 0, `text` the command.
    """

    @property
    def deferred(self) -> bool:
        """True if it gave way to other commands, which says nothing of the session."""
        return self.kind in (BUSY, HELD)

    @property
    def no_observation(self) -> bool:
        """True for what the module answers to a notification without an observation."""
        return self.code == _STATE

    @property
    def refused(self) -> bool:
        """True if the module answered with an error."""
        return ERROR <= self.kind <= CIS

    def __str__(self) -> str:
        return causes.error(self.kind, self.code, self.text)
