"""The network's clock, as AT+CCLK? prints it (facts/protocol.md 2.3)."""

from micropython import const

from m5310.fields import num

# A module whose clock no network has set prints the epoch of its chip: 1970, 1980, 2000. Two
# digits cannot tell 1980 from 2080. NB-IoT networks tell the time since 2017.
_FIRST_YEAR = const(2017)
_LAST_YEAR = const(2069)
_LONGEST_ZONE_MIN = const(1440)


def parse_clock(text: bytes, local: bool = False) -> "tuple | None":
    """Return `26/11/28,02:00:00+32` as (year, ..., second) in UTC; None for a clock not yet set.

    The M5310 family prints UTC, and the zone beside it only says where it is. local: the time is
    that of the zone, as 3GPP 27.007 and the M5311 have it; then the zone has to be there. Zones
    count quarter hours, behind `GMT` hours. Quotes, blanks, a missing zone and four digits of
    the year are accepted. Raises ValueError.
    """
    date, _, rest = bytes(text).replace(b'"', b"").partition(b",")
    y, mo, d = _numbers(date, b"/")
    time, zone_min = _split_zone(rest.strip())
    h, mi, s = _numbers(time, b":")
    if y < 100:
        y += 2000
    if not _FIRST_YEAR <= y <= _LAST_YEAR:
        return None
    if not (1 <= mo <= 12 and 1 <= d <= _days(y, mo) and h < 24 and mi < 60 and s < 61):
        raise ValueError("clock")
    if not local:
        return (y, mo, d, h, mi, s)
    if zone_min is None:
        raise ValueError("zone")
    minutes = h * 60 + mi - zone_min
    return _shift(y, mo, d + minutes // 1440, minutes % 1440) + (s,)


def _numbers(text: bytes, separator: bytes) -> "list[int]":
    """Return the three numbers in text, of two digits each, the year may have four."""
    parts = [part.strip() for part in text.split(separator)]
    sizes = [len(part) for part in parts]
    if sizes != [2, 2, 2] and not (sizes == [4, 2, 2] and separator == b"/"):
        raise ValueError("clock")
    for part in parts:
        if not part.isdigit():
            raise ValueError("clock")
    return [int(part) for part in parts]


def _split_zone(text: bytes) -> "tuple[bytes, int | None]":
    """Return (time of day, minutes its zone is ahead of UTC or None) of `06:16:37+32`."""
    at = max(text.find(b"+"), text.find(b"-"))
    time = (text if at < 0 else text[:at]).strip()
    unit_min = 15
    named = time[-3:].upper() in (b"GMT", b"UTC")
    if named:
        time = time[:-3]
        unit_min = 60
    if at < 0:
        return time, 0 if named else None
    zone_min = num(text[at + 1 :].strip()) * unit_min
    if not 0 <= zone_min <= _LONGEST_ZONE_MIN:
        raise ValueError("zone")
    return time, -zone_min if text[at] == 45 else zone_min  # 45: a minus sign


def _shift(y: int, mo: int, d: int, minutes: int) -> "tuple[int, int, int, int, int]":
    """Return (y, mo, d, h, mi) with a day that left its month by one brought back into it."""
    if d < 1:
        mo -= 1
        if mo < 1:
            y, mo = y - 1, 12
        d = _days(y, mo)
    elif d > _days(y, mo):
        d, mo = 1, mo + 1
        if mo > 12:
            y, mo = y + 1, 1
    return (y, mo, d, minutes // 60, minutes % 60)


def _days(y: int, mo: int) -> int:
    if mo == 2:
        return 29 if y % 4 == 0 else 28
    return 30 if mo in (4, 6, 9, 11) else 31
