"""Times: durations as typed, and the platform's clock, which is Beijing's."""

import re
from datetime import datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))
LONGEST = timedelta(days=365)  # the platform ignores a span that is longer
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"([0-9]{1,9})([smhd])\Z")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}.*)?\Z", re.ASCII)


def parse_duration(text):
    """Return the timedelta of 90s, 15m, 1h or 2d, at most a year. Raises ValueError."""
    match = _DURATION.match(text)
    if not match:
        raise ValueError("%r is no duration such as 90s, 15m, 1h or 2d" % text)
    length = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if not timedelta(0) < length <= LONGEST:
        raise ValueError("%r: more than nothing and at most 365d" % text)
    return length


def parse_moment(text, now, sign):
    """Return the datetime of text in Beijing: a time, or a duration before (-1) or after (+1) now.

    A time without a zone is Beijing's, as the platform shows it. Raises ValueError.
    """
    if not _MOMENT.match(text):
        try:
            return now.astimezone(BEIJING) + sign * parse_duration(text)
        except ValueError as error:
            raise ValueError("%s, nor a time such as 2026-11-23T08:00" % error) from None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)).astimezone(BEIJING)
    except (ValueError, OverflowError):
        raise ValueError("%r is no time such as 2026-11-23T08:00" % text) from None


def sent(moment):
    """Return a datetime as the platform takes it, in whole seconds."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%dT%H:%M:%S")


def parse_at(text):
    """Return the UNIX time in s of "2015-12-01 17:10:24.981" in Beijing, None if it is none."""
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=BEIJING)
    except (ValueError, TypeError):
        return None
    return at.timestamp() if 1970 <= at.year <= 3000 else None


def now():
    """Return the time on this computer, in Beijing."""
    return datetime.now(BEIJING)
