"""Actuators: the outputs that objects 3306 and 3311 drive.

At boot every output is off: the switch inactive, the dimmer at 0, the multi-state output in the
state that the configuration names as boot.
"""

from node import need


def _pwm_class() -> type:
    """Return machine.PWM, or its substitute on a port without (STM32 before 1.28)."""
    try:
        from machine import PWM

        return PWM
    except ImportError:
        from .timer_pwm import TimerPwm

        return TimerPwm


def make(spec: dict) -> dict:
    """Return the outputs of spec, an actuator of a checked configuration, in their boot state.

    They are a dict, the keyword arguments of lwm2m's Actuation: on_off(bool), dimmer(percent) and
    multistate(name), None if not configured; states (the boot state first); app_type. Raises
    OSError or ValueError for pins that this board cannot drive.
    """
    need("Pin")
    from machine import Pin

    from . import outputs

    switch, dimmer, multistate = spec["switch"], spec["dimmer"], spec["multistate"]
    made = {"on_off": None, "dimmer": None, "multistate": None, "states": ()}  # type: dict
    if switch:
        made["on_off"] = outputs.switch(Pin, switch["pin"], switch["active"] == "high")
    if dimmer:
        pwm = _pwm_class()(Pin(dimmer["pin"]), freq=dimmer["freq"], duty_u16=0)
        made["dimmer"] = outputs.dimmer(pwm)
    if multistate:
        states, boot = multistate["states"], multistate["boot"]
        made["multistate"] = outputs.multistate(Pin, multistate["pins"], states, boot)
        made["states"] = [boot] + sorted([name for name in states if name != boot])
    made["app_type"] = spec["application_type"]
    return made
