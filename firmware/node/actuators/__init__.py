"""Actuators: what object 3306 drives. Each output is a callable; a failed pin raises OSError.

At boot every output is off: the switch inactive, the dimmer at 0, the multi-state output in the
state its configuration calls boot.
"""

from node import need, values


def _pwm_class():
    """Return machine.PWM, or what stands for it where the port has none (STM32 before 1.28)."""
    try:
        from machine import PWM

        return PWM
    except ImportError:
        from .timer_pwm import TimerPwm

        return TimerPwm


def make(spec):
    """Return the outputs of spec, an actuator of a validated configuration, all in boot state.

    They come as the keyword arguments of lwm2m's Actuation: on_off(bool), dimmer(percent),
    multistate(name), None for what is not configured; states (the boot state first); app_type.
    Raises OSError or ValueError for pins this board cannot drive.
    """
    need("Pin")
    from machine import Pin

    from . import outputs

    names = "switch dimmer multistate application_type"
    switch, dimmer, multistate, app_type = values(spec, names)
    made = {"on_off": None, "dimmer": None, "multistate": None, "states": ()}  # type: dict
    if switch:
        pin, active = values(switch, "pin active")
        made["on_off"] = outputs.switch(Pin, pin, active == "high")
    if dimmer:
        pin, freq = values(dimmer, "pin freq")
        made["dimmer"] = outputs.dimmer(_pwm_class()(Pin(pin), freq=freq, duty_u16=0))
    if multistate:
        pins, states, boot = values(multistate, "pins states boot")
        made["multistate"] = outputs.multistate(Pin, pins, states, boot)
        made["states"] = [boot] + sorted([name for name in states if name != boot])
    made["app_type"] = app_type
    return made
