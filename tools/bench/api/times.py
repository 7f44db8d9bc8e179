"""Times of the API: Beijing time without a zone, in and out; inside UNIX ms."""

import re
from datetime import UTC, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_MS = 86_400_000
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def parse(text):
    """Return the UNIX ms of 2015-01-10T08:00:35[.123]. Raises ValueError."""
    if not _TIME.fullmatch(text):
        raise ValueError("has to look like 2015-01-10T08:00:35")
    seconds, _, fraction = text.partition(".")
    moment = datetime.fromisoformat(seconds).replace(tzinfo=BEIJING)
    return (moment - EPOCH) // timedelta(milliseconds=1) + int(fraction.ljust(3, "0"))


def parse_first(text):
    """Return the UNIX ms of a time, or of the begin of a day such as 2016-06-20."""
    return parse(text + "T00:00:00" if _DATE.fullmatch(text) else text)


def parse_last(text):
    """Return the UNIX ms of a time, or of the end of a day such as 2016-06-20."""
    return parse(text + "T23:59:59.999" if _DATE.fullmatch(text) else text)


def precise(ms):
    """Return UNIX ms as 2015-12-01 17:10:24.981."""
    return "%s.%03d" % (plain(ms), ms % 1000)


def plain(ms):
    """Return UNIX ms as 2015-12-01 17:10:24."""
    return _moment(ms).strftime("%Y-%m-%d %H:%M:%S")


def odd(ms):
    """Return UNIX ms in the form of last_ct: Fri May 10 01:32:48 CST 2019 (W-API 2)."""
    moment = _moment(ms)
    day = "Mon Tue Wed Thu Fri Sat Sun".split()[moment.weekday()]
    month = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()[moment.month - 1]
    return moment.strftime("%%s %%s %d %H:%M:%S CST %Y") % (day, month)


def _moment(ms):
    return (EPOCH + timedelta(milliseconds=ms)).astimezone(BEIJING)
