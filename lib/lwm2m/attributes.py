"""Notification attributes: "pmin=15;pmax=60;lt=0.0;gt=50.0;st=2.0" (guide 3.5(5))."""

from micropython import const

from .values import parse as _value

_STRING = const(1)  # as in codes.py; a private const takes no heap
_INTEGER = const(3)
_FLOAT = const(4)
_MAX = const(128)


def parse(raw):
    """Return {key: number} of the bytes raw; None for a key without value, which unsets it.

    pmin and pmax are whole seconds, "15.0" is none; stp is the same as st. Raises ValueError for
    an unknown or doubled key, a negative period, an st that is not above 0, a broken number,
    more than 128 bytes. Source: OMA TS 1.0 5.1.2, 5.4.4.
    """
    if len(raw) > _MAX:
        raise ValueError
    found = {}
    for part in str(raw, "utf-8").split(";"):
        key, _, number = part.partition("=")
        if not part.strip():
            continue
        key = key.strip()
        if key == "stp":
            key = "st"
        if key in found or key not in ("pmin", "pmax", "gt", "lt", "st"):
            raise ValueError
        found[key] = _number(key, number.strip().encode())
    return found


def merge(old, new):
    """Return old with new laid over it. Raises ValueError unless lt + 2 * st < gt (OMA TS 1.1)."""
    merged = dict(old)
    merged.update(new)
    for key in new:
        if new[key] is None:
            del merged[key]
    if "gt" in merged and "lt" in merged:
        if not merged["lt"] + 2 * merged.get("st", 0) < merged["gt"]:
            raise ValueError
    return merged


def _number(key, raw):
    if not raw:
        return None
    period = key[0] == "p"
    value = _value(_INTEGER if period else _FLOAT, _STRING, raw)
    if (period and value >> 32) or (key == "st" and value <= 0):  # a period is 0..2^32-1
        raise ValueError
    return value
