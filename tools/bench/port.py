"""A module with its serial line: both directions paced, still without a socket."""

from bench.baud import misread
from bench.ticks import soonest
from bench.wire import Wire

_BAUD = 9600  # that both ends of a line without pauses are said to have


class Port:
    """What a TCP, pty or serial shell talks to. baud 0: as fast as possible.

    module_baud, mcu_baud: what either end is set to; where they differ, each misreads the other.
    up, down: None, or a faults.line.Line that the bytes go through behind the paced line.
    on_bytes: called with ("sent", bytes) as the MCU sends and ("got", bytes) as it gets them.
    """

    def __init__(self, module, clock, baud):
        self.module = module
        self._clock = clock
        self._baud = baud
        self.module_baud = self.mcu_baud = baud or _BAUD
        self._to_module = Wire(baud, clock)
        self._to_mcu = Wire(baud, clock)
        self._left = module.taken
        self.up = self.down = None
        self.on_bytes = None
        module.paced = True

    @property
    def backlog(self):
        """Bytes the MCU has sent that the module has not got yet."""
        return len(self._to_module)

    def set_bauds(self, module=None, mcu=None):
        """Have the module, or the MCU, send and receive at another rate."""
        self.module_baud = module or self.module_baud
        self.mcu_baud = mcu or self.mcu_baud
        if self._baud:
            self._to_module.set_baud(self.mcu_baud)
            self._to_mcu.set_baud(self.module_baud)

    def follow(self, rate):
        """Take the MCU's rate to be what its device is set to, once the module has another one.

        Before, whoever opens a pseudo terminal need not care.
        """
        if self.module_baud != (self._baud or _BAUD) and rate != self.mcu_baud:
            self.set_bauds(mcu=rate)

    def feed(self, data):
        """Take bytes the MCU sends now."""
        if self.on_bytes:
            self.on_bytes("sent", data)
        self._to_module.push(data, self._clock.ticks_ms())

    def take(self):
        """Move everything on to now; return the bytes that reach the MCU."""
        now = self._clock.ticks_ms()
        self.module.poll()
        odd = self.module_baud != self.mcu_baud
        data = self._through(self.up, self._to_module.pop(now))
        if data:
            self.module.feed(misread(data, self.mcu_baud, self.module_baud) if odd else data)
        self._to_mcu.push(self.module.take(), now)
        out = self._to_mcu.pop(now)
        if out:
            self._left += len(out)
            self.module.delivered(self._left)
        out = self._through(self.down, out)
        if odd:
            out = misread(out, self.module_baud, self.mcu_baud)
        if out and self.on_bytes:
            self.on_bytes("got", out)
        return out

    def next_ms(self):
        """Return ms until take() has something to do, None if nothing is planned."""
        now = self._clock.ticks_ms()
        waits = [self.module.next_ms(), self._to_module.next_ms(now), self._to_mcu.next_ms(now)]
        for line in (self.up, self.down):
            if line and not line.quiet:
                waits.append(line.next_ms(self.module.timers.now()))
        return soonest(*waits)

    def _through(self, line, data):
        if line is None or line.quiet:
            return data
        return line.through(data, self.module.timers.now())
