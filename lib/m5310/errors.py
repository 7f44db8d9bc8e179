"""What can go wrong with a command, as one exception with a kind and the module's own number."""

from micropython import const

TIMEOUT = const(1)  # no final result in time
ERROR = const(2)  # plain ERROR
CME = const(3)  # +CME ERROR: code
CIS = const(4)  # +CIS ERROR: code
BUSY = const(5)  # the queue is full
SILENT = const(6)  # the module answers nothing at all
RESET = const(7)  # the module rebooted meanwhile
HELD = const(8)  # ended early: a platform operation waited for the line
REFUSED = const(9)  # never sent: the text is not fit for the UART
FAILED = const(10)  # the module said OK and then reported failure

_KINDS = {
    TIMEOUT: "no answer in time",
    ERROR: "ERROR",
    CME: "+CME ERROR",
    CIS: "+CIS ERROR",
    BUSY: "too many commands wait",
    SILENT: "the module is silent",
    RESET: "the module rebooted",
    HELD: "gave way to a platform operation",
    REFUSED: "not fit for the UART",
    FAILED: "failed",
}

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


class AtError(Exception):
    """A command that did not end with OK.

    `kind` is one of the constants above, `code` the module's number or 0, `text` the command.
    """

    def __init__(self, kind, code=0, text=b""):
        super().__init__(kind, code, text)
        self.kind = kind
        self.code = code
        self.text = text

    def __str__(self):
        head = _KINDS.get(self.kind, "?")
        if self.code:
            head = "%s %d" % (head, self.code)
            if self.code in _CODES:
                head = "%s (%s)" % (head, _CODES[self.code])
        return "%s: %s" % (head, printable(self.text)) if self.text else head


def printable(raw, limit=60):
    """Return bytes as text for a log: other characters escaped, at most `limit` bytes shown."""
    out = "".join([chr(c) if 32 <= c < 127 else "\\x%02x" % c for c in raw[:limit]])
    return out + "..." if len(raw) > limit else out
