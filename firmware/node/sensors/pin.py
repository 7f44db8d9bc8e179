"""A contact at a pin: a door, a switch, a presence detector."""

from node import peripheral, values


def make(spec, shared):
    """Return a PinInput by node.sensors.make."""
    number, pull, means = values(spec, "pin pull active")
    kind = peripheral("Pin")
    if pull == "none":
        pin = kind(number, kind.IN)
    elif hasattr(kind, "PULL_UP" if pull == "up" else "PULL_DOWN"):
        pin = kind(number, kind.IN, kind.PULL_UP if pull == "up" else kind.PULL_DOWN)
    else:
        raise ValueError("this MicroPython has no pull-%s: give pull none" % pull)
    return PinInput(pin, 1 if means == "high" else 0)


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
