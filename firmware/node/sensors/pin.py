"""Contact at a pin: a door, a switch, a presence detector, a meter with a pulse output."""

from micropython import const

from node import REFUSALS, need

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from machine import Pin

    from at.port import Clock, Ticks

_COUNTS = const(0xFFFFF)  # the counter wraps there: it stays a small integer
_DEBOUNCE_MS = const(5)
_OLD_MS = const(3600000)  # the last edge is taken for no older: ticks wrap after 6 days


def make(spec: dict, shared: dict) -> "PinInput":
    """Return the PulseInput of spec (node.sensors); a PinInput if the pin has no interrupt."""
    number, pull = spec["pin"], spec["pull"]
    need("Pin")
    from machine import Pin

    if pull == "none":
        pin = Pin(number, Pin.IN)
    elif hasattr(Pin, "PULL_UP" if pull == "up" else "PULL_DOWN"):
        pin = Pin(number, Pin.IN, Pin.PULL_UP if pull == "up" else Pin.PULL_DOWN)
    else:
        raise ValueError("this MicroPython has no pull-%s: give pull none" % pull)
    means_on = 1 if spec["active"] == "high" else 0
    clock = shared.get("clock")
    if clock is None:
        return PinInput(pin, means_on)
    driver = PulseInput(pin, means_on, clock, spec.get("debounce", _DEBOUNCE_MS))
    try:
        pin.irq(driver.edge, Pin.IRQ_RISING | Pin.IRQ_FALLING)
    except REFUSALS as e:  # the port has none, or another pin uses this one
        print("pin %s is only sampled, short pulses are not counted: %r" % (number, e))
        return PinInput(pin, means_on)
    return driver


class PinInput:
    """Reads a Pin; means_on: the level that means on."""

    def __init__(self, pin: "Pin", means_on: int = 0) -> None:
        self.pin = pin
        self.means_on = means_on

    def start(self) -> int:
        """Return 0: a reading is always ready."""
        return 0

    def read(self) -> bool:
        """Return whether the contact is on."""
        return self.pin.value() == self.means_on


class PulseInput(PinInput):
    """Counts by interrupt how often the contact goes on, however briefly.

    It has gone on when an edge arrives after it was off for debounce_ms. Edges that follow each
    other faster are contact bounce.
    """

    def __init__(self, pin: "Pin", means_on: int, clock: "Clock", debounce_ms: int) -> None:
        PinInput.__init__(self, pin, means_on)
        self._clock = clock
        self._debounce_ms = debounce_ms
        self._on = self.read_level()
        self._count = self._told = 0
        self._last = clock.ticks_add(clock.ticks_ms(), -_OLD_MS)  # ticks of the last edge

    def read_level(self) -> bool:
        """Return whether the contact is on at this moment."""
        return self.pin.value() == self.means_on

    def edge(self, pin: "Pin") -> None:
        """Handle an edge: the interrupt handler. Allocates nothing.

        A handler that runs late may find the level from before the pulse: it counts all the same.
        """
        now = self._clock.ticks_ms()
        if not self._on and self._still(now):
            self._count = (self._count + 1) & _COUNTS
        self._on = pin.value() == self.means_on
        self._last = now

    def read(self) -> bool:
        """Return whether the contact is on; make up for an edge whose interrupt was missed."""
        now = self._clock.ticks_ms()
        on = self.read_level()
        if on != self._on and self._still(now):
            self.edge(self.pin)
        if self._clock.ticks_diff(now, self._last) > _OLD_MS:
            self._last = self._clock.ticks_add(now, -_OLD_MS)
        return on

    def pulses(self) -> int:
        """Return how often the contact went on since the last call."""
        count = self._count
        new = (count - self._told) & _COUNTS
        self._told = count
        return new

    def _still(self, now: "Ticks") -> bool:
        return self._clock.ticks_diff(now, self._last) >= self._debounce_ms
