"""A contact at a pin: a door, a switch, a presence detector."""


class PinInput:
    """pin: a Pin that is read; active: the level that means on."""

    def __init__(self, pin, active=0):
        self.pin = pin
        self.active = active

    def start(self):
        """Nothing to start: return 0."""
        return 0

    def read(self):
        """Return whether it is on."""
        return self.pin.value() == self.active
