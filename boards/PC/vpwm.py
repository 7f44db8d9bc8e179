"""machine.PWM of the virtual board."""

import vdevices


class PWM:
    """machine.PWM on an output pin: freq in Hz 1..40 MHz, duty_u16 0..65535."""

    def __init__(self, dest, freq=None, duty_u16=None):
        self._pin = vdevices.gpio(dest)
        if self._pin >= 34:
            raise ValueError("input only")
        self._board = vdevices.board
        self._freq = 5000
        self.init(freq=freq, duty_u16=32768 if duty_u16 is None else duty_u16)

    def init(self, *, freq=None, duty_u16=None):
        if freq is not None:
            self.freq(freq)
        if duty_u16 is not None:
            self.duty_u16(duty_u16)

    def freq(self, value=None):
        """Return the frequency, or set it."""
        if value is None:
            return self._freq
        if not 1 <= value <= 40_000_000:
            raise ValueError("bad freq")
        self._freq = value

    def duty_u16(self, value=None):
        """Return the duty, or set it."""
        vdevices.reach(self._board, self._pin)
        if value is None:
            return self._board.pwm.get(self._pin, 0)
        if type(value) is not int or not 0 <= value <= 65535:
            raise ValueError("bad duty")
        self._board.set_duty(self._pin, value)

    def deinit(self):
        """Stop: the output goes low."""
        self._board.set_duty(self._pin, 0)
