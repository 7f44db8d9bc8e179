"""PWM of an STM32 whose MicroPython has no machine.PWM yet (before 1.28): by pyb.Timer.

Source: ports/stm32/timer.c; which timer and channel a pin has says PWM_PINS of the board.
"""


class TimerPwm:
    """As much of machine.PWM as a dimmer needs.

    pin: a machine.Pin, one of whose names is in PWM_PINS of the board definition. Raises
    ValueError for another pin, and where there is no pyb.Timer.
    """

    def __init__(self, pin, freq, duty_u16):
        try:
            from pins import PWM_PINS
            from pyb import Timer
        except ImportError:
            raise ValueError("dimmer: this MicroPython has no machine.PWM")
        names = [name for name in pin.names() if name in PWM_PINS]
        if not names:
            raise ValueError("dimmer: this pin has no timer")
        number, channel = PWM_PINS[names[0]]
        self._timer = Timer(number, freq=freq)
        self._channel = self._timer.channel(channel, Timer.PWM, pin=pin, pulse_width=0)
        self.duty_u16(duty_u16)

    def duty_u16(self, duty):
        """Set the duty, 0..65535; 65535 is on all the time."""
        self._channel.pulse_width(duty * (self._timer.period() + 1) // 65535)
