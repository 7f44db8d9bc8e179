"""A fake `machine` for tests on either interpreter: the virtual board's devices.

A test calls use(VBoard(clock)) for a board of its own before it makes its devices.
"""

import vdevices
from vdevices import ADC, I2C, PWM, Pin, use

__all__ = ("ADC", "I2C", "PWM", "Pin", "board", "call", "use")


def call(device, name):
    """Stand for the call of boards/PC/machine.py that the board definition makes."""
    return getattr(vdevices, name)()


def board():
    """Return the VBoard in use."""
    return vdevices.board


def reset():
    """Do nothing: there is no MCU to restart."""


class UART:
    """A UART with nothing connected."""

    def __init__(self, id_, **options):
        self.options = options

    def any(self):
        return 0

    def readinto(self, buf, nbytes=None):
        return None

    def write(self, buf):
        return len(buf)
