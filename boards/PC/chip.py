"""What `machine` has besides devices: reset, identity, watchdog, the rest of the built-in one."""

import os
import sys
import time

from umachine import *  # noqa: F403

PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5


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
