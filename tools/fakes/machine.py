"""A fake `machine` for tests on either interpreter: the virtual board's devices.

A test calls use(VBoard(clock)) for a board of its own before it makes its devices.
"""

import vdevices
from vdevices import ADC, I2C, PWM, Pin, use

__all__ = ("ADC", "I2C", "PWM", "RTC", "Pin", "board", "call", "use")


def call(device, name):
    """Stand for the call of boards/PC/machine.py that the board definition makes."""
    return getattr(vdevices, name)()


def board():
    """Return the VBoard in use."""
    return vdevices.board


PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5
cause = PWRON_RESET  # a test sets it


def reset():
    """Do nothing: there is no MCU to restart."""


def reset_cause():
    """Return what the test says."""
    return cause


class RTC:
    """An RTC that was never set, and does not go on."""

    def __init__(self):
        self.date = (2000, 1, 1, 6, 0, 0, 0, 0)

    def datetime(self, date=None):
        if date is None:
            return self.date
        self.date = date


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


class WDT:
    """A watchdog that counts how often it was fed; the last one made is WDT.last."""

    last = None

    def __init__(self, id_=0, timeout=5000):
        self.timeout = timeout
        self.fed = 0
        WDT.last = self

    def feed(self):
        self.fed += 1
