"""What can go wrong: AtError with the module's own kinds; its error codes and events in words."""

from micropython import const

from at import errors
from at.errors import BUSY, CME, ERROR, HELD, LISTENING, REFUSED, RESET, SILENT, STOPPED, TIMEOUT

__all__ = ("BUSY", "CME", "ERROR", "HELD", "REFUSED", "RESET", "SILENT", "TIMEOUT")

CIS = const(4)  # +CIS ERROR: code
FAILED = const(10)  # the module said OK and then reported failure
UPDATING = LISTENING  # the module writes its own firmware: nothing may be sent
AGAIN = STOPPED  # an answer was not sent to its end: the module asked again

BAD_STATE = const(602)  # code: the module does not wait for this answer or notification

_KINDS = {
    CIS: "+CIS ERROR",
    SILENT: "the module is silent",
    RESET: "the module rebooted",
    HELD: "gave way to a platform operation",
    FAILED: "failed",
    UPDATING: "the module writes its own firmware",
    AGAIN: "asked again before all of the answer was sent",
}

# The module's error codes that tell the user what to do (facts/protocol.md 1.1).
CODES = {
    3: "operation not allowed",
    4: "operation not supported",
    23: "memory full",
    30: "no network service",
    50: "incorrect parameters",
    159: "uplink busy",
    310: "SIM not inserted",
    311: "SIM PIN required",
    313: "SIM failure",
    512: "required parameter not configured",
    513: "not registered with the network",
    516: "incorrect state for command",
    524: "module is in minimal function mode",
    530: "no such socket",
    601: "parameter error",
    BAD_STATE: "state error",
}

# The events of +MIPLEVENT (facts/protocol.md 6).
EVENTS = {
    1: "bootstrap started",
    2: "bootstrap done",
    3: "bootstrap failed",
    4: "connected",
    5: "connection failed",
    6: "registered",
    7: "registration failed: are IMEI and IMSI those of the platform's device?",
    8: "registration timed out: does the device exist on the platform?",
    9: "lifetime ran out",
    10: "halted",
    11: "registration updated",
    12: "update failed",
    13: "update timed out",
    14: "update needed",
    15: "de-registered",
    20: "response failed",
    21: "response delivered",
    25: "notification failed",
    26: "notification delivered",
    31: "the platform deleted the device",
    32: "the address of the device on the network is out of date",
    33: "a downlink message was too long for the module",
    40: "firmware is being downloaded",
    41: "firmware not downloaded",
    42: "firmware downloaded",
    43: "firmware is being written",
    44: "firmware updated",
    45: "firmware not updated",
    46: "firmware update over",
}


def event(number: int) -> str:
    """Return what event number of +MIPLEVENT means."""
    return EVENTS.get(number) or "event %d" % number


class AtError(errors.AtError):
    """A command that did not end with OK.

    `kind` is one of the constants above, `code` the module's number or 0, `text` the command.
    """

    @property
    def refused(self) -> bool:
        """True if the module answered with an error."""
        return ERROR <= self.kind <= CIS

    @property
    def deferred(self) -> bool:
        """True if it gave way to other commands, which says nothing of the session."""
        return self.kind in (BUSY, HELD)

    @property
    def no_observation(self) -> bool:
        """True for what the module answers to a notification without an observation."""
        return self.code == BAD_STATE

    def reason(self) -> str:
        """Return what happened, and what the module's number means."""
        words = _KINDS.get(self.kind)
        if words is None:
            words = super().reason()
        elif self.code:
            words = "%s %d" % (words, self.code)
        meaning = CODES.get(self.code)
        return "%s (%s)" % (words, meaning) if meaning else words
