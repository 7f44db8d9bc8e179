"""The module on the network: bring-up, registration, signal, clock (guide 1)."""

from collections import namedtuple

from micropython import const

from m5310 import errors
from m5310.errors import AtError
from m5310.fields import body, is_digits, num, split
from m5310.nitz import parse_clock

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Callable

    from at import AtClient
    from at.port import Clock, Ticks

_POLL_MS = const(5000)  # CEREG? besides the URC, which is not reliable (facts/protocol.md 9.11)
_REPORT_MS = const(10000)
_PAUSE_MS = const(100)  # a module that starts loses what comes too fast (facts/protocol.md 1)
_RETRY_MS = const(1000)  # the SIM is not readable in the first seconds
_KNOWN_YEAR = const(2024)  # a clock in an earlier year was never set, or runs without a network

_HOME = const(1)
_UNKNOWN = const(4)
_ROAMING = const(5)
_STATES = (  # of +CEREG (facts/protocol.md 3)
    "not searching",
    "registered",
    "searching",
    "denied: is the SIM activated for NB-IoT?",
    "out of coverage",
    "registered, roaming",
)


def registration(state: int) -> str:
    """Return what a state of +CEREG means."""
    return _STATES[state] if state < len(_STATES) else "state %d" % state


def signal(rssi: int) -> str:
    """Return rssi of +CSQ in words, in dBm (facts/protocol.md 3)."""
    return "signal %d dBm" % (2 * rssi - 113) if 0 < rssi < 32 else "no signal"


# -- answers and reports -----------------------------------------------------------------------


def is_answer(line: "bytes | bytearray") -> bool:
    """Return True for the answer to CEREG?, False for a report (facts/protocol.md 3).

    answer: `<n>,<state>[,<tac>,<ci>,<AcT>,...]`, 2, 5, 7, 9 or 10 fields
    report: `<state>[,<tac>,<ci>,<AcT>[,<cause>,<reject>[,<active>,<periodic>]]]`, 1, 4, 6 or 8

    So the second field decides: a state is a bare number up to 10, an area (tac) is quoted or has
    more digits. An area of one digit is told by its place: the fourth field of a report is the
    access technology, one digit, and that of an answer a cell.
    """
    try:
        fields = split(body(line), 16)
    except ValueError:
        return False
    count = len(fields)
    if count < 2 or not _is_state(fields[1]) or _is_quoted(line):
        return False
    if count in (4, 6, 8) and len(fields[3]) == 1:
        return False
    return fields[0].isdigit() and len(fields[0]) == 1 and fields[0] <= b"5"


def _is_state(field: bytes) -> bool:
    return field == b"10" or (len(field) == 1 and field.isdigit())


def _is_quoted(line: "bytes | bytearray") -> bool:
    """Return True if the second field of line stands in quotes."""
    return bytes(line[line.find(b",") + 1 :]).lstrip()[:1] == b'"'


def is_mode_answer(line: "bytes | bytearray") -> bool:
    """Return True for the answer to CSCON? or NPSMR?, `<n>,<mode>`; a report is `<mode>`."""
    return b"," in line


# -- the steps of bring-up ---------------------------------------------------------------------


def _is_imsi(line: bytearray) -> bool:
    return is_digits(line) and 6 <= len(line) <= 15


def _take_imei(network: "Network", line: bytes) -> None:
    imei = split(body(line), 2)[0]
    num(imei[:10])
    network.imei = str(imei, "utf-8")


def _take_imsi(network: "Network", line: bytes) -> None:
    network.imsi = str(body(line).strip(), "utf-8")


def _take_apn(network: "Network", line: bytes) -> None:
    network.apn = str(split(body(line), 16)[2], "utf-8")


def _take_rssi(network: "Network", line: bytes) -> None:
    network.rssi = num(split(body(line), 4)[0])


def _take_time(network: "Network", line: bytes) -> None:
    network.time = parse_clock(body(line), network.local_clock)


# A command, how its answer is recognised (prefix, is_bare), how often it is tried, and
# take(network, line), which keeps the answer and may raise ValueError or IndexError. A step that
# keeps failing is logged and passed over: what it is for shows later on.
_Step = namedtuple("_Step", ("text", "prefix", "is_bare", "tries", "take"))  # noqa: PYI024
_SIGNAL = _Step(b"AT+CSQ", b"+CSQ:", None, 1, _take_rssi)
_TIME = _Step(b"AT+CCLK?", b"+CCLK:", None, 1, _take_time)
_IDENTITY = (
    _Step(b"AT+CMEE=1", None, None, 1, None),
    _Step(b"AT+CGSN=1", b"+CGSN:", None, 3, _take_imei),
    _Step(b"AT+CIMI", b"+CIMI:", _is_imsi, 8, _take_imsi),
)
_REPORTS = (
    _Step(b"AT+CSCON=1", None, None, 3, None),
    _Step(b"AT+CEREG=1", None, None, 3, None),
)
_ATTACHED = (
    _Step(b"AT+CGDCONT?", b"+CGDCONT:", None, 1, _take_apn),
    _SIGNAL,
)


class Network:
    """What is known of the network, and the way onto it.

    `on_change(registered)` is called when registration comes or goes, `on_time(time)` whenever the
    network's clock was asked for and is set.
    """

    def __init__(self, at: "AtClient", clock: "Clock") -> None:
        self.at = at
        self.clock = clock
        self.on_change: "Callable[[bool], object]" = None
        self.on_time: "Callable[[tuple], object]" = None
        self.power: "tuple | None" = None  # power saving to ask for in attach(), see power.set_up
        self.imei: "str | None" = None
        self.imsi: "str | None" = None
        self.state = _UNKNOWN
        self.cell: tuple = None, None, None  # tac, ci, AcT as printed
        self.connected = False
        self.boots = 0  # reboots of the module: what bring-up set is gone
        self.rssi = 99
        self.apn: "str | None" = None
        self.local_clock = False  # AT+CCLK? prints local time, not UTC, see nitz
        self.time: "tuple | None" = None  # (year, month, day, hour, minute, second), UTC
        self.clock_known = False  # False: `time` is to be asked for again
        self._changed = at.event()  # set when registration comes or goes, or the module reboots
        at.urc(b"+CEREG:", self._cereg, is_answer)
        at.urc(b"+CSCON:", self._cscon, is_mode_answer)

    @property
    def registered(self) -> bool:
        """True at home and roaming."""
        return self.state in (_HOME, _ROAMING)

    def reset(self) -> None:
        """Forget what a reboot of the module undoes."""
        self.state = _UNKNOWN
        self.connected = False
        self.boots += 1
        self._changed.set()

    # -- bring-up ------------------------------------------------------------------------------

    async def attach(
        self,
        log: "Callable[[str], object]",
        timeout_ms: int,
        operator: "str | None" = None,
        earfcn: "int | None" = None,
    ) -> None:
        """Walk the steps of guide 1 and wait for registration, timeout_ms for all of it.

        operator (digits) and earfcn (a number) are sent where given; both must succeed. Raises
        AtError; its text tells what was waited for. log(text) is called with what is going on.
        """
        at = self.at
        pause = at.pause_ms
        at.pause_ms = max(pause, _PAUSE_MS)
        try:
            await self._attach(log, timeout_ms, operator, earfcn)
        finally:
            at.pause_ms = pause

    async def _attach(
        self,
        log: "Callable[[str], object]",
        timeout_ms: int,
        operator: "str | None",
        earfcn: "int | None",
    ) -> None:
        start = self.clock.ticks_ms()
        boots = self.boots
        for step in _IDENTITY:
            await self._walk(step, log)
        if operator:
            await self.at.command(b'AT+COPS=1,2,"%s"' % operator.encode(), 30000, slow=True)
        if earfcn:
            await self.at.command(b"AT+NEARFCN=0,%d" % earfcn, 5000)
        for step in _REPORTS:
            await self._walk(step, log)
        if self.power:
            from m5310 import power

            await power.set_up(self, log, self.power)
        await self._wait(log, start, timeout_ms, boots)
        for step in _ATTACHED:
            await self._walk(step, log)
        await self.ask_time(log)

    async def ask_time(self, log: "Callable[[str], object]") -> None:
        """Ask for the network's clock, which is not set at first; raises AtError.

        If it is set, on_time is called with it.
        """
        self.time = None
        await self._walk(_TIME, log)
        time = self.time
        self.clock_known = time is not None and time[0] >= _KNOWN_YEAR
        if self.clock_known and self.on_time:
            self.on_time(time)

    async def _walk(self, step: _Step, log: "Callable[[str], object]") -> None:
        """Send a step until it is answered; raises AtError if the module cannot be talked to."""
        for left in range(step.tries - 1, -1, -1):
            try:
                lines = await self.at.command(step.text, 5000, step.prefix, None, step.is_bare)
                if step.take and lines:
                    step.take(self, lines[0])
                return
            except (ValueError, IndexError):
                log("%s: answer not understood" % str(step.text, "utf-8"))
            except AtError as e:
                if e.kind in (errors.SILENT, errors.RESET, errors.UPDATING):
                    raise
                if not left:
                    log(str(e))
            if left:
                await self.clock.sleep_ms(_RETRY_MS)

    async def _wait(
        self, log: "Callable[[str], object]", start: "Ticks", timeout_ms: int, boots: int
    ) -> None:
        """Wait for registration until timeout_ms after start; raises AtError."""
        clock = self.clock
        said = start
        asked = None
        while True:
            self._changed.clear()
            if self.boots != boots:  # between two commands, so that none of them told
                raise AtError(errors.RESET)
            if self.registered:
                return
            now = clock.ticks_ms()
            waited = clock.ticks_diff(now, start)
            if waited >= timeout_ms:
                text = b"network registration, " + self.words().encode()
                raise AtError(errors.TIMEOUT, 0, text)
            if asked is None or clock.ticks_diff(now, asked) >= _POLL_MS:
                asked = now
                await self.ask()
            elif clock.ticks_diff(now, said) >= _REPORT_MS:
                said = now
                await self._walk(_SIGNAL, log)
                log(
                    "waiting for the network: %d s, %s, %s"
                    % (waited // 1000, self.words(), self.quality())
                )
            else:
                left_ms = min(
                    timeout_ms - waited,
                    _POLL_MS - clock.ticks_diff(now, asked),
                    _REPORT_MS - clock.ticks_diff(now, said),
                )
                await self.at.wait(self._changed, left_ms)

    # -- state ---------------------------------------------------------------------------------

    async def ask(self) -> None:
        """Ask for the registration state now: the URC may have been lost."""
        try:
            lines = await self.at.command(b"AT+CEREG?", 2000, b"+CEREG:", is_answer)
        except AtError as e:
            if e.kind in (errors.SILENT, errors.RESET):
                raise
            return
        if lines:
            try:
                self._answer(lines[-1])
            except ValueError:  # noise in it: the URC or the next answer will tell
                return

    async def signal(self) -> None:
        """Refresh the signal quality; raises AtError."""
        lines = await self.at.command(b"AT+CSQ", 2000, b"+CSQ:")
        if lines:
            try:
                _take_rssi(self, lines[-1])
            except ValueError:  # noise in it: the last value stands
                return

    def quality(self) -> str:
        """Return the signal in words."""
        return signal(self.rssi)

    def words(self) -> str:
        """Return the registration state in words."""
        return registration(self.state)

    def _set(self, state: int, cell: "list[bytes]") -> None:
        if state < 0:
            raise ValueError("state")
        was = self.registered
        if len(cell) == 3:
            self.cell = tuple([str(f, "utf-8") for f in cell])
        self.state = state
        if was != self.registered:
            self._changed.set()
            if self.on_change:
                self.on_change(self.registered)

    def _cereg(self, line: bytearray) -> None:
        if is_answer(line):  # a late one
            self._answer(line)
        else:
            fields = split(body(line), 16)
            self._set(num(fields[0]), fields[1:4])

    def _answer(self, line: "bytes | bytearray") -> None:
        """Take the answer to CEREG?, `<n>,<state>[,<tac>,<ci>,<AcT>...]`."""
        fields = split(body(line), 16)
        self._set(num(fields[1]), fields[2:5])

    def _cscon(self, line: bytearray) -> None:
        self.connected = num(split(body(line), 4)[-1]) == 1

    def status(self) -> dict:
        """Return identity, registration, cell, signal and clock as a new dict."""
        return {
            "imei": self.imei,
            "imsi": self.imsi,
            "cell": self.cell,
            "apn": self.apn,
            "time": self.time,
            "connected": self.connected,
            "network": self.words(),
            "signal": self.quality(),
        }
