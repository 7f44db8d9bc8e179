"""A dimmer: one PWM output, for 5851."""


def dimmer(pwm):
    """Return dim(percent) for pwm, a PWM whose duty is 0.

    dim takes 0..100; it raises ValueError outside of that, OSError when the pin fails.
    """

    def dim(percent):
        if not 0 <= percent <= 100:
            raise ValueError("dimmer is 0..100")
        pwm.duty_u16(int(percent * 65535 / 100 + 0.5))

    return dim
