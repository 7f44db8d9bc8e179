"""machine.UART's non-blocking calls over the serial line of a simulated module."""

_LONG_MS = 60_000


class SimUart:
    """The MCU's end of a bench.port.Port, whose module runs whenever this is polled and due.

    chunk: bytes that go through one call at most, 0 = all. rxbuf: bytes the receive buffer holds,
    None = any number; of what comes beyond and is lost on_overrun(count) hears. stopped: as a
    bench that was sent SIGSTOP, bytes wait on both sides. dead: the MCU has no power.
    """

    def __init__(self, port, clock, chunk=0, rxbuf=None):
        self.port = port
        self.chunk = chunk
        self.rxbuf = rxbuf
        self.stopped = self.dead = False
        self.on_overrun = None
        self._clock = clock
        self._early = True  # something was planned since the port was asked
        self._due = 0
        self._rx = bytearray()
        self._held = bytearray()
        module = port.module
        module.on_output = module.timers.on_sooner = self._wake
        module.platform.timers.on_sooner = self._wake

    def _wake(self):
        self._early = True

    def due_ms(self):
        """Return ms until any() has something to do or to return, 0 = now."""
        if self._rx or self._early or self._held:
            return 0
        return max(self._clock.ticks_diff(self._due, self._clock.ticks_ms()), 0)

    def put(self, data):
        """Have data arrive beside what the module prints."""
        self._rx += data

    def flush(self):
        """Forget what was received and not read: the node starts anew."""
        self._rx.clear()

    def init(self, baudrate=None, **options):
        """Go on at another rate; the rest is as it was."""
        self.port.set_bauds(mcu=baudrate)

    def any(self):
        if not self.stopped:
            clock = self._clock
            if self._early or clock.ticks_diff(self._due, clock.ticks_ms()) <= 0:
                self.run()
        return 0 if self.dead else len(self._rx)

    def run(self):
        """Let the module work."""
        clock = self._clock
        now = clock.ticks_ms()
        if self._held:
            self.port.feed(bytes(self._held))
            self._held.clear()
        self._early = False
        self._rx += self.port.take()
        if self.rxbuf is not None and len(self._rx) > self.rxbuf:
            lost = len(self._rx) - self.rxbuf
            del self._rx[self.rxbuf :]
            if self.on_overrun:
                self.on_overrun(lost)
        wait_ms = self.port.next_ms()
        wait_ms = _LONG_MS if wait_ms is None else min(wait_ms, _LONG_MS)
        self._due = clock.ticks_add(now, -int(-wait_ms // 1))

    def readinto(self, buf, n=None):
        n = min(len(self._rx), len(buf) if n is None else n, self.chunk or 1 << 20)
        buf[:n] = self._rx[:n]
        del self._rx[:n]
        return n or None

    def write(self, data):
        data = bytes(data)[: self.chunk or None]
        self._early = True
        if self.stopped:
            self._held += data
        elif not self.dead:
            self.port.feed(data)
        return len(data)
