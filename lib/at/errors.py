"""What can go wrong with a command: one exception with a kind and the modem's own number."""

from micropython import const

TIMEOUT = const(1)  # no final result in time
ERROR = const(2)  # plain ERROR, or +CMS ERROR: code
CME = const(3)  # +CME ERROR: code
BUSY = const(5)  # the queue is full
SILENT = const(6)  # the modem answers nothing at all
RESET = const(7)  # the modem restarted meanwhile
HELD = const(8)  # cut off: an urgent reply waited for the line
REFUSED = const(9)  # never sent: the text is not fit for the UART
LISTENING = const(11)  # nothing may be sent at the moment, see AtClient.listen()
STOPPED = const(12)  # a reply was not sent to its end

_WORDS = {
    TIMEOUT: "no answer in time",
    ERROR: "ERROR",
    CME: "+CME ERROR",
    BUSY: "too many commands wait",
    SILENT: "the modem is silent",
    RESET: "the modem restarted",
    HELD: "gave way to an urgent reply",
    REFUSED: "not fit for the UART",
    LISTENING: "nothing may be sent at the moment",
    STOPPED: "not sent to its end",
}


class AtError(Exception):
    """A command that did not end with OK.

    `kind` is one of the constants above or of the modem's driver, `code` the modem's number or 0,
    `text` the command. A driver that knows more kinds, or what the numbers of its modem mean,
    subclasses it and gives the subclass to AtClient.
    """

    def __init__(self, kind: int, code: int = 0, text: bytes = b"") -> None:
        super().__init__(kind, code, text)
        self.kind = kind
        self.code = code
        self.text = text

    @property
    def unknown(self) -> bool:
        """True if the modem may or may not have executed the command.

        What must not happen twice is not sent again before that is known.
        """
        return self.kind in (TIMEOUT, HELD)

    @property
    def refused(self) -> bool:
        """True if the modem answered with an error."""
        return self.kind in (ERROR, CME)

    def reason(self) -> str:
        """Return the words for kind and code."""
        words = _WORDS.get(self.kind, "?")
        return "%s %d" % (words, self.code) if self.code else words

    def __str__(self) -> str:
        return "%s: %s" % (self.reason(), printable(self.text)) if self.text else self.reason()


def printable(raw: bytes, limit: int = 80) -> str:
    """Return bytes as text for a log: other characters escaped, at most `limit` bytes shown."""
    raw, more = raw[:limit], "..." if len(raw) > limit else ""
    if raw and 32 <= min(raw) and max(raw) < 127:  # the usual case, with less heap
        return str(raw, "utf-8") + more
    return "".join([chr(c) if 32 <= c < 127 else "\\x%02x" % c for c in raw]) + more
