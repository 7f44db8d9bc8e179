"""`machine` for the unix port of MicroPython: the computer plays the board.

Stands before the built-in module on MICROPYPATH and keeps what that one has. Pins and buses are
the virtual board's (vboard.py has the wiring), the UART is a real stream (uart.py).
Environment: UART, BAUD (uart.py), BOARD=HOST:PORT (link.py; absent: the board drifts alone).
"""

import os
import sys
import time

import vdevices
from uart import UART
from umachine import *  # noqa: F403
from vdevices import ADC, I2C, PWM, Pin, use

__all__ = ("ADC", "I2C", "PWM", "UART", "WDT", "Pin", "board", "reset", "use")

PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5
_PUMP_MS = 20


def board():
    """Return the VBoard in use."""
    return vdevices.board


def reset():
    """End the process with status 3: whoever started it may start it again."""
    sys.exit(3)


def reset_cause():
    """Return PWRON_RESET: a process always starts cold."""
    return PWRON_RESET


def unique_id():
    """Return the id of this board."""
    return b"m5310-pc"


def freq():
    """Return the clock of the chip this board stands for, in Hz."""
    return 240_000_000


class WDT:
    """A watchdog: not fed for timeout ms, it kills the process as a hard reset would (status 137).

    It counts its own naps, so a process stopped with SIGSTOP is not starving.
    """

    def __init__(self, id_=0, timeout=5000):
        import _thread

        if not 1 <= timeout <= 3_600_000:
            raise ValueError("WDT timeout must be from 1 to 3600000 ms")
        self._left = self._full = timeout
        _thread.start_new_thread(self._watch, ())

    def feed(self):
        """Start the time again."""
        self._left = self._full

    def _watch(self):
        while self._left > 0:
            time.sleep_ms(50)
            self._left -= 50
        os.system("echo 'watchdog: not fed for %d ms, reset' >&2; kill -9 $PPID" % self._full)


class _Pump:
    """Moves the virtual board on, at most every 20 ms of use: drift, and the link if any."""

    def __init__(self, link):
        self._link = link
        self._last = time.ticks_ms()
        self._busy = False

    def __call__(self):
        passed = time.ticks_diff(time.ticks_ms(), self._last)
        if self._busy or passed < _PUMP_MS:
            return
        self._busy = True
        self._last = time.ticks_add(self._last, passed)
        vdevices.board.drift(passed)
        if self._link:
            self._link.pump()
        self._busy = False


def _start():
    target = os.getenv("BOARD")
    link = None
    if target:
        from link import Link
        from ports import open_port

        try:
            port = open_port("BOARD", target, 9600, "nothing listens there: start `make bench`")
        except ValueError as e:
            print(e, file=sys.stderr)
            raise SystemExit(2)
        link = Link(vdevices.board, port)
        port.wait(200)
        link.pump()
    vdevices.board.pump = UART.pump = _Pump(link)


_start()
