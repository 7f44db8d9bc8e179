"""Health of the module's UDP sockets: when to retry, what to report, when a reboot is needed.

Field reports describe modules whose socket layer is stuck: every AT+NSOCR and AT+NSOCL is refused
until AT+NRB. So retries get rarer, and the supervisor is told when they have failed for long.
"""

from micropython import const

from m5310.errors import FAILED, TIMEOUT

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from at.port import Clock, Ticks
    from m5310.errors import AtError
    from node.log import Log

# Stages of an exchange, in their order: one that works shows that those before it do.
OPEN = const(0)
SEND = const(1)
READ = const(2)

_LONGEST_TEXT = const(60)  # the text of an error has the whole command, a datagram's is long
_REPORTED = const(3)  # failures in a row
_FIRST_PAUSE_MS = const(1000)  # after a failure, doubled each time
_LONGEST_PAUSE_MS = const(60000)
_FIRST_WEDGED_MS = const(120000)  # of failures until a reboot, doubled each time
_LONGEST_WEDGED_MS = const(3600000)


class SocketHealth:
    """Counts failures of the sockets.

    opened: the module has given a socket. fault: text of the last failure, from the third in a row
    until the sockets work again, else "". wedged: they have failed for so long that the module has
    to be rebooted; treated() says that this was done.
    """

    def __init__(self, clock: "Clock", log: "Log") -> None:
        self.clock = clock
        self.log = log
        self.opened = False
        self.fault = ""
        self.wedged = False
        self.row = 0  # failures in a row
        self._stage = OPEN  # of the last failure
        self._since: "Ticks | None" = (
            None  # ticks of the first failure in a row, None until there is one
        )
        self._patience_ms = _FIRST_WEDGED_MS
        self._failed = clock.ticks_ms()
        self._pause_ms = 0

    @property
    def words(self) -> str:
        """State for the supervisor: "" while all is well."""
        if self.fault:
            return "UDP is down"
        return "" if self.opened else "opening the UDP socket"

    def ready(self, now: "Ticks") -> bool:
        """Return True when the pause after a failure is over. To be called in each turn."""
        if self._pause_ms and self.clock.ticks_diff(now, self._failed) >= self._pause_ms:
            self._pause_ms = 0
        return not self._pause_ms

    def worked(self, stage: int) -> None:
        """Note that a stage succeeded."""
        self.opened = True
        if not self.row or stage < self._stage:
            return
        self.row = 0
        self._since = None
        self._patience_ms = _FIRST_WEDGED_MS
        self.wedged = False
        if self.fault:
            self.fault = ""
            self.log("uplink: the module's sockets work again", 0)

    def failed(self, stage: int, error: "AtError") -> None:
        """Note that a stage ended with error, an AtError."""
        self._failed = now = self.clock.ticks_ms()
        self._pause_ms = _FIRST_PAUSE_MS
        self.log("uplink: %s" % error, 2)
        if not error.refused and error.kind not in (TIMEOUT, FAILED):
            return  # held, silent, rebooted and so on: that says nothing about the sockets
        self._stage = stage if not self.row else max(self._stage, stage)
        self._pause_ms = min(_FIRST_PAUSE_MS << min(self.row, 10), _LONGEST_PAUSE_MS)
        self.row += 1
        if self._since is None:
            self._since = now
        if self.row < _REPORTED:
            return
        text = str(error)[:_LONGEST_TEXT]
        if not self.fault:
            self.log("uplink: %s; UDP is down, readings are kept" % text, 0)
        self.fault = text
        self.wedged = self.clock.ticks_diff(now, self._since) >= self._patience_ms

    def offline(self) -> None:
        """Note that there is no network: that time does not count against the sockets."""
        self._since = None

    def treated(self) -> None:
        """Note that the module was rebooted: the next reboot comes after twice the time."""
        self.wedged = False
        self._since = None
        self._pause_ms = 0
        self._patience_ms = min(2 * self._patience_ms, _LONGEST_WEDGED_MS)
