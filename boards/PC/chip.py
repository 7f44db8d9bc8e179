"""What `machine` has besides devices: reset, identity, watchdog, built-in things."""

import os
import time

from machine import call
from umachine import *  # noqa: F403

PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5


class OneWireError(Exception):
    """onewire.OneWireError: no presence pulse where one was required."""


def reset():
    """End the process with status 3: whoever started it may start it again."""
    if os.getenv("RESTARTS"):
        os.system("kill -9 $PPID")  # the REPL of a stand-in would hide the status
    raise SystemExit(3)


def reset_cause():
    """Return what our starter says; PWRON_RESET where it says nothing: a process starts cold."""
    return int(os.getenv("RESET_CAUSE") or PWRON_RESET)


def unique_id():
    """Return the id of this board."""
    return b"m5310-pc"


def freq():
    """Return the clock of the chip this board stands for, in Hz."""
    return 240_000_000


class RTC:
    """machine.RTC with the time of this computer, which a node does not set."""

    def datetime(self, date=None):
        """Return (year, month, day, weekday, hour, minute, second, 0), UTC."""
        y, mo, d, h, mi, s, weekday = time.gmtime()[:7]
        return y, mo, d, weekday, h, mi, s, 0


class WDT:
    """A watchdog: not fed for timeout ms, it kills the process as a hard reset would (status 137).

    It counts its own naps, so a process stopped with SIGSTOP is not starving. That of a stand-in
    is its starter's, and goes on behind a soft reset, as a chip's.
    """

    def __init__(self, id_=0, timeout=5000):
        if not 1 <= timeout <= 3_600_000:
            raise ValueError("WDT timeout must be from 1 to 3600000 ms")
        self._full = timeout
        self.feed()
        if not os.getenv("RESTARTS"):
            import _thread

            _thread.start_new_thread(self._watch, ())

    def feed(self):
        """Start the time again."""
        self._left = self._full
        if os.getenv("RESTARTS"):
            call(0, "watchdog", (self._full,))

    def _watch(self):
        while self._left > 0:
            time.sleep_ms(50)
            self._left -= 50
        os.system("echo 'watchdog: not fed for %d ms, reset' >&2; kill -9 $PPID" % self._full)
