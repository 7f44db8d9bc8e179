"""Errors and events in words. Loaded when the first of them is printed: heap is scarce."""

_KINDS = (
    "?",
    "no answer in time",
    "ERROR",
    "+CME ERROR",
    "+CIS ERROR",
    "too many commands wait",
    "the module is silent",
    "the module rebooted",
    "gave way to a platform operation",
    "not fit for the UART",
    "failed",
)

# Numbers that tell the user what to do; the rest are printed bare (facts/protocol.md 1.1).
_CODES = {
    3: "operation not allowed",
    4: "operation not supported",
    23: "memory full",
    30: "no network service",
    50: "incorrect parameters",
    100: "unknown",
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
    602: "state error",
}

_EVENTS = {
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
}


def error(kind, code, text):
    """Return an AtError in words: what happened, the module's number, the command."""
    head = _KINDS[kind]
    if code:
        head = "%s %d" % (head, code)
        if code in _CODES:
            head = "%s (%s)" % (head, _CODES[code])
    return "%s: %s" % (head, printable(text)) if text else head


def event(number):
    """Return what event number of +MIPLEVENT stands for (facts/protocol.md 6)."""
    return _EVENTS.get(number) or "event %d" % number


def printable(raw, limit=80):
    """Return bytes as text for a log: other characters escaped, at most `limit` bytes shown."""
    out = "".join([chr(c) if 32 <= c < 127 else "\\x%02x" % c for c in raw[:limit]])
    return out + "..." if len(raw) > limit else out
