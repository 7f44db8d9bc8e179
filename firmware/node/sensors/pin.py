"""A contact at a pin: a door, a switch, a presence detector."""

from node import values


def make(spec, shared):
    """Return a PinInput by node.sensors.make."""
    from machine import Pin

    number, pull, means = values(spec, "pin pull active")
    pulls = {"up": Pin.PULL_UP, "down": Pin.PULL_DOWN}
    pin = Pin(number, Pin.IN, pulls[pull]) if pull in pulls else Pin(number, Pin.IN)
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
