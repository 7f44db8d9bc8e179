"""A fake `machine` for tests on either interpreter: the virtual board's devices, no UART, no link.

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
