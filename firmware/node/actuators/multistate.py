"""A multi-state output: named patterns over several pins, for 5853."""


def multistate(pin_class, pins, states, boot):
    """Return choose(name); the pins are in the state boot from the start.

    states: {name: list of 0 and 1, one for each pin}. choose raises ValueError for an unknown
    name, OSError when a pin fails.
    """
    outputs = []
    for i in range(len(pins)):
        outputs.append(pin_class(pins[i], pin_class.OUT, value=states[boot][i]))

    def choose(name):
        if name not in states:
            raise ValueError("no such state")
        levels = states[name]
        # Those that go low first: two outputs that exclude each other are never both high.
        for wanted in (0, 1):
            for i in range(len(levels)):
                if levels[i] == wanted:
                    outputs[i].value(wanted)

    return choose
