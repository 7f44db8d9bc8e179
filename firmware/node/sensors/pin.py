"""A contact at a pin: a door, a switch, a presence detector, a meter that gives pulses."""

from micropython import const

from node import REFUSALS, need, values

_COUNTS = const(0xFFFFF)  # the counter wraps behind that: it stays a small integer
_DEBOUNCE_MS = const(5)
_OLD_MS = const(3600000)  # an edge is not older: ticks wrap after 6 days


def make(spec, shared):
    """Return a PulseInput by node.sensors.make, a PinInput where the pin has no interrupt."""
    number, pull, means = values(spec, "pin pull active")
    need("Pin")
    from machine import Pin

    if pull == "none":
        pin = Pin(number, Pin.IN)
    elif hasattr(Pin, "PULL_UP" if pull == "up" else "PULL_DOWN"):
        pin = Pin(number, Pin.IN, Pin.PULL_UP if pull == "up" else Pin.PULL_DOWN)
    else:
        raise ValueError("this MicroPython has no pull-%s: give pull none" % pull)
    means_on = 1 if means == "high" else 0
    clock = shared.get("clock")
    if clock is None:
        return PinInput(pin, means_on)
    driver = PulseInput(pin, means_on, clock, spec.get("debounce", _DEBOUNCE_MS))
    try:
        pin.irq(driver.edge, Pin.IRQ_RISING | Pin.IRQ_FALLING)
    except REFUSALS as e:  # no interrupts, or another pin has this one
        print("pin %s is only sampled, short pulses are not counted: %r" % (number, e))
        return PinInput(pin, means_on)
    return driver


class PinInput:
    """pin: a Pin that is read; means_on: the level that means on."""

    def __init__(self, pin, means_on=0):
        self.pin = pin
        self.means_on = means_on

    def start(self):
        """Nothing to start: return 0."""
        return 0

    def read(self):
        """Return whether it is on."""
        return self.pin.value() == self.means_on


class PulseInput(PinInput):
    """Counts by the pin's interrupt how often the contact goes on, however short.

    It has gone on when an edge comes after it was off for debounce_ms. Edges that follow each
    other faster are its bouncing.
    """

    def __init__(self, pin, means_on, clock, debounce_ms):
        PinInput.__init__(self, pin, means_on)
        self._clock = clock
        self._debounce_ms = debounce_ms
        self._on = self.read_level()
        self._count = self._told = 0
        self._last = clock.ticks_add(clock.ticks_ms(), -_OLD_MS)  # the ticks of the last edge

    def read_level(self):
        """Return whether it is on at this moment."""
        return self.pin.value() == self.means_on

    def edge(self, pin):
        """Take in an edge: the handler of the interrupt. Allocates nothing.

        A handler that runs late may find the level that was there before the pulse: it was one
        all the same.
        """
        now = self._clock.ticks_ms()
        if not self._on and self._still(now):
            self._count = (self._count + 1) & _COUNTS
        self._on = pin.value() == self.means_on
        self._last = now

    def read(self):
        """Return whether it is on; makes up for an edge of which no handler was called."""
        now = self._clock.ticks_ms()
        on = self.read_level()
        if on != self._on and self._still(now):
            self.edge(self.pin)
        if self._clock.ticks_diff(now, self._last) > _OLD_MS:
            self._last = self._clock.ticks_add(now, -_OLD_MS)
        return on

    def pulses(self):
        """Return how often it went on since this was asked last."""
        count = self._count
        new = (count - self._told) & _COUNTS
        self._told = count
        return new

    def _still(self, now):
        return self._clock.ticks_diff(now, self._last) >= self._debounce_ms
