"""Wall clock: UNIX time from the network's clock (AT+CCLK), kept in the RTC where there is one.

Only readings and the trace bear this time. Timeouts never use it: they are measured in ticks.
"""

import time

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Callable

    from machine import RTC

_FIRST_YEAR = const(2024)  # an RTC that was never set shows an earlier year
_LAST_YEAR = const(2069)  # one that was set from a module's clock of 1980 shows 2080
_EPOCH_DAYS = const(10957)  # from 1970-01-01 to 2000-01-01
_DAY_S = const(86400)


class Wall:
    """Adds an offset to seconds(), which may count from any time.

    rtc: a machine.RTC that is set as well; None without: the time is unknown after a restart.
    """

    def __init__(
        self, rtc: "RTC | None" = None, seconds: "Callable[[], float]" = time.time
    ) -> None:
        self.rtc = rtc
        self.seconds = seconds
        self._offset = None
        date = rtc.datetime() if rtc else (0,)
        if _FIRST_YEAR <= date[0] <= _LAST_YEAR:  # it was set before a restart or a sleep
            self._offset = unix(date) - int(seconds())

    def learn(self, utc: tuple) -> None:
        """Set the clock to (year, month, day, hour, minute, second), UTC."""
        y, mo, d, h, mi, s = utc
        if self.rtc:
            weekday = (_days(y, mo, d) + 5) % 7 + 1
            self.rtc.datetime((y, mo, d, weekday, h, mi, min(s, 59), 0))
        self._offset = unix((y, mo, d, 0, h, mi, s)) - int(self.seconds())

    def now(self) -> "int | None":
        """Return the UNIX time in seconds, None while it is unknown."""
        return None if self._offset is None else int(self.seconds()) + self._offset


def unix(date: tuple) -> int:
    """Return the UNIX time of (year, month, day, weekday, hour, minute, second, ...), UTC."""
    y, mo, d, _, h, mi, s = date[:7]
    return ((_days(y, mo, d) + _EPOCH_DAYS) * 24 + h) * 3600 + mi * 60 + s


def text(seconds: int) -> str:
    """Return a UNIX time of the years 2000 to 2099 as `2026-11-22 02:00:11 UTC`."""
    days = seconds // _DAY_S - _EPOCH_DAYS
    y = 2000 + days * 4 // 1461
    mo = (days - _days(y, 1, 1)) // 32 + 1
    if mo < 12 and _days(y, mo + 1, 1) <= days:
        mo += 1
    rest = seconds % _DAY_S
    date = (y, mo, days - _days(y, mo, 1) + 1, rest // 3600, rest // 60 % 60, rest % 60)
    return "%04d-%02d-%02d %02d:%02d:%02d UTC" % date


def _days(y: int, mo: int, d: int) -> int:
    """Return the days from 2000-01-01, a Saturday, to a date of the years 2000 to 2099."""
    before = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)[mo - 1]
    leap = 1 if mo > 2 and y % 4 == 0 else 0
    return (y - 2000) * 365 + (y - 1997) // 4 + before + leap + d - 1
