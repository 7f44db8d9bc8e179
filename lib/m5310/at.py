"""The one owner of the UART: one command in flight, replies first, every limit kept by the clock.

One turn is here; where a line that came in goes is in incoming.py, what becomes of a reply in
replies.py, what takes too long in limits.py. RX is never thrown away.
"""

from micropython import const

from m5310 import borrow, errors
from m5310.command import Command, check, printable
from m5310.errors import AtError
from m5310.incoming import could_answer, place
from m5310.limits import flush, give_up, search, watch
from m5310.probe import FREE, Probe
from m5310.replies import begin, taken
from m5310.wire import Wire

_MAX_NORMAL = const(8)  # commands that may wait
_MAX_REPLIES = const(16)
_REPLY_MS = const(1500)  # the module's OK to one line of a reply
_IDLE_MS = const(25)  # the longest rest between two turns
_FLIGHT_MS = const(10)  # while a command is on its way to the module
_OK_MS = const(25)  # of line_ms: the module's time and its OK, the rest is 48 characters
_WAIT_MS = const(10)  # how often who waits for a command looks whether it has ended
_QUIET_MS = const(300)
_SILENT_MS = const(5)  # nothing came for so long: no line is coming in
_LONG_MS = const(60000)
_DOZE_MS = const(2000)  # a sleeping module hears that long behind its last answer
_ANSWERING_MS = const(50)  # who fell silent so long is not in the middle of an answer
_ABANDONED_MS = const(10000)  # the lines of a command that was given up may come so late

# Counters in `stats`, named in report.py; those left out are counted in incoming, limits, replies.
_N_COMMANDS = const(0)
_N_FAULTS = const(5)
_N_ERRORS = const(8)
_N_TIMEOUTS = const(9)
_N_RESETS = const(11)
_N_REFUSED = const(13)
_N_QUEUE_MAX = const(14)
_COUNTERS = const(15)

_SENT = const(62)  # > for on_line: a line that was sent; the others are in incoming.py


class At:
    """Commands out, answers and URCs in, over one UART.

    `uart` is as in Wire. `pause` ms stand between a final result and the next command,
    `reply_pause` before a reply: at 9600 baud the LF behind an OK takes one of them.
    `on_line(kind, line)` sees every line, when it is decided what it was: kind is one of the
    letters in incoming.py, line a bytearray that is good until it returns. Call `poll` often, or
    let `run` do it.
    """

    waits = False  # True: replies do, as nobody knows yet how the module wants them
    asleep = 0  # 1: the module is, and what wakes it is lost; 2: it was woken for a command

    def __init__(self, uart, clock, pause=20, reply_pause=2, baud=9600, on_line=None):
        self.clock = clock
        self.wire = Wire(uart, clock, self.failed)
        self.pause = pause
        self.reply_pause = reply_pause
        self.window = 3000  # ms an operation may wait for its answer (guide 3.5)
        self.hold = 0  # ms a command may hold the line while an operation waits, 0 = no bound
        self.on_line = on_line
        self.on_other = None  # on_other(line) -> whether the line is another URC
        self.fault = None  # the last exception that no input should cause
        self.abandoned = None  # the command whose answer may come late: see abandon
        self.line_ms = _OK_MS + 480000 // baud  # measured: a reply line of 50 characters, its OK
        self._urcs = []
        self._take = self._line  # made once: each time would be an object
        self._own = Command(b"", _REPLY_MS, b"")  # the line of a reply that is in flight
        self.normal = []
        self.replies = []
        self._cmd = None
        self._free_at = self._heard = self.alive = clock.ticks_ms()  # alive: of the last turn
        self._abandoned_at = self.alive
        self.probe = Probe(clock)
        self._listen_ms = 0
        self._listens = clock.ticks_ms()  # of the last listen()
        self.stats = [0] * _COUNTERS
        self.ages = [0, 0, 0, 0]  # count, sum, worst, last

    # -- what the layers above call ------------------------------------------------------------

    @property
    def silent(self):
        """True while the module leaves probes unanswered."""
        return self.probe.silent

    @property
    def listening(self):
        """True while nothing may be sent, see listen()."""
        since_ms = self.clock.ticks_diff(self.clock.ticks_ms(), self._listens)
        return 0 < self._listen_ms and since_ms < self._listen_ms

    def listen(self, limit_ms):
        """Send nothing for limit_ms, not even a probe: the module writes its own firmware.

        What waits fails with UPDATING, and so does what is asked meanwhile. 0 ends it: then the
        module is looked for.
        """
        self.wire.stop()
        flush(self, errors.UPDATING)
        self._listen_ms = limit_ms
        self._listens = self.clock.ticks_ms()
        self.probe.start(self._listens)

    @property
    def half_answered(self):
        """True while lines of an answer have come, and its end has not."""
        return bool(self._cmd and self._cmd.lines)

    def urc(self, prefix, handler, answer=None):
        """Have handler(line) called for every unsolicited line that begins with prefix (bytes).

        line is a bytearray that is good until it returns: fields.body makes bytes of it. It runs
        inside `poll`: it may queue a reply, it must not wait. ValueError and IndexError
        from it count the line as malformed, other exceptions are kept in `fault` and counted.
        answer(line), if given, tells a line that only answers a command from a report. Such a line
        goes to the command in flight if it is its own, and to handler if it comes late.
        """
        self._urcs.append((prefix, handler, answer))

    async def command(self, text, timeout=2000, prefix=None, shape=None, bare=None, slow=False):
        """Send text (bytes without line ending), return its information lines.

        timeout is in ms from the last byte sent; the rest as in Command. Raises AtError, and
        TypeError or ValueError for what cannot be a command. A cancelled caller leaves the line in
        order: a queued command is withdrawn, the answer to one in flight is swallowed.
        """
        check(text, timeout, prefix, shape, bare)
        if self.listening:
            raise AtError(errors.UPDATING, 0, text)
        if self.silent:
            raise AtError(errors.SILENT, 0, text)
        if len(self.normal) >= _MAX_NORMAL:
            self._count(_N_REFUSED)
            raise AtError(errors.BUSY, 0, text)
        cmd = Command(text, timeout, prefix, shape, bare, slow)
        self.normal.append(cmd)
        self.stats[_N_QUEUE_MAX] = max(self.stats[_N_QUEUE_MAX], len(self.normal))
        try:
            while not cmd.ended:
                await self.clock.sleep_ms(_WAIT_MS)
        finally:
            if cmd in self.normal:
                self.normal.remove(cmd)
        if cmd.error:
            raise cmd.error
        return cmd.lines

    def reply(self, reply):
        """Queue a reply; it goes out before every waiting command.

        Returns False, and counts, if so many replies wait that one more would only be late. A
        reply, as Operation is one, has `arrived`, the tick of what it answers, and `count` lines;
        `line(i, out)` appends the i-th of them to the bytearray out when its turn has come, and
        `late(out)` the short refusal that is sent instead when they would miss the window. One
        that is `refusable` and that the module does not take is ended by that too: without any
        answer the operation would block the module. `done(error, age)` hears how it fared, error
        None or an AtError, age in ms. `next` and `again`, 0 at first, are the engine's. One that
        is `stopped`, which is False at first, ends with the line that is in flight.
        """
        _ = reply.arrived, reply.count, reply.next  # one that is none raises here
        _ = reply.again, reply.refusable, reply.stopped
        if self.listening or len(self.replies) >= _MAX_REPLIES:
            self._count(_N_REFUSED)
            return False
        self.replies.append(reply)
        return True

    def answering(self, reply):
        """Tell whether a line of reply is in flight."""
        return self._cmd is self._own and self._own.reply is reply

    async def sync(self, timeout):
        """Wait until the module answers a probe, timeout ms at most.

        Raises AtError(SILENT), and UPDATING at once while nothing may be sent.
        """
        start = self.clock.ticks_ms()
        while self.probe.state != FREE:
            if self.listening:
                raise AtError(errors.UPDATING)
            if self.clock.ticks_diff(self.clock.ticks_ms(), start) >= timeout:
                raise AtError(errors.SILENT)
            await self.clock.sleep_ms(_IDLE_MS)

    def restart(self, kind=errors.RESET):
        """Fail everything queued and in flight with kind, probe anew: the module started over."""
        self._count(_N_RESETS)
        self.wire.stop()
        flush(self, kind)
        self.abandoned = None  # the module knows of no command any more
        self.probe.start(self.clock.ticks_ms())

    def quiet(self):
        """Tell whether a pause of some 100 ms would cost no byte, as far as one can know."""
        heard = self.clock.ticks_diff(self.clock.ticks_ms(), self._heard)
        return heard > _QUIET_MS and self._cmd is None and not self.replies

    async def run(self):
        """Poll for ever, as often as it matters: no exception ends it."""
        while True:
            try:
                pause = self.poll()
            except Exception as e:  # nobody is to wait for a command that went with it
                self.failed(e)
                give_up(self, _N_TIMEOUTS, errors.TIMEOUT, self.clock.ticks_ms())
                pause = _IDLE_MS
            await self.clock.sleep_ms(pause)

    def status(self):
        """Return counters, queue lengths and the latency of operations in ms as a new dict."""
        return borrow("m5310.report").of_at(self)

    # -- one turn ------------------------------------------------------------------------------

    def poll(self):
        """Read what arrived, keep the limits, send what is due; return ms until the next turn.

        Never blocks, never raises on any input. Most turns find little to do: what they need is
        kept in small functions, whose frames are not made on the heap (11 words); a call by
        keyword keeps tools/shrink from writing one out in another.
        """
        wire = self.wire
        arrived = wire.receive(take=self._take)
        now = self.alive = self.clock.ticks_ms()
        if arrived:
            self._heard = now
            self.probe.heard(now)
        if self._listen_ms:
            if self.listening:
                return _IDLE_MS
            self.listen(0)
        if wire.busy:
            if not wire.write(now):
                give_up(self, _N_TIMEOUTS, errors.TIMEOUT, now)
            return 1
        if self.probe.state != FREE:
            search(self, now)
            return _FLIGHT_MS
        if self._cmd:
            return watch(self, now)
        if self.replies or self.normal:
            return self._next(now)
        return self._idle(now)

    def _idle(self, now):
        """Return ms of rest: less than the shortest operation takes, so that none is missed.

        One that is coming in is waited for.
        """
        clock = self.clock
        heard = clock.ticks_diff(now, self._heard)
        if heard < _ANSWERING_MS and self.wire.lines.partial():
            return 1
        # Differences must not outgrow half the tick period.
        if heard > _LONG_MS:
            self._heard = clock.ticks_add(now, -1000)
        if clock.ticks_diff(now, self._free_at) > _LONG_MS:
            self._free_at = clock.ticks_add(now, -_LONG_MS)
        return max(4, min((self.line_ms - _OK_MS) // 2, _IDLE_MS))

    # -- lines in ------------------------------------------------------------------------------

    def _line(self, line, cut=False):
        try:
            place(self, line, cut)
        except Exception as e:  # no memory for it, say: the next line is not to suffer from it
            self.failed(e)

    def claimed(self, line):
        """Tell whether line can be an answer: to the command in flight, or late to one before."""
        for cmd in (self._cmd, self.abandoned):
            if cmd and could_answer(self, cmd, line):
                return True
        return False

    def abandon(self, cmd, now):
        """Know the lines of cmd when they come late: its fate is unknown."""
        self.abandoned = cmd
        self._abandoned_at = now

    def tell(self, kind, line):
        """Tell on_line what a line was."""
        if self.on_line:
            try:
                self.on_line(kind, line)
            except Exception as e:
                self.failed(e)

    def failed(self, error):
        """Count and keep an exception that no input should cause."""
        self._count(_N_FAULTS)
        self.fault = error

    def _finish(self, error, now):
        cmd = self._cmd
        self._cmd = None
        self._free_at = now
        if self.asleep:
            self.asleep = 1
        if error:
            self._count(_N_ERRORS)
        if cmd.reply:
            taken(self, cmd.reply, error, now=now)
        else:
            cmd.error = error
            cmd.ended = True

    # -- lines out -----------------------------------------------------------------------------

    def _next(self, now):
        """Send what waits, if it is time; return ms until the next turn."""
        waited = self.clock.ticks_diff(now, self._free_at)
        if self.asleep == 1 and waited > _DOZE_MS and (self.replies or self.normal):
            self.asleep = 2
            self.probe.start(now)  # AT until OK
        elif self.replies and not self.waits:
            if waited >= self.reply_pause:
                begin(self, self.replies[0], now=now)
        elif not self.normal:
            return self._idle(now)
        elif waited < self.pause:
            return max(1, min(self.pause - waited, self._idle(now)))
        elif waited >= _REPLY_MS or self.clock.ticks_diff(now, self._heard) >= (
            _ANSWERING_MS if self.wire.lines.partial() else _SILENT_MS
        ):  # what is coming in may be an operation, and its answer is not to wait
            self._cmd = cmd = self.normal.pop(0)
            self._put(cmd.text)
            self._start(cmd, now)
        return 1

    def _start(self, cmd, now):
        """Send what stands in wire.out as cmd."""
        self._cmd = cmd
        if self.abandoned and self.clock.ticks_diff(now, self._abandoned_at) > _ABANDONED_MS:
            self.abandoned = None
        if not printable(self.wire.out):
            self._count(_N_REFUSED)
            self._finish(self._error(errors.REFUSED), now)
            return
        self._count(_N_COMMANDS)
        self._transmit(now)

    def _transmit(self, now):
        self.tell(_SENT, self.wire.out)
        self.wire.transmit(now)

    def _put(self, text):
        """Make text what is sent next."""
        out = self.wire.out
        out[:] = b""
        out.extend(text)

    def _error(self, kind, code=0):
        """Return the AtError of the command in flight."""
        return AtError(kind, code, self._cmd.text or bytes(self.wire.out).strip())

    def _count(self, name):
        self.stats[name] += 1
