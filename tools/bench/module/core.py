"""The module: lines in, one command at a time, answers and URCs out."""

from collections import deque
from dataclasses import dataclass

from bench.module import answers, general, mipl, network, udp
from bench.module.air import Air
from bench.module.fota import Fota
from bench.module.lines import TOO_LONG, LineReader
from bench.module.options import Options
from bench.module.profile import PROFILES
from bench.module.radio import Radio
from bench.module.session import Session
from bench.module.sleep import Sleep
from bench.module.sockets import Sockets
from bench.module.syntax import Refused, parse
from bench.ticks import Timers, soonest

MAX_QUEUED_LINES = 32


@dataclass
class Counters:
    """What a test or a trace may want to know."""

    lines_in: int = 0
    lines_out: int = 0
    refused: int = 0  # commands answered with an error
    lost_bytes: int = 0  # came while booting
    lost_lines: int = 0  # came faster than commands are worked off
    late_answers: int = 0  # for an operation that is not outstanding (any more)
    repeated: int = 0
    silent: int = 0  # operations given up


class Module:
    """A simulated M5310 with the firmware of the guide, or of options.profile.

    clock: anything with ticks_ms, ticks_diff, ticks_add. platform: a bench.platform.Platform.
    options: see Options. Hooks: on_line(direction, line, now_ms) with ">" from the MCU and "<" to
    it; on_operation(OperationRecord).
    """

    def __init__(self, clock, platform, imei="867725030000018", imsi="460040000000018", **options):
        self.options = Options(**options)
        self.profile = PROFILES[self.options.profile]()
        self.platform = platform
        self.imei = imei
        self.imsi = imsi
        self.timers = Timers(clock)
        self.started_ms = self.timers.now()
        self.counters = Counters()
        self.on_line = None
        self.on_operation = None
        self.on_output = None  # called when there is something for take()
        self.on_print = None  # called with (Request, how often it was printed) behind each print
        self.on_session = None  # called with the session's new state
        self.peers = {}  # "ip:port": call(data, reply) for each datagram sent there
        self.tricks = None  # a faults.tricks.Tricks
        self.polls_platform = True  # a bench of several modules polls it itself
        self.paced = False  # a Port says by delivered() what has left; else take() does
        self.emitted = 0  # bytes ever printed
        self.taken = 0  # of these, how many take() has given out
        self._out = bytearray()
        self.air = Air(self)
        self.sleep = None
        self.radio = Radio(self)
        self.sockets = Sockets(self)
        self.session = Session(self)
        self.fota = Fota(self)
        self._commands = {}
        for part in (general, network, udp, mipl, answers):
            self._commands.update(part.COMMANDS)
        self._boot("")

    # -- outside ------------------------------------------------------------------------------

    def feed(self, data):
        """Take bytes from the MCU."""
        if not self.booted:
            self.counters.lost_bytes += len(data)
            if self.fota.writing:
                self.fota.disturbed += len(data)
            return
        data = self.sleep.heard(data)
        for line in self._reader.feed(data):
            self._line_in(line)

    def take(self):
        """Return the bytes for the MCU printed since the last call."""
        if not self._out:
            return b""
        data = bytes(self._out)
        self._out.clear()
        self.taken += len(data)
        if data and not self.paced:
            self.delivered(self.taken)
        return data

    def poll(self):
        """Do what is due, on the platform as well where it has no pump of its own."""
        if self.polls_platform:
            self.platform.poll()
        self.timers.poll()

    def next_ms(self):
        """Return ms until take() or poll() has something to do, None if nothing is planned."""
        if self._out:
            return 0
        if not self.polls_platform:
            return self.timers.next_ms()
        return soonest(self.timers.next_ms(), self.platform.next_ms())

    def delivered(self, count):
        """Note that the first `count` bytes ever printed have reached the MCU."""
        self.session.delivered(count)

    def reboot(self, cause="REBOOT_CAUSE_SECURITY_RESET_PIN"):
        """Reset the module as by its pin or its watchdog: everything not stored is gone."""
        if self.fota.writing:
            self.fota.broken = True
        if not self.fota.broken:
            self._boot(cause)

    def down(self):
        """Have the module do nothing any more: everything not stored is gone."""
        self.timers.clear()
        self.booted = False
        self.booted_ms = None
        self.cmee = 0
        self.echo = self.options.echo
        self.contexts = {}
        self.arrived_ms = self.timers.now()
        self._reader = LineReader(self.profile.max_line)
        self._queue = deque()
        self._busy = False
        self._afterwards = []
        self.air.reset()
        if self.sleep:
            self.sleep.reset()
        else:
            self.sleep = Sleep(self)
        self.radio.reset()
        self.sockets.reset()
        self.session.reset()

    def set_network(self, up):
        """Take the cell away or bring it back."""
        self.radio.set_network(up)

    # -- for the parts ------------------------------------------------------------------------

    def emit(self, *lines):
        """Print lines, each in its own CR LF frame."""
        for line in lines:
            raw = line.encode("latin-1", "replace")
            self.write(b"\r\n" + raw + b"\r\n")
            self.counters.lines_out += 1
            if self.on_line:
                self.on_line("<", raw, self.timers.now())

    def write(self, raw):
        """Print bytes as they are."""
        self._out += raw
        self.emitted += len(raw)
        if self.on_output:
            self.on_output()

    def after_ok(self, call):
        """Have call() made once the command under way has its OK."""
        self._afterwards.append(call)

    def restart(self):
        """Reboot on the MCU's command (AT+NRB)."""
        self.emit("REBOOTING")
        self._boot("REBOOT_CAUSE_APPLICATION_AT")

    # -- boot ---------------------------------------------------------------------------------

    def _boot(self, cause):
        self.down()
        self.timers.after(self.options.boot_ms, lambda: self._booted(cause))

    def _booted(self, cause):
        self.booted = True
        self.booted_ms = self.timers.now()
        if cause:
            self.emit(cause)
        self.emit(self.profile.model, "OK")
        self.radio.power(1)

    # -- commands -----------------------------------------------------------------------------

    def _line_in(self, line):
        self.counters.lines_in += 1
        if self.on_line and line is not TOO_LONG:
            self.on_line(">", line, self.timers.now())
        if len(self._queue) >= MAX_QUEUED_LINES:
            self.counters.lost_lines += 1
            return
        self._queue.append((line, self.timers.now()))
        self._next()

    def _next(self):
        if self._queue and not self._busy:
            self._busy = True
            self.timers.after(self.options.reply_ms, self._execute)

    def _execute(self):
        line, self.arrived_ms = self._queue.popleft()
        if self.echo and line is not TOO_LONG:
            self.write(line + b"\r")
        error, late_ms = "", 0
        if self.tricks and line is not TOO_LONG:
            error, late_ms = self.tricks.command(line)
        lines = [error] if error else self._run(line)
        if not self.booted:  # it was a reboot: no OK
            return
        if late_ms:
            self.timers.after(late_ms, lambda: self._answer(lines))
        else:
            self._answer(lines)

    def _answer(self, lines):
        """Print the answer to the command under way and go on to the next."""
        self.emit(*lines)
        calls, self._afterwards = self._afterwards, []
        self._busy = False
        self._next()
        for call in calls:
            call()

    def _run(self, line):
        """Do what a line says; return the lines of the answer."""
        out = []
        try:
            if line is TOO_LONG:
                raise Refused
            for command in parse(line.decode("latin-1")):
                handler = self._commands.get((command.name, command.kind))
                if handler is None:
                    raise Refused
                lines = handler(self, command.args)
                if not self.booted:
                    break
                out += [*(lines or ()), "OK"]
        except Refused as refusal:
            self.counters.refused += 1
            out.append(self._error(refusal))
        return out

    def _error(self, refusal):
        if not self.cmee or not refusal.family:
            return "ERROR"
        return "+%s ERROR: %d" % (refusal.family, refusal.code)
