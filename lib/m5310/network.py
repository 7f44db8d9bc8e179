"""The module on the network: identity, registration, signal, clock (guide 1)."""

from m5310 import borrow, errors
from m5310.errors import AtError
from m5310.fields import body, num, split


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
    """What is known of the network. `on_change(registered)` hears that registration came or went,
    `on_time(time)` the network's clock whenever it was asked for and is set.

    Bringing it up is bringup's work.
    """

    def __init__(self, at, clock):
        self.at = at
        self.clock = clock
        self.on_change = None
        self.on_time = None
        self.power = None  # what power.set_up is to ask for
        self.imei = None
        self.imsi = None
        self.state = 4
        self.cell = None, None, None  # type: tuple # tac, ci, AcT as printed
        self.connected = False
        self.boots = 0  # reboots of the module: what bring-up set is gone
        self.rssi = 99
        self.apn = None
        self.local_clock = False  # AT+CCLK? prints local time, not UTC, see nitz
        self.time = None  # (year, month, day, hour, minute, second), UTC
        self.clock_known = False  # False: `time` is to be asked for again
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
        self.boots += 1

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
            try:
                self._set(num(fields[1]), fields[2:5])
            except ValueError:  # noise in it: the URC or the next answer will tell
                return

    async def signal(self):
        """Refresh the signal quality; raises AtError."""
        lines = await self.at.command(b"AT+CSQ", 2000, b"+CSQ:")
        if lines:
            try:
                self.rssi = num(split(body(lines[0]), 4)[0])
            except ValueError:  # noise in it: the last value stands
                return

    def quality(self):
        """Return the signal in words, in dBm (facts/protocol.md 3)."""
        return borrow("m5310.words").signal(self.rssi)

    def words(self):
        """Return the registration state in words."""
        return borrow("m5310.words").registration(self.state)

    def _set(self, state, cell):
        if state < 0:
            raise ValueError("state")
        was = self.registered
        if len(cell) == 3:
            self.cell = tuple([str(f, "utf-8") for f in cell])
        self.state = state
        if was != self.registered and self.on_change:
            self.on_change(self.registered)

    def _cereg(self, line):
        fields = split(body(line), 16)
        self._set(num(fields[0]), fields[1:4])

    def _cscon(self, line):
        self.connected = num(body(line).strip()) == 1

    def status(self):
        """Return identity, registration, cell, signal and clock as a new dict."""
        return borrow("m5310.report").of_network(self)
