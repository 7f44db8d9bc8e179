"""What time it is: the network's clock (AT+CCLK), kept by the RTC where there is one.

Loaded when the network has told the time, and for good only where readings are to bear it.
"""

import time

from micropython import const

_FIRST_YEAR = const(2024)  # an RTC that was never set is in an earlier year
_LAST_YEAR = const(2069)  # one that was set from a clock of 1980 is in 2080


class Wall:
    """seconds() counts seconds since the epoch of this MicroPython, or since any time.

    rtc: a machine.RTC to be set, or None: then only the difference is kept.
    """

    def __init__(self, rtc=None, seconds=time.time):
        self.rtc = rtc
        self.seconds = seconds
        self._offset = None
        date = rtc.datetime() if rtc else (0,)
        if _FIRST_YEAR <= date[0] <= _LAST_YEAR:  # it was set before a restart or a sleep
            self._offset = unix(date) - int(seconds())

    def learn(self, utc):
        """Take in (year, month, day, hour, minute, second), UTC."""
        y, mo, d, h, mi, s = utc
        if self.rtc:
            self.rtc.datetime((y, mo, d, (_days(y, mo, d) + 5) % 7 + 1, h, mi, min(s, 59), 0))
        self._offset = unix((y, mo, d, 0, h, mi, s)) - int(self.seconds())

    def now(self):
        """Return the UNIX time in seconds, None while it is not known."""
        return None if self._offset is None else int(self.seconds()) + self._offset


def unix(date):
    """Return the UNIX time of (year, month, day, weekday, hour, minute, second, ...), UTC."""
    y, mo, d, _, h, mi, s = date[:7]
    return ((_days(y, mo, d) + 10957) * 24 + h) * 3600 + mi * 60 + s


def text(seconds):
    """Return a UNIX time as `2026-11-22 02:00:11 UTC`; the year is 2000 to 2099."""
    days = seconds // 86400 - 10957
    y = 2000 + days * 4 // 1461
    mo = (days - _days(y, 1, 1)) // 32 + 1
    if mo < 12 and _days(y, mo + 1, 1) <= days:
        mo += 1
    rest = seconds % 86400
    date = (y, mo, days - _days(y, mo, 1) + 1, rest // 3600, rest // 60 % 60, rest % 60)
    return "%04d-%02d-%02d %02d:%02d:%02d UTC" % date


def _days(y, mo, d):
    """Return the days from 2000-01-01, a Saturday, to a date of 2000 to 2099."""
    before = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)[mo - 1]
    leap = 1 if mo > 2 and y % 4 == 0 else 0
    return (y - 2000) * 365 + (y - 1997) // 4 + before + leap + d - 1
