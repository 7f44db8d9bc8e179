"""The outputs, each a callable: switch (5850), dimmer (5851), multi-state output (5853)."""


def switch(pin_class, pin, active_high=True):
    """Return on_off(on), off from the start; it raises OSError when the pin fails.

    pin_class(pin, mode, value=…) makes the pin; active_high: on is 1.
    """
    output = pin_class(pin, pin_class.OUT, value=0 if active_high else 1)

    def on_off(on):
        output.value(1 if bool(on) == active_high else 0)

    return on_off


def dimmer(pwm):
    """Return dim(percent) for pwm, a PWM whose duty is 0.

    dim takes 0..100; it raises ValueError outside of that, OSError when the pin fails.
    """

    def dim(percent):
        if not 0 <= percent <= 100:
            raise ValueError("dimmer is 0..100")
        pwm.duty_u16(int(percent * 65535 / 100 + 0.5))

    return dim


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
