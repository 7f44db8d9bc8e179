"""`machine` for the unix port of MicroPython: the computer plays the board.

Stands before the built-in module on MICROPYPATH; what is not here is that one's. Pins and buses
are the virtual board's (vboard.py has the wiring), the UART is a real stream (uart.py).
Environment: UART, BAUD (ports.py), BOARD=HOST:PORT (link.py; absent: the board drifts alone).
"""

import os
import time

import vdevices
from micropython import const

Pin = vdevices.Pin
PWM = vdevices.PWM
use = vdevices.use
_PUMP_MS = const(20)
_last = time.ticks_ms()
_link = None


def __getattr__(name):
    """Return what not every program uses, loading it: heap is scarce."""
    if name in ("ADC", "I2C", "UART"):
        file = "uart" if name == "UART" else "v" + name.lower()
        return getattr(__import__(file), name)
    import chip

    return getattr(chip, name)


def board():
    """Return the VBoard in use."""
    return vdevices.board


def _pump():
    """Move the virtual board on, at most every 20 ms of use: drift, and the link if any."""
    global _last
    now = time.ticks_ms()
    passed = time.ticks_diff(now, _last)
    if passed >= _PUMP_MS:
        _last = now
        vdevices.board.drift(passed)
        if _link:
            _link.pump()


def _connect():
    """Return the Link to BOARD, which had its chance to come up."""
    from link import Link
    from ports import open_board

    link = Link(vdevices.board, open_board())
    link.pump()
    return link


if os.getenv("BOARD"):
    _link = _connect()
    del _connect
vdevices.board.pump = _pump
