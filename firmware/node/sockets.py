"""How the module's UDP sockets fare: when to try again, what to say, when a reboot is needed.

Field reports have modules whose socket layer is stuck: every AT+NSOCR and AT+NSOCL is refused
until AT+NRB. So tries get rarer, and the supervisor is told when they have failed for long.
"""

from micropython import const

from m5310.errors import FAILED, TIMEOUT

# What is asked of the module, in this order: what works shows that those before it do.
OPEN = const(0)
SEND = const(1)
READ = const(2)

_LONGEST_TEXT = const(60)  # a datagram's command has a thousand characters
_ROW = const(3)  # failures in a row until they are told
_FIRST_PAUSE_MS = const(1000)  # behind a failure, doubled each time
_LONGEST_PAUSE_MS = const(60000)
_FIRST_WEDGED_MS = const(120000)  # of failures until a reboot, doubled each time
_LONGEST_WEDGED_MS = const(3600000)


class SocketHealth:
    """Counts what the module refuses.

    opened: the module has given a socket. fault: the last failure (text) from the third in a row
    until it works again, else "". wedged: it has failed for so long that the module has to be
    rebooted; treated() says that this was done.
    """

    def __init__(self, clock, log):
        self.clock = clock
        self.log = log
        self.opened = False
        self.fault = ""
        self.wedged = False
        self.row = 0  # failures in a row
        self._stage = OPEN  # of the last failure
        self._since = None  # tick of the first failure in a row; None: it is still to come
        self._patience_ms = _FIRST_WEDGED_MS
        self._failed = clock.ticks_ms()
        self._pause_ms = 0

    @property
    def words(self):
        """What is said of the node's state; "" while all is well."""
        if self.fault:
            return "UDP is down"
        return "" if self.opened else "opening the UDP socket"

    def ready(self, now):
        """Tell whether the pause behind the last failure is over; to be asked each turn."""
        if self._pause_ms and self.clock.ticks_diff(now, self._failed) >= self._pause_ms:
            self._pause_ms = 0
        return not self._pause_ms

    def worked(self, stage):
        """Note that the module did what stage names."""
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

    def failed(self, stage, error):
        """Note that stage ended with error, an AtError."""
        self._failed = now = self.clock.ticks_ms()
        self._pause_ms = _FIRST_PAUSE_MS
        self.log("uplink: %s" % error, 2)
        if not error.refused and error.kind not in (TIMEOUT, FAILED):
            return  # held, silent, rebooted and so on: that says nothing of the sockets
        self._stage = stage if not self.row else max(self._stage, stage)
        self._pause_ms = min(_FIRST_PAUSE_MS << min(self.row, 10), _LONGEST_PAUSE_MS)
        self.row += 1
        if self._since is None:
            self._since = now
        if self.row < _ROW:
            return
        text = str(error)[:_LONGEST_TEXT]
        if not self.fault:
            self.log("uplink: %s; UDP is down, readings are kept" % text, 0)
        self.fault = text
        self.wedged = self.clock.ticks_diff(now, self._since) >= self._patience_ms

    def offline(self):
        """Note that there is no network: that time is not held against the sockets."""
        self._since = None

    def treated(self):
        """Note that the module was rebooted for it: it gets twice the time until the next one."""
        self.wedged = False
        self._since = None
        self._pause_ms = 0
        self._patience_ms = min(2 * self._patience_ms, _LONGEST_WEDGED_MS)
