"""A multi-state output: named patterns over several pins, for 5853."""


class MultiState:
    """states: {name: list of 0 and 1, one for each pin}; boot: the first state."""

    def __init__(self, pin_class, pins, states, boot):
        self._states = states
        self.names = [boot] + sorted([name for name in states if name != boot])
        levels = states[boot]
        self._pins = [pin_class(pins[i], pin_class.OUT, value=levels[i]) for i in range(len(pins))]

    def set(self, name):
        """Bring the pins into state name; ValueError if unknown, OSError if a pin fails."""
        if name not in self._states:
            raise ValueError("no such state")
        levels = self._states[name]
        # Those that go low first: two outputs that exclude each other are never both high.
        for wanted in (0, 1):
            for i in range(len(levels)):
                if levels[i] == wanted:
                    self._pins[i].value(wanted)
