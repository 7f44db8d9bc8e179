"""The virtual board in use and its outputs, Pin and PWM; the ADC is in vadc, the I2C bus in vi2c.

Names, arguments and exceptions are those of the ESP32 port, so code that runs here runs there.
Every object belongs to the board that was in use when it was made.
"""

from errno import EIO

import vboard

board = vboard.VBoard()


def use(new):
    """Make the VBoard new the one that devices made from now on belong to; return it."""
    global board
    board = new
    return new


class Pin:
    """machine.Pin for GPIO 0..39; 34..39 are inputs only, as on an ESP32."""

    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_DOWN = 1
    PULL_UP = 2

    def __init__(self, id_, mode=-1, pull=-1, *, value=None, drive=None, hold=None):
        if type(id_) is not int or not 0 <= id_ < vboard.PINS:
            raise ValueError("no such pin")
        if mode not in (-1, 1, 3, 7):
            raise ValueError("bad mode")
        self.id = id_
        self._board = board
        self._up = pull == self.PULL_UP
        self._out = mode > 1
        if self._out:
            if id_ >= 34:
                raise ValueError("input only")
            self.value(board.pins.get(id_, 0) if value is None else value)

    def value(self, x=None):
        """Return the level, or drive it to x. Raises OSError(EIO) while the pin is broken."""
        reach(self._board, self.id)
        if x is None:
            return self._board.pins.get(self.id, 1 if self._up else 0)
        if self._out:
            self._board.set_pin(self.id, x)

    __call__ = value

    def __getattr__(self, name):
        """Return init, on, off or toggle: what the node never uses is loaded when asked for."""
        from seldom import method

        return method(self, name)


def gpio(pin):
    """Return the number of pin: a Pin, or a number already."""
    return (pin if isinstance(pin, Pin) else Pin(pin)).id


def reach(on, pin):
    """Move the VBoard on to the present; raises OSError(EIO) while its pin (number) is broken."""
    on.touch()
    if pin in on.broken:
        raise OSError(EIO)


class PWM:
    """machine.PWM on an output pin: freq in Hz 1..40 MHz, duty_u16 0..65535."""

    def __init__(self, dest, freq=None, duty_u16=None):
        self.id = gpio(dest)
        if self.id >= 34:
            raise ValueError("input only")
        self._board = board
        self.hz = 5000 if freq is None else freq
        if not 1 <= self.hz <= 40_000_000:
            raise ValueError("bad freq")
        self.duty_u16(32768 if duty_u16 is None else duty_u16)

    def duty_u16(self, value=None):
        """Return the duty, or set it."""
        reach(self._board, self.id)
        if value is None:
            return self._board.pwm.get(self.id, 0)
        if type(value) is not int or not 0 <= value <= 65535:
            raise ValueError("bad duty")
        self._board.set_duty(self.id, value)

    __getattr__ = Pin.__getattr__
