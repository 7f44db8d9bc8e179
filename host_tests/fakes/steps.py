"""A modem whose time is moved by hand: each millisecond is exact, on both interpreters.

There is no event loop: `begin` starts a coroutine of the driver, `run` gives it and the engine
their turns, `leap` moves the clock on without a turn.
"""

from clock import FakeClock
from fakeuart import FakeUart
from flag import Flag

from m5310.errors import AtError
from m5310.modem import Modem


class _Nap:
    """What a coroutine awaits that sleeps: run() gets the ms."""

    def __init__(self, ms):
        self._ms = ms

    def __await__(self):
        yield self._ms

    __iter__ = __await__  # the name MicroPython looks for


class _StepEvent(Flag):
    """An asyncio.Event for coroutines that are stepped, looked at each millisecond."""

    async def wait(self):
        while not self._set:
            await _Nap(1)


class _StepClock(FakeClock):
    def sleep_ms(self, ms):
        return _Nap(ms)


class Steps:
    """A modem on a scripted module (a Peer), in step with it, at `start` ms."""

    def __init__(self, peer, start=0, **options):
        self.clock = _StepClock(start)
        self.peer = peer
        self.uart = FakeUart(0, peer)
        self.log = []
        self.losses = []
        options["event"] = _StepEvent
        self.modem = Modem(self.uart, self.clock, self.log.append, self._operation, **options)
        self.at = self.modem.at
        self.at.on_line = self._line
        self.at.wait = self._wait
        self.waits = False  # for an event, with a time limit
        self.mipl = self.modem.mipl
        self.mipl.on_lost = self.losses.append
        self.network = self.modem.network
        self.sent = []  # (ms, line) of each line the driver sent
        self._coro = None
        self._due = 0
        self.nap = 0  # ms of the sleep in which the coroutine is
        self.woken = 0  # tick of its last turn
        self.result = None
        self.error = None
        self.ended = False
        self.finish(self.at.sync(10000))

    def _line(self, kind, line):
        if kind == 62:  # >
            self.sent.append((self.now, bytes(line)))

    async def _wait(self, event, timeout_ms):
        begun = self.now
        self.waits = True
        while not event.is_set() and self.since(begun) < timeout_ms:
            await _Nap(1)
        self.waits = False

    def _operation(self, op):
        self.mipl.requests.reply(op, 205)

    @property
    def now(self):
        return self.clock.ticks_ms()

    @property
    def last(self):
        """The line sent last, without its end."""
        return self.sent[-1][1].rstrip() if self.sent else b""

    def since(self, tick):
        return self.clock.ticks_diff(self.now, tick)

    def hear(self, *lines):
        """Have the driver hear lines now."""
        for line in lines:
            self.uart.push(b"\r\n" + line + b"\r\n")
        self.at.poll()

    def leap(self, ms):
        self.clock.advance(ms)

    def begin(self, coro):
        """Start coro, up to its first sleep."""
        self._coro = coro
        self.result = self.error = None
        self.ended = False
        self.wake()

    def wake(self):
        """Give the coroutine its turn now, whether it is due or not."""
        self.woken = self.now
        try:
            self.nap = self._coro.send(None)
            self._due = self.clock.ticks_add(self.now, self.nap)
        except StopIteration as e:
            self.ended = True
            self.result = e.value
        except AtError as e:
            self.ended = True
            self.error = e

    def turn(self):
        """Give both their turns of this millisecond, and go on to the next."""
        self.at.poll()
        if not self.ended and self.since(self._due) >= 0:
            self.wake()
        self.clock.advance(1)

    def run(self, until, limit_ms=5000):
        """Give turns until until() is true; fail behind limit_ms."""
        begun = self.now
        while not until():
            if self.since(begun) > limit_ms:
                raise AssertionError("not within %d ms; last: %s" % (limit_ms, self.last))
            self.turn()

    def finish(self, coro, limit_ms=10000):
        """Run coro to its end; return what it returned, or raise what it raised."""
        self.begin(coro)
        self.run(lambda: self.ended, limit_ms)
        if self.error:
            raise self.error
        return self.result

    def reach(self, coro, text):
        """Run coro until text was sent and waits for its answer."""
        self.begin(coro)
        self.run(lambda: self.last == text)

    def wake_at(self, tick):
        """Move the clock to tick and give the coroutine its turn; return whether it has ended."""
        self.leap(-self.since(tick))
        self.wake()
        return self.ended

    def queued(self, text):
        """Tell whether text waits to be sent."""
        return text in [cmd.text for cmd in self.at.queue]

    @property
    def timeouts(self):
        return self.at.status()["timeouts"]

    def gives_up(self, ms):
        """Tell whether the command in flight is given up ms behind its last byte, not before."""
        before = self.timeouts
        self.leap(ms - 1 - self.since(self.sent[-1][0]))
        self.at.poll()
        early = self.timeouts - before
        self.leap(1)
        self.at.poll()
        return (early, self.timeouts - before) == (0, 1)
