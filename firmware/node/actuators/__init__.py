"""Actuators: what object 3306 drives. Each output is a callable; a failed pin raises OSError.

At boot every output is off: the switch inactive, the dimmer at 0, the multi-state output in the
state its configuration calls boot.
"""


def _pwm_class():
    """Return machine.PWM, or the board definition's where the port has none (older STM32)."""
    try:
        from machine import PWM
    except ImportError:
        try:
            from pins import PWM
        except ImportError:
            raise ValueError("dimmer: this MicroPython has no machine.PWM")
    return PWM


def make(spec):
    """Return the outputs of spec, an actuator of a validated configuration, all in boot state.

    They come as the keyword arguments of lwm2m's Actuation: on_off(bool), dimmer(percent),
    multistate(name), None for what is not configured; states (the boot state first); app_type.
    Raises OSError or ValueError for pins this board cannot drive.
    """
    from machine import Pin

    outputs = {"on_off": None, "dimmer": None, "multistate": None, "states": ()}
    part = spec["switch"]
    if part:
        from .switch import switch

        outputs["on_off"] = switch(Pin, part["pin"], part["active"] == "high")
    part = spec["dimmer"]
    if part:
        from .dimmer import dimmer

        pwm = _pwm_class()(Pin(part["pin"]), freq=part["freq"], duty_u16=0)
        outputs["dimmer"] = dimmer(pwm)
    part = spec["multistate"]
    if part:
        from .multistate import multistate

        boot, states = part["boot"], part["states"]
        outputs["multistate"] = multistate(Pin, part["pins"], states, boot)
        outputs["states"] = [boot] + sorted([name for name in states if name != boot])
    outputs["app_type"] = spec["application_type"]
    return outputs
