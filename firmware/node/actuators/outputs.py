"""Outputs, each a function: switch (5850), dimmer (5851), multi-state output (5853).

A pin that fails raises OSError.
"""

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Callable

    from machine import PWM, Pin


def switch(pin_class: "type[Pin]", pin: "int | str", active_high: bool = True) -> "Callable":
    """Return on_off(on); the output starts off.

    pin_class: machine.Pin. active_high: on is level 1.
    """
    output = pin_class(pin, pin_class.OUT, value=0 if active_high else 1)

    def on_off(on: bool) -> None:
        output.value(1 if bool(on) == active_high else 0)

    return on_off


def dimmer(pwm: "PWM") -> "Callable":
    """Return dim(percent) for pwm, a PWM whose duty is 0.

    dim raises ValueError for a percentage outside of 0 to 100.
    """

    def dim(percent: float) -> None:
        if not 0 <= percent <= 100:
            raise ValueError("dimmer is 0..100")
        pwm.duty_u16(int(percent * 65535 / 100 + 0.5))

    return dim


def multistate(
    pin_class: "type[Pin]", pins: list, states: dict[str, list[int]], boot: str
) -> "Callable":
    """Return choose(name); the pins start in the state boot.

    states: {name: list of levels, one per pin}. choose raises ValueError for an unknown name.
    """
    outputs = []
    for i in range(len(pins)):
        outputs.append(pin_class(pins[i], pin_class.OUT, value=states[boot][i]))

    def choose(name: str) -> None:
        if name not in states:
            raise ValueError("no such state")
        levels = states[name]
        # Low levels first: two outputs that exclude each other are never both high.
        for wanted in (0, 1):
            for i in range(len(levels)):
                if levels[i] == wanted:
                    outputs[i].value(wanted)

    return choose
