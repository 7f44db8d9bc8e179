"""The board: its definition, and the UART and pins of it that the module hangs on.

Opened first, while large blocks are free.
"""

import sys

import machine

from . import REFUSALS, need, values
from .config_error import ConfigError


def definition():
    """Return the board definition (module pins), None without; it lives while somebody has it."""
    try:
        import pins
    except ImportError:
        return None
    del sys.modules["pins"]
    return pins


def option(board, name, default):
    """Return what the board definition has as name; default if that is left out or None."""
    value = getattr(board, name, None)
    return default if value is None else value


def open_uart(module, board):
    """Return the UART of a validated configuration; raises ConfigError if the board refuses."""
    options = dict(option(board, "UART_OPTIONS", {}))
    for name in ("tx", "rx"):
        if module[name] is not None:  # an STM32's UART has fixed pins
            try:
                need("Pin")
                options[name] = machine.Pin(module[name])
            except REFUSALS as e:
                raise ConfigError("module." + name, module[name], "is no pin: %s" % e)
    number, baud, rxbuf = values(module, "uart baud rxbuf")
    try:
        need("UART")
        return machine.UART(number, baudrate=baud, rxbuf=rxbuf, timeout=0, **options)
    except REFUSALS as e:
        raise ConfigError("module.uart", number, "cannot be opened: %s" % e)


def open_pins(module):
    """Return {"reset_pin": Pin, "power_pin": Pin} of those configured; raises ConfigError."""
    pins = {}
    for name in ("reset_pin", "power_pin"):
        if module[name] is not None:
            try:
                need("Pin")
                pins[name] = machine.Pin(module[name], machine.Pin.OUT, value=0)
            except REFUSALS as e:
                raise ConfigError("module." + name, module[name], "is no output pin: %s" % e)
    return pins
