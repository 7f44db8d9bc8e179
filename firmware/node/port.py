"""The board: its definition, and the UART and pins of it that the module hangs on.

Opened first, while large blocks are free.
"""

import sys

import machine

from . import values
from .config_error import ConfigError


def definition():
    """Return the board definition (module pins), None without; it lives while somebody has it."""
    try:
        import pins
    except ImportError:
        return None
    del sys.modules["pins"]
    return pins


def open_uart(module, board):
    """Return the UART of a validated configuration; raises ConfigError if the board refuses."""
    options = dict(getattr(board, "UART_OPTIONS", {}))
    for name in ("tx", "rx"):
        if module[name] is not None:  # an STM32's UART has fixed pins
            try:
                options[name] = machine.Pin(module[name])
            except (OSError, ValueError) as e:
                raise ConfigError("module." + name, module[name], "is no pin: %s" % e)
    number, baud, rxbuf = values(module, "uart baud rxbuf")
    try:
        return machine.UART(number, baudrate=baud, rxbuf=rxbuf, timeout=0, **options)
    except (OSError, ValueError) as e:
        raise ConfigError("module.uart", number, "cannot be opened: %s" % e)


def open_pins(module):
    """Return {"reset_pin": Pin, "power_pin": Pin} of those configured; raises ConfigError."""
    pins = {}
    for name in ("reset_pin", "power_pin"):
        if module[name] is not None:
            try:
                pins[name] = machine.Pin(module[name], machine.Pin.OUT, value=0)
            except (OSError, ValueError) as e:
                raise ConfigError("module." + name, module[name], "is no output pin: %s" % e)
    return pins
