"""The module on the network: identity, registration, signal, clock (guide 1)."""

from m5310 import borrow, errors, words
from m5310.errors import AtError
from m5310.fields import body, num, split


def is_answer(line):
    """Tell the answer to CEREG? from a report of the registration (facts/protocol.md 3).

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


def _is_state(field):
    return field == b"10" or (len(field) == 1 and field.isdigit())


def _is_quoted(line):
    """Tell whether the second field of line stands in quotes."""
    return bytes(line[line.find(b",") + 1 :]).lstrip()[:1] == b'"'


def is_mode_answer(line):
    """Tell the answer to CSCON? or NPSMR?, `<n>,<mode>`, from a report, `<mode>`."""
    return b"," in line


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
        at.urc(b"+CEREG:", self._cereg, is_answer)
        at.urc(b"+CSCON:", self._cscon, is_mode_answer)

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
            try:
                self._answer(lines[-1])
            except ValueError:  # noise in it: the URC or the next answer will tell
                return

    async def signal(self):
        """Refresh the signal quality; raises AtError."""
        lines = await self.at.command(b"AT+CSQ", 2000, b"+CSQ:")
        if lines:
            try:
                self.rssi = num(split(body(lines[-1]), 4)[0])
            except ValueError:  # noise in it: the last value stands
                return

    def quality(self):
        """Return the signal in words, in dBm (facts/protocol.md 3)."""
        return words.signal(self.rssi)

    def words(self):
        """Return the registration state in words."""
        return words.registration(self.state)

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
        if is_answer(line):  # a late one
            self._answer(line)
        else:
            fields = split(body(line), 16)
            self._set(num(fields[0]), fields[1:4])

    def _answer(self, line):
        """Take the answer to CEREG?, `<n>,<state>[,<tac>,<ci>,<AcT>...]`."""
        fields = split(body(line), 16)
        self._set(num(fields[1]), fields[2:5])

    def _cscon(self, line):
        self.connected = num(split(body(line), 4)[-1]) == 1

    def status(self):
        """Return identity, registration, cell, signal and clock as a new dict."""
        return borrow("m5310.report").of_network(self)
