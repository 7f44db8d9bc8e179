"""AT command engine: owns the UART, runs one command at a time, sends urgent replies first.

It waits for nothing: `poll` does what is due, and client.py has the asyncio side. Every limit is
kept by the clock, not by arriving bytes, and what was received is never discarded to send a
command. A line that came in goes to exactly one place, in this order: a final result; a line that
the command in flight declared by prefix and form; the URC table; a line without prefix that the
command declared; its echo; a line without prefix that nobody claims, for a command that declared
nothing; the late answer to a command that was given up. What is left is counted.
"""

from asyncio import Event

from micropython import const

from at import errors
from at.command import FINALS, Command, final_result, is_printable, is_unnamed
from at.port import Clock, Port
from at.replies import OK_MS, Replies, line_ms
from at.resync import IN_STEP, PROBED, Resync
from at.urcs import Urcs

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from machine import UART

    from at.command import Test
    from at.port import Ticks

_REPLY_MS = const(1500)  # the modem's OK to one line of a reply
_IDLE_MS = const(25)  # the longest rest between two turns
_FLIGHT_MS = const(10)  # while a command is on its way to the modem
_QUIET_MS = const(300)
_SILENT_MS = const(5)  # nothing came for so long: no line is coming in
_LONG_MS = const(60000)
_DOZE_MS = const(2000)  # a sleeping modem hears that long behind its last answer
_ANSWERING_MS = const(50)  # a modem silent for so long is not in the middle of an answer
_ABANDONED_MS = const(10000)  # the lines of a command that was given up may come so late

_COUNTED: tuple = ("commands", "unknown", "faults", "stray", "late", "errors", "timeouts", "held")
_COUNTED += ("resets", "refused", "queue_max")

# What a line was, for on_line: a final result, an answer to the command in flight, a URC, an echo,
# a late or a stray final result or line, one that was too long, one that was sent.
FINAL = const(102)  # f
ANSWER = const(97)  # a
URC = const(117)  # u
ECHO = const(101)  # e
LATE = const(108)  # l
STRAY = const(120)  # x
CUT = const(99)  # c
SENT = const(62)  # >

# asleep: the modem is, and what wakes it is lost; it was woken for a command
AWAKE, ASLEEP, WOKEN = const(0), const(1), const(2)


class Engine:
    """The line to one modem: the command in flight, both queues, the URC table, every limit.

    `uart` is a machine.UART or what has its any(), readinto() and write(), all without blocking.
    `pause_ms` stand between a final result and the next command, `reply_pause_ms` before a reply:
    at 9600 baud the LF behind an OK takes one of them. `on_line(kind, line)` sees every line, when
    it is decided what it was: kind is one of the letters above, line a bytearray that is valid
    until it returns. `event` makes what is waited on: asyncio.Event, or a test's own.

    A modem's driver may override in a subclass: `error_class`, what is raised; `finals`, what
    begins a final result with a number, and its kind; `results`, lines that are final results
    besides OK and ERROR, and their kinds, 0 for success; `pointless`, codes of errors of a modem
    that waits for no such reply; `restarts`, commands that the modem answers by restarting.
    """

    error_class = errors.AtError
    finals = FINALS
    results: "dict[bytes, int]" = {}
    pointless: "tuple[int, ...]" = ()
    restarts: "tuple[bytes, ...]" = ()

    def __init__(
        self,
        uart: "UART",
        clock: "Clock | None" = None,
        pause_ms: int = 20,
        reply_pause_ms: int = 2,
        baud: int = 9600,
        on_line: "Callable[[int, bytearray], None] | None" = None,
        event: "Callable[[], Event]" = Event,
    ) -> None:
        self.clock = clock or Clock()
        now = self.clock.ticks_ms()
        self.pause_ms = pause_ms
        self.reply_pause_ms = reply_pause_ms
        self.hold_ms = 0  # how long a command may hold the line while a reply waits, 0: no bound
        self.asleep = AWAKE
        self.on_line = on_line
        self.fault: Exception | None = None  # the last exception that no input should cause
        self.abandoned: Command | None = None  # the command whose answer may come late
        self.alive = now  # the tick of the last turn
        self.port = Port(uart, self.clock, self.failed)
        self.urcs = Urcs(self.failed)
        self.baud = baud
        ms = line_ms(baud)
        self.replies = Replies(self.clock, self.failed, self.error_class, ms, self.pointless)
        self.resync = Resync(self.clock)
        self.queue: list[Command] = []  # commands that wait
        self.counts = dict.fromkeys(_COUNTED, 0)
        self.event = event
        self._take = self._line  # made once: each time would allocate
        self._own = Command(b"", _REPLY_MS, b"")  # the line of a reply that is in flight
        self._cmd: Command | None = None
        self._free_at = self._heard = self._abandoned_at = self._listens_at = now
        self._listen_ms = 0

    # -- what the layers above call ------------------------------------------------------------

    @property
    def silent(self) -> bool:
        """True while the modem leaves probes unanswered."""
        return self.resync.silent

    @property
    def idle(self) -> bool:
        """True while nothing is in flight, nothing waits, and the line is in step."""
        return not (self._cmd or self.waiting or self.resync.state != IN_STEP)

    @property
    def waiting(self) -> int:
        """How many commands and replies wait."""
        return len(self.queue) + len(self.replies.queue)

    @property
    def half_answered(self) -> bool:
        """True while lines of an answer have come, and its end has not."""
        return bool(self._cmd and self._cmd.lines)

    def urc(
        self, prefix: bytes, handler: "Test", answer: "Test | None" = None, cut: bool = False
    ) -> None:
        """Call handler(line) for every unsolicited line that begins with prefix.

        line is a bytearray that is valid until it returns. The handler runs inside `poll`: it may
        queue a reply, it must not wait. ValueError and IndexError from it count the line as
        malformed, other exceptions are kept in `fault` and counted. answer(line), if given, tells
        a line that only answers a command from a report: such a line goes to the command in flight
        if it is its own, and to handler if it comes late. cut: a line that is too long comes as
        well, without its end.
        """
        self.urcs.add(prefix, handler, answer, cut)

    def reply(self, reply: "Any") -> bool:
        """Queue a reply, see replies.py; it goes out before every waiting command.

        Returns False, and counts, if it is not taken.
        """
        if not self.listening and self.replies.add(reply):
            return True
        self._count("refused")
        return False

    def answering(self, reply: "Any") -> bool:
        """Return True if a line of reply is in flight."""
        return self._cmd is self._own and self._own.reply is reply

    def restart(self, kind: int = errors.RESET) -> None:
        """Fail everything queued and in flight with kind and probe anew: the modem restarted."""
        self._count("resets")
        self.port.stop()
        self._flush(kind)
        self.abandoned = None  # the modem knows of no command any more
        self.resync.start(self.clock.ticks_ms())

    @property
    def listening(self) -> bool:
        """True while nothing may be sent, see listen()."""
        since_ms = self.clock.ticks_diff(self.clock.ticks_ms(), self._listens_at)
        return 0 < self._listen_ms and since_ms < self._listen_ms

    def listen(self, limit_ms: int) -> None:
        """Send nothing for limit_ms, not even a probe: the modem must not be disturbed.

        What waits fails with LISTENING, and so does what is asked meanwhile. 0 ends it: then the
        line is resynchronised.
        """
        self.port.stop()
        self._flush(errors.LISTENING)
        self._listen_ms = limit_ms
        self._listens_at = self.clock.ticks_ms()
        self.resync.start(self._listens_at)

    def quiet(self) -> bool:
        """Return True if a pause of some 100 ms would cost no byte, as far as one can know."""
        heard = self.clock.ticks_diff(self.clock.ticks_ms(), self._heard)
        return heard > _QUIET_MS and self._cmd is None and not self.replies.queue

    def claimed(self, line: bytearray) -> bool:
        """Return True if line can be an answer to the command in flight, or late to one before."""
        for cmd in (self._cmd, self.abandoned):
            if cmd and self.urcs.could_answer(cmd, line):
                return True
        return False

    def failed(self, error: Exception) -> None:
        """Count and keep an exception that no input should cause."""
        self._count("faults")
        self.fault = error

    # -- one turn ------------------------------------------------------------------------------

    def poll(self) -> int:
        """Do what is due; return ms until the next turn. Never waits."""
        port = self.port
        arrived = port.receive(self._take)
        now = self.alive = self.clock.ticks_ms()
        if arrived:
            self._heard = now
            self.resync.heard(now)
        if self._listen_ms:
            if self.listening:
                return _IDLE_MS
            self.listen(0)
        if port.busy:
            if not port.write(now):
                self._give_up("timeouts", errors.TIMEOUT, now)
            return 1
        if self.resync.state != IN_STEP:
            self._search(now)
            return _FLIGHT_MS
        if self._cmd:
            return self._watch(self._cmd, now)
        if self.waiting:
            return self._next(now)
        return self._rest(now)

    def _rest(self, now: "Ticks") -> int:
        """Return ms of rest: less than the shortest URC takes, so that none is missed.

        One that is coming in is waited for.
        """
        clock = self.clock
        heard = clock.ticks_diff(now, self._heard)
        if heard < _ANSWERING_MS and self.port.lines.partial():
            return 1
        if heard > _LONG_MS:  # differences must not outgrow half the tick period
            self._heard = clock.ticks_add(now, -1000)
        if clock.ticks_diff(now, self._free_at) > _LONG_MS:
            self._free_at = clock.ticks_add(now, -_LONG_MS)
        return max(4, min((self.replies.line_ms - OK_MS) // 2, _IDLE_MS))

    def _watch(self, cmd: Command, now: "Ticks") -> int:
        """Keep the limits of the command in flight; return ms until the next turn."""
        clock, port = self.clock, self.port
        age = clock.ticks_diff(now, port.since)
        if cmd.data and port.lines.prompt():
            port.put(cmd.data)
            cmd.data = None
            self._tell(SENT, port.out)
            port.transmit(now, b"")
            return 1
        if age >= cmd.timeout_ms:
            self._give_up("timeouts", errors.TIMEOUT, now)
        elif (
            0 < self.hold_ms <= age
            and self.replies.queue
            and not (cmd.reply or cmd.slow)
            and clock.ticks_diff(now, self._heard) >= _ANSWERING_MS
        ):
            self._give_up("held", errors.HELD, now)
        # Nothing has to be seen at once while it is on its way: no answer could leave.
        line_ms = self.replies.line_ms - OK_MS
        return max(1, min(len(port.out) * line_ms // 48 - age, _FLIGHT_MS))

    def _search(self, now: "Ticks") -> None:
        """Bring the line into step; what waits for a modem that is silent fails."""
        was_silent = self.silent
        if self.resync.step(now):
            self.port.put(b"AT")
            self._transmit(now)
        if self.resync.state == IN_STEP:
            self._free_at = now
        elif self.silent and not was_silent:
            self._flush(errors.SILENT)

    # -- lines in ------------------------------------------------------------------------------

    def _line(self, line: bytearray, cut: bool = False) -> None:
        try:
            self._tell(self._place(line, cut), line)
        except Exception as e:  # no memory for it, say: the next line must not suffer from it
            self.failed(e)

    def _place(self, line: bytearray, cut: bool) -> int:
        """Give line to what it is for; return what it was. cut: the rest of it is lost."""
        urcs, cmd = self.urcs, self._cmd
        if cut:
            urcs.dispatch(line, True)
            return CUT
        final = final_result(line, self.finals, self.results)
        if final:
            return self._final(final)
        if cmd and urcs.answers(cmd, line):
            kind = ANSWER
        elif urcs.dispatch(line):
            kind = URC
        elif cmd and cmd.bare and urcs.says(cmd.bare, line):
            kind = ANSWER
        elif line.upper().startswith(b"AT") and (cmd or self.resync.state == PROBED):
            kind = ECHO
        elif cmd and cmd.open and is_unnamed(line):
            kind = ANSWER
        else:
            self._count("unknown")
            late = self.abandoned and urcs.could_answer(self.abandoned, line)
            kind = LATE if late else STRAY
        if kind == ANSWER and not cmd.keep(line):
            self._count("unknown")
        return kind

    def _final(self, final: tuple[int, int]) -> int:
        """Take a final result, (kind, code); return what it was."""
        now = self.clock.ticks_ms()
        cmd = self._cmd
        if self.port.busy:  # a command still on its way out has no result yet
            self._count("stray")
            return STRAY
        if self.resync.state != IN_STEP:
            if self.resync.final(now):
                self._count("late")
                return LATE
        elif cmd is None:
            self._count("stray")
            return STRAY
        else:
            kind, code = final
            if cmd.data and not kind:
                return FINAL  # some modems say OK before their prompt
            self._finish(self._error(kind, code) if kind else None, now)
            if not kind and cmd.prefix and not cmd.lines:
                self._abandon(cmd, now)  # its lines may come yet, behind their OK
                if cmd.declared:
                    self.resync.start(now)  # it may have been another's OK
        return FINAL

    def _abandon(self, cmd: Command, now: "Ticks") -> None:
        """Recognise the lines of cmd when they come late: its fate is unknown."""
        self.abandoned = cmd
        self._abandoned_at = now

    def _tell(self, kind: int, line: bytearray) -> None:
        if self.on_line:
            try:
                self.on_line(kind, line)
            except Exception as e:
                self.failed(e)

    # -- ends of commands ----------------------------------------------------------------------

    def _finish(self, error: errors.AtError | None, now: "Ticks") -> None:
        """End the command in flight, with an error or None."""
        cmd = self._cmd
        self._cmd = None
        self._free_at = now
        if self.asleep:
            self.asleep = ASLEEP
        if error:
            self._count("errors")
        if cmd.reply:
            self.replies.line_ended(cmd.reply, error, now)
        else:
            cmd.error = error
            cmd.ended.set()

    def _give_up(self, counter: str, kind: int, now: "Ticks") -> None:
        """End the command in flight with an error of kind; the line is out of step then."""
        if self._cmd:
            self._count(counter)
            self.resync.start(now)
            self._abandon(self._cmd, now)
            self._finish(self._error(kind), now)

    def _flush(self, kind: int) -> None:
        """Fail everything queued and in flight with an error of kind."""
        now = self.clock.ticks_ms()
        if self._cmd:
            self._finish(self._error(kind), now)
        while self.queue:
            cmd = self.queue.pop(0)
            cmd.error = self.error_class(kind, 0, cmd.text)
            cmd.ended.set()
        while self.replies.queue:
            self.replies.line_ended(self.replies.queue[0], self.error_class(kind), now)

    def _error(self, kind: int, code: int = 0) -> errors.AtError:
        """Return the error of the command in flight."""
        return self.error_class(kind, code, self._cmd.text or bytes(self.port.out).strip())

    # -- lines out -----------------------------------------------------------------------------

    def _next(self, now: "Ticks") -> int:
        """Send what waits, if it is time; return ms until the next turn."""
        waited = self.clock.ticks_diff(now, self._free_at)
        if self.asleep == ASLEEP and waited > _DOZE_MS:
            self.asleep = WOKEN
            self.resync.start(now)  # AT until OK
        elif self.replies.queue and not self.replies.waits:
            if waited >= self.reply_pause_ms:
                self._begin(self.replies.queue[0], now)
        elif not self.queue:
            return self._rest(now)
        elif waited < self.pause_ms:
            return max(1, min(self.pause_ms - waited, self._rest(now)))
        elif waited >= _REPLY_MS or self.clock.ticks_diff(now, self._heard) >= (
            _ANSWERING_MS if self.port.lines.partial() else _SILENT_MS
        ):  # what is coming in may ask for a reply, which must not wait
            self._cmd = cmd = self.queue.pop(0)
            self.port.put(cmd.text)
            self._start(cmd, now)
        return 1

    def _begin(self, reply: "Any", now: "Ticks") -> None:
        """Send the next line of reply, or the refusal that takes its place."""
        try:
            self.replies.write(reply, self.port.out, now)
        except Exception as e:  # not even its refusal has a text, or it must not be refused now
            if not isinstance(e, MemoryError):
                self.failed(e)
            self.replies.end(reply, self.error_class(errors.REFUSED), now)
            return
        self._own.reply = reply
        self._start(self._own, now)

    def _start(self, cmd: Command, now: "Ticks") -> None:
        """Send what stands in port.out as cmd."""
        self._cmd = cmd
        if self.abandoned and self.clock.ticks_diff(now, self._abandoned_at) > _ABANDONED_MS:
            self.abandoned = None
        if not is_printable(self.port.out):
            self._count("refused")
            self._finish(self._error(errors.REFUSED), now)
            return
        self._count("commands")
        self._transmit(now)

    def _transmit(self, now: "Ticks") -> None:
        self._tell(SENT, self.port.out)
        self.port.transmit(now)

    def _count(self, name: str) -> None:
        self.counts[name] += 1
