"""The driver on a trace: each line as it came, each decision anew."""

import vtime
from clock import TICKS_PERIOD

from at.command import Command
from at.resync import IN_STEP
from m5310 import errors
from m5310.modem import Modem
from m5310.operations import KINDS, describe
from replay.catalogue import commands, head_of
from replay.engine import NEAR_MS, QUIET_MS, STEP_MS, Engine, Uart

_REPLY_MS, _TIMEOUT_MS = 1500, 2000  # the rest as in at.engine, m5310.session, at.resync
_OPENING, _REGISTERED = 1, 2
_HOLD_MS = 500
_OVERLONG = b"x" * 1300  # makes a line longer than a node keeps
_PROBE = b"AT"
_LIMITS_MS = 600_000  # how long limits are kept of a line on which nothing comes or goes
_SOCKETS = {">": b"AT+NSO", "u": b"+NSONMI"}
_SESSION = (b"AT+MIPLNOTIFY", b"AT+MIPLUPDATE", b"AT+MIPLREADRSP", b"AT+MIPLWRITERSP")


class Decision:
    """About one line of the record: kind, a letter as in the record; notes, in words.

    known: the driver knew what had gone before. odd: it would have sent no such thing by itself.
    """

    def __init__(self, line):
        self.line = line
        self.kind = ">"
        self.known = True
        self.odd = False
        self.notes = []

    @property
    def same(self):
        """Return whether the node decided so as well."""
        return not self.known or self.kind == self.line.kind


def play(record):
    """Return the Decisions about the lines of a Record, in their order."""
    return vtime.run(_decisions(record), record.lines[0].ms % TICKS_PERIOD)


async def _decisions(record):
    return [each async for each in Player(record).decisions()]


class Player:
    """Plays one Record in virtual time; play() does it all."""

    def __init__(self, record):
        self._record = record
        self._clock = vtime.clock
        self._ms = record.lines[0].ms
        self._uart = Uart()
        self._notes = []
        self._kind = None
        self._known = False
        self._modem = modem = Modem(
            self._uart, self._clock, self._notes.append, self._operation, record.dialect
        )
        self._at = at = modem.at
        at.__class__ = Engine  # what it sends is told to it
        at.notes = self._notes
        at.on_line = self._decided
        at.resync.state = IN_STEP
        modem.mipl.on_event = self._event
        modem.mipl.on_lost = lambda cause: self._notes.append("session over: %s" % cause)
        modem.network.on_change = self._network
        modem.mipl.requests.on_answered = self._answered
        self._commands = commands(modem.mipl.dialect, self._clock)
        if any(line.raw.startswith(_SOCKETS.get(line.kind, b"\0")) for line in record.lines):
            self._sockets = modem.sockets  # which takes their reports
        if self._in_session():
            modem.mipl.state = _REGISTERED
            at.hold_ms = _HOLD_MS

    async def decisions(self):
        """Yield the Decision about each line, in their order."""
        for at, line in enumerate(self._record.lines):
            await self._go_on(line.ms)
            decision = Decision(line)
            self._notes.clear()
            if line.kind == ">":
                decision.odd = not self._sent(line.raw, at) and self._known
                self._known = self._known or line.raw != _PROBE
            else:
                self._received(line, decision)
            decision.notes += self._notes
            yield decision

    # -- time ---------------------------------------------------------------------------------

    async def _go_on(self, ms):
        """Let the driver keep its limits until ms, when something comes or goes."""
        begun = self._ms
        while self._ms < ms:
            step = self._at.limit_ms() if self._ms - begun < _LIMITS_MS else STEP_MS
            step = min(step, ms - self._ms)
            self._ms += step
            await self._clock.sleep_ms(step)
            if self._ms < ms:
                self._at.poll()

    # -- what was sent ------------------------------------------------------------------------

    def _sent(self, text, number):
        """Have text, of line number, on its way; return whether the driver would have sent it."""
        at, now = self._at, self._clock.ticks_ms()
        if text == _PROBE:
            return at.probed(now)
        reply = at.reply_to(text)
        if reply:
            reply.count = reply.next + (1 if _is_last(text) else 2)
            command = Command(text, _REPLY_MS, b"")
            command.reply = reply
        elif _answers(text):
            command = Command(text, _REPLY_MS, b"")
        else:
            command = Command(text, **self._declared(text, number))
        mipl = self._modem.mipl
        if text.startswith(b"AT+MIPLOPEN"):
            mipl.state = _OPENING
        elif text.startswith((b"AT+MIPLCLOSE", b"AT+MIPLCREATE")):
            mipl.reset()
        return at.sent(command, now)

    def _declared(self, text, number):
        """Return how the driver declares the command text of line number.

        A command may be used in several ways; if a probe follows, its time tells which it was.
        """
        ways = self._commands.get(head_of(text), [{"timeout_ms": _TIMEOUT_MS}])
        lines = self._record.lines
        after = next((each for each in lines[number + 1 :] if each.kind == ">"), None)
        if after and after.raw == _PROBE:
            age = after.ms - lines[number].ms - QUIET_MS + NEAR_MS
            ways = [each for each in ways if each["timeout_ms"] <= age] or ways[:1]
        return ways[-1]

    # -- what was received --------------------------------------------------------------------

    def _received(self, line, decision):
        at, requests = self._at, self._modem.mipl.requests
        malformed, repeats = at.status()["malformed"], requests.repeats
        self._kind = None
        self._uart.rx += line.raw + (_OVERLONG if line.kind == "c" else b"") + b"\r\n"
        at.poll()
        at.resync.heard(self._clock.ticks_ms())  # the bytes of a line do not come in one turn
        decision.kind = self._kind or "?"
        decision.known = self._known or line.kind in "uc"
        if at.status()["malformed"] != malformed:
            self._notes.append("malformed")
        if requests.repeats != repeats:
            self._notes.append("asked again")

    def _decided(self, kind, line):
        if chr(kind) != ">":
            self._kind = chr(kind)

    def _operation(self, op):
        self._notes.append("asks to %s" % describe(op))
        code = 204 if KINDS[op.kind] in (b"WRITE", b"EXECUTE", b"PARAMETER") else 205
        self._modem.mipl.requests.reply(op, code, [(0, 0, 1, "")], "0")

    def _answered(self, op, error, age):
        text = "%s answered after %d ms" if error is None else "%s not answered, after %d ms"
        self._notes.append(text % (describe(op), age))

    def _event(self, event, ext):
        self._notes.append("event: %s" % errors.event(event))

    def _network(self, registered):
        self._notes.append("network: %s" % self._modem.network.words())

    def _in_session(self):
        """Return whether the record begins with a session that stands."""
        for line in self._record.lines:
            if line.raw.startswith((b"AT+MIPLOPEN", b"AT+MIPLCREATE", b"AT+MIPLVER")):
                return False
            if line.kind == ">" and line.raw.startswith(_SESSION):
                return True
        return False


def _answers(text):
    return text.startswith(b"AT+MIPL") and text.partition(b"=")[0].endswith(b"RSP")


def _is_last(text):
    """Return whether no line follows this one of an answer: the parts of a read count down."""
    fields = text.split(b",")
    return (
        not text.startswith(b"AT+MIPLREADRSP") or len(fields) < 5 or fields[-2] in (b"0", b'"0"')
    )
