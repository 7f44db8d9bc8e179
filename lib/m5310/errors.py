"""What can go wrong with a command, as one exception with a kind and the module's own number."""

from micropython import const

from m5310 import causes

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
UPDATING = const(11)  # the module writes its own firmware: nothing may be sent
AGAIN = const(12)  # an answer was not sent to its end: the module asked again


_STATE = const(602)  # the module is in no state for the command


class AtError(Exception):
    """A command that did not end with OK.

    `kind` is one of the constants above, `code` the module's number or 0, `text` the command.
    """

    def __init__(self, kind, code=0, text=b""):
        super().__init__(kind, code, text)
        self.kind = kind
        self.code = code
        self.text = text

    @property
    def unknown(self):
        """True if nobody knows whether the module did it: what must not be done twice is not tried
        again before that is known."""
        return self.kind in (TIMEOUT, HELD)

    @property
    def deferred(self) -> bool:
        """True if it gave way to other commands, which says nothing of the session."""
        return self.kind in (BUSY, HELD)

    @property
    def no_observation(self) -> bool:
        """True for what the module answers to a notification without an observation."""
        return self.code == _STATE

    @property
    def refused(self):
        """True if the module answered, and said no."""
        return ERROR <= self.kind <= CIS

    def __str__(self):
        return causes.error(self.kind, self.code, self.text)
