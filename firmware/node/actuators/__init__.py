"""Actuators: what object 3306 drives. Each output is a callable; a failed pin raises OSError.

At boot every output is off: the switch inactive, the dimmer at 0, the multi-state output in the
state its configuration calls boot.
"""


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
    from machine import Pin

    from . import outputs

    made = {"on_off": None, "dimmer": None, "multistate": None, "states": ()}  # type: dict
    part = spec["switch"]
    if part:
        made["on_off"] = outputs.switch(Pin, part["pin"], part["active"] == "high")
    part = spec["dimmer"]
    if part:
        pwm = _pwm_class()(Pin(part["pin"]), freq=part["freq"], duty_u16=0)
        made["dimmer"] = outputs.dimmer(pwm)
    part = spec["multistate"]
    if part:
        boot, states = part["boot"], part["states"]
        made["multistate"] = outputs.multistate(Pin, part["pins"], states, boot)
        made["states"] = [boot] + sorted([name for name in states if name != boot])
    made["app_type"] = spec["application_type"]
    return made
