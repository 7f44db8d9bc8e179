"""A switch: one pin, for 5850."""


class Switch:
    """pin_class(pin, mode, value=…) makes the pin; active_high: on is 1. Off from the start."""

    def __init__(self, pin_class, pin, active_high=True):
        self._active_high = active_high
        self._pin = pin_class(pin, pin_class.OUT, value=0 if active_high else 1)

    def set(self, on):
        """Switch on or off; raises OSError when the pin fails."""
        self._pin.value(1 if bool(on) == self._active_high else 0)
