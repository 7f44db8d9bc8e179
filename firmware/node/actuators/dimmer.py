"""A dimmer: one PWM output, for 5851."""


class Dimmer:
    """pwm: a PWM whose duty is 0."""

    def __init__(self, pwm):
        self._pwm = pwm

    def set(self, percent):
        """Set the duty to percent 0..100; raises ValueError outside, OSError if the pin fails."""
        if not 0 <= percent <= 100:
            raise ValueError("dimmer is 0..100")
        self._pwm.duty_u16(int(percent * 65535 / 100 + 0.5))
