"""An AT engine on a clock that a test moves: what happens at which millisecond, without a loop.

Every tick is one turn of the engine (`poll`), then every call in progress goes on that is due. The
line is free, and nothing has happened on it, when `Ticks()` returns; see `fresh`.
"""

from clock import TICKS_PERIOD, ticks_add, ticks_diff
from fakeuart import FakeUart
from flag import Flag
from rig import Peer

from m5310.errors import AtError
from m5310.modem import ModuleClient


class TickEvent(Flag):
    """An asyncio.Event for calls that are stepped, not run by a loop."""

    def wait(self):
        return _Until(self)


class _Until:
    """What TickEvent.wait returns: over when the event is set."""

    def __init__(self, event):
        self.event = event

    def __iter__(self):
        return self

    __await__ = __iter__

    def __next__(self):
        if self.event.is_set():
            raise StopIteration


def yes(line):
    return True


def no(line):
    return False


def digits(line):
    return line.isdigit()


class _Nap:
    """What clock.sleep_ms returns: over when the clock has come to a tick."""

    def __init__(self, clock, ms):
        self.clock = clock
        self.due = ticks_add(clock.now, max(ms, 0))

    def __iter__(self):
        return self

    __await__ = __iter__

    def __next__(self):
        if ticks_diff(self.clock.now, self.due) >= 0:
            raise StopIteration


class TickClock:
    """Ticks in ms that only `advance` moves, over the wrap at 2^30; naps last until it has."""

    ticks_diff = staticmethod(ticks_diff)
    ticks_add = staticmethod(ticks_add)

    def __init__(self, start=0):
        self.now = start % TICKS_PERIOD

    def ticks_ms(self):
        return self.now

    def advance(self, ms):
        self.now = ticks_add(self.now, ms)

    def sleep_ms(self, ms):
        return _Nap(self, ms)


class Call:
    """A coroutine in progress: `done`, then its `result`, or the AtError it ended with."""

    def __init__(self, coro):
        self.coro = coro
        self.done = False
        self.result = self.error = None
        self.step()

    @property
    def kind(self):
        """The kind of the AtError, 0 where there is none."""
        return self.error.kind if self.error else 0

    def step(self):
        if self.done:
            return
        try:
            self.coro.send(None)
            return
        except StopIteration as e:
            self.result = e.value
        except AtError as e:
            self.error = e
        self.done = True


class Reply:
    """A reply with texts, as AtClient.reply wants it; `ends` are the (kind, code, age) it hears.

    `heard` are the errors themselves.
    """

    def __init__(self, texts, arrived, refusable=False, late=b"AT+LATE"):
        self.texts = texts
        self.arrived = arrived
        self.count = len(texts)
        self.refusable = refusable
        self.refusal = late
        self.stopped = False
        self.next = self.again = 0
        self.ends = []
        self.heard = []

    def line(self, i, out):
        out.extend(self.texts[i])

    def late(self, out):
        out.extend(self.refusal)

    def done(self, error, age):
        self.heard.append(error)
        self.ends.append((error.kind if error else 0, error.code if error else 0, age))


class Ticks:
    """at, uart, peer and clock; `trace` has (kind, line) of all lines, `sent` what was written.

    make(uart, clock, **options) returns the AtClient, where it is not alone.
    """

    def __init__(self, answers=None, start=0, fresh=False, chunk=0, make=ModuleClient, **options):
        self.clock = TickClock(start)
        self.peer = Peer(answers)
        self.uart = FakeUart(chunk, self.peer)
        self.trace = []
        self.calls = []
        options.setdefault("on_line", self._on_line)
        options["event"] = TickEvent
        self.at = make(self.uart, self.clock, **options)
        if not fresh:
            self.tick(1000)
            self.clear()

    def _on_line(self, kind, line):
        self.trace.append((chr(kind), bytes(line)))

    def clear(self):
        """Forget what was sent and heard so far."""
        self.trace.clear()
        self.uart.lines.clear()

    @property
    def sent(self):
        return self.uart.lines

    def tick(self, ms=1):
        """Let ms pass with a turn in each; return what the last turn returned."""
        rest = None
        for _ in range(ms):
            self.clock.advance(1)
            rest = self.at.poll()
            for call in self.calls:
                call.step()
        return rest

    def until(self, condition, limit=20000):
        """Return the ms until condition(), which is looked at behind every turn."""
        for passed in range(limit):
            if condition():
                return passed
            self.tick()
        raise AssertionError("not within %d ms" % limit)

    def until_sent(self, text, count=1):
        """Return the ms until text was written count times since the last clear()."""
        return self.until(lambda: self.uart.lines.count(text) >= count)

    def until_counted(self, *names):
        """Return the ms until one of the counters called timeouts or held is not 0."""
        counts = self.at.counts  # status() is slow
        passed = self.until(lambda: sum([counts[name] for name in names]))
        assert sum([self.status(name) for name in names])
        return passed

    def command(self, *args, **options):
        """Begin a command; return its Call."""
        return self.begin(self.at.command(*args, **options))

    def begin(self, coro):
        call = Call(coro)
        self.calls.append(call)
        return call

    def reply(self, *texts, age=0, **options):
        """Queue a reply of texts to what came age ms ago; return it."""
        one = Reply(texts, ticks_add(self.clock.now, -age), **options)
        self.at.reply(one)
        return one

    def print(self, *lines):
        for line in lines:
            self.uart.push(b"\r\n" + line + b"\r\n")

    def status(self, name):
        return self.at.status()[name]


def listening(*urcs, **options):
    """Return a line on which each of urcs, (prefix, answer), has a handler."""
    r = Ticks(**options)
    r.seen = []
    for prefix, answer in urcs:
        r.at.urc(prefix, lambda line, p=prefix: r.seen.append((p, bytes(line))), answer)
    return r


def kind_of(r, line):
    """Return the letter of line, which comes now."""
    r.print(line)
    r.tick(2)
    assert r.trace[-1][1] == line, r.trace
    return r.trace[-1][0]


def in_flight(text, *urcs, **options):
    """Return a line with the command text in flight, and its Call."""
    r = listening(*urcs, answers={text: None})
    call = r.command(text, 60000, **options)
    r.until_sent(text)
    return r, call
