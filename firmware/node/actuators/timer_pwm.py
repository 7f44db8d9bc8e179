"""PWM by pyb.Timer, for an STM32 whose MicroPython has no machine.PWM yet (before 1.28).

Source: ports/stm32/timer.c. PWM_PINS of the board definition says which timer and channel a pin
has.
"""

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from pyb import Pin


class TimerPwm:
    """The part of machine.PWM that a dimmer needs.

    pin: a machine.Pin with a name in PWM_PINS of the board definition. Raises ValueError for any
    other pin, and where there is no pyb.Timer.
    """

    def __init__(self, pin: "Pin", freq: int, duty_u16: int) -> None:
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

    def duty_u16(self, duty: int) -> None:
        """Set the duty cycle, 0 to 65535; 65535 is always on."""
        self._channel.pulse_width(duty * (self._timer.period() + 1) // 65535)
