"""The network's clock, as AT+CCLK? prints it (facts/protocol.md 2.3)."""

from m5310.fields import num


def parse_clock(text):
    """Return `17/01/09,14:53:12+01` as (year, ..., second) in UTC, the zone in quarter hours.

    Quotes are accepted, so is a missing zone. Raises ValueError.
    """
    text = text.strip()
    if text[:1] == b'"' and text[-1:] == b'"':
        text = text[1:-1]
    if len(text) < 17 or bytes([text[i] for i in (2, 5, 8, 11, 14)]) != b"//,::":
        raise ValueError("clock")
    y, mo, d, h, mi, s = [num(text[i : i + 2]) for i in (0, 3, 6, 9, 12, 15)]
    zone = num(text[18:]) if len(text) > 17 else 0
    if not (1 <= mo <= 12 and 1 <= d <= _days(y, mo) and h < 24 and mi < 60 and s < 61):
        raise ValueError("clock")
    if not 0 <= zone <= 96 or text[17:18] not in (b"", b"+", b"-"):
        raise ValueError("zone")
    minutes = h * 60 + mi + (zone if text[17:18] == b"-" else -zone) * 15
    return _shift(2000 + y, mo, d + minutes // 1440, minutes % 1440) + (s,)


def _shift(y, mo, d, minutes):
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


def _days(y, mo):
    if mo == 2:
        return 29 if y % 4 == 0 else 28
    return 30 if mo in (4, 6, 9, 11) else 31
