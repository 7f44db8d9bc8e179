"""Bring-up and network registration (guide 1): the steps are data, one loop walks them."""

from micropython import const

from m5310 import errors
from m5310.errors import AtError
from m5310.fields import body, is_digits, num, split

_POLL_MS = const(5000)  # CEREG? besides the URC, which is not reliable (facts/protocol.md 9.11)
_REPORT_MS = const(10000)

_STATES = (
    "not searching",
    "registered",
    "searching",
    "denied: is the SIM activated for NB-IoT?",
    "out of coverage",
    "registered, roaming",
)

# What a step does when its command keeps failing.
_GO_ON = const(0)
_STOP = const(1)


def _is_imsi(line):
    return is_digits(line) and 6 <= len(line) <= 15


def is_answer(line):
    """Tell the answer to CEREG? from a +CEREG URC (facts/protocol.md 3).

    Two fields, or five and more whose second is a bare state, are the answer.
    """
    try:
        fields = split(body(line), 16)
    except ValueError:
        return False
    n = len(fields)
    state = fields[1] if n > 1 else b""
    return (n == 2 or n >= 5) and state.isdigit() and len(state) <= 2 and int(state) <= 10


class Network:
    """The module on the network: identity, registration, signal, clock.

    `log(text)` hears what is being waited for; `on_change(registered)` that registration came or
    went.
    """

    def __init__(self, at, clock, log, operator=None, earfcn=None):
        self.at = at
        self.clock = clock
        self.log = log
        self.on_change = None
        self.imei = None
        self.imsi = None
        self.state = 4
        self.cell = (None, None, None)  # tac, ci, AcT as printed
        self.connected = False
        self.rssi = 99
        self.apn = None
        self.time = None  # (year, month, day, hour, minute, second), UTC
        # text, prefix, bare, tries, where the answer goes, what a failure means
        self._steps = [
            (b"AT+CMEE=1", None, None, 1, None, _GO_ON),
            (b"AT+CGSN=1", b"+CGSN:", None, 3, self._imei, _GO_ON),
            (b"AT+CIMI", b"+CIMI:", _is_imsi, 8, self._imsi, _GO_ON),
        ]
        if operator:
            text = b'AT+COPS=1,2,"%s"' % operator.encode()
            self._steps.append((text, None, None, 2, None, _STOP))
        if earfcn:
            text = b"AT+NEARFCN=0,%d" % earfcn
            self._steps.append((text, None, None, 2, None, _STOP))
        self._steps += [
            (b"AT+CSCON=1", None, None, 3, None, _GO_ON),
            (b"AT+CEREG=1", None, None, 3, None, _GO_ON),
        ]
        at.urc(b"+CEREG:", self._cereg)
        at.urc(b"+CSCON:", self._cscon)

    @property
    def registered(self):
        """True at home and roaming."""
        return self.state in (1, 5)

    def reset(self):
        """Forget what a reboot of the module undoes."""
        self.state = 4
        self.connected = False

    async def bring_up(self, timeout):
        """Walk the steps of guide 1 and wait for registration, timeout ms for all of it.

        Raises AtError; its text tells what was waited for.
        """
        start = self.clock.ticks_ms()
        for step in self._steps:
            await self._step(step)
        await self._wait(start, timeout)
        for step in (
            (b"AT+CGDCONT?", b"+CGDCONT:", None, 1, self._apn, _GO_ON),
            (b"AT+CSQ", b"+CSQ:", None, 1, self._csq, _GO_ON),
            (b"AT+CCLK?", b"+CCLK:", None, 1, self._cclk, _GO_ON),
        ):
            await self._step(step)

    async def _step(self, step):
        text, prefix, bare, tries, take, failure = step
        for left in range(tries - 1, -1, -1):
            try:
                slow = text.startswith(b"AT+COPS")
                lines = await self.at.command(text, 5000, prefix, None, bare, slow)
                if take and lines:
                    take(lines[0])
                return
            except ValueError:
                self.log("%s: answer not understood" % str(text, "utf-8"))
            except AtError as e:
                if e.kind in (errors.SILENT, errors.RESET):
                    raise
                if not left:
                    self.log(str(e))
                    if failure == _STOP:
                        raise
            if left:
                await self.clock.sleep_ms(1000)  # the SIM is not readable in the first seconds

    async def _wait(self, start, timeout):
        said = start
        asked = None
        while not self.registered:
            now = self.clock.ticks_ms()
            if asked is None or self.clock.ticks_diff(now, asked) >= _POLL_MS:
                asked = now
                await self.ask()
                continue
            waited = self.clock.ticks_diff(now, start)
            if waited >= timeout:
                raise AtError(
                    errors.TIMEOUT, 0, b"network registration, " + self._words().encode()
                )
            if self.clock.ticks_diff(now, said) >= _REPORT_MS:
                said = now
                await self.signal()
                self.log(
                    "waiting for the network: %d s, %s, %s"
                    % (waited // 1000, self._words(), self.quality())
                )
            await self.clock.sleep_ms(50)

    async def ask(self):
        """Ask for the registration state now: the URC may have been lost."""
        try:
            lines = await self.at.command(b"AT+CEREG?", 2000, b"+CEREG:", is_answer)
        except AtError as e:
            if e.kind in (errors.SILENT, errors.RESET):
                raise
            return
        if lines:
            fields = split(body(lines[0]), 16)
            self._set(num(fields[1]), fields[2:5])

    async def signal(self):
        """Refresh the signal quality."""
        await self._step((b"AT+CSQ", b"+CSQ:", None, 1, self._csq, _GO_ON))

    def quality(self):
        """Return the signal in words, in dBm (facts/protocol.md 3)."""
        if not 0 < self.rssi < 32:
            return "no signal"
        return "signal %d dBm" % (2 * self.rssi - 113)

    def _words(self):
        return _STATES[self.state] if self.state < len(_STATES) else "state %d" % self.state

    def _set(self, state, cell):
        was = self.registered
        self.state = state
        if len(cell) == 3:
            self.cell = tuple([str(f, "utf-8") for f in cell])
        if was != self.registered and self.on_change:
            self.on_change(self.registered)

    # -- answers and URCs ----------------------------------------------------------------------

    def _cereg(self, line):
        fields = split(body(line), 16)
        self._set(num(fields[0]), fields[1:4])

    def _cscon(self, line):
        self.connected = num(body(line).strip()) == 1

    def _imei(self, line):
        imei = split(body(line), 2)[0]
        num(imei[:10])
        self.imei = str(imei, "utf-8")

    def _imsi(self, line):
        self.imsi = str(body(line).strip(), "utf-8")

    def _apn(self, line):
        self.apn = str(split(body(line), 16)[2], "utf-8")

    def _csq(self, line):
        self.rssi = num(split(body(line), 4)[0])

    def _cclk(self, line):
        from m5310.nitz import parse_clock

        self.time = parse_clock(body(line))

    def status(self):
        """Return identity, registration, cell, signal and clock as a new dict."""
        return {
            "imei": self.imei,
            "imsi": self.imsi,
            "network": self._words(),
            "cell": self.cell,
            "signal": self.quality(),
            "apn": self.apn,
            "time": self.time,
        }
