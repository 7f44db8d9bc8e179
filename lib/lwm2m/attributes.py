"""Notification attributes: "pmin=15;pmax=60;lt=0.0;gt=50.0;st=2.0" (guide 3.5(5))."""

from .codes import FLOAT, INTEGER, STRING
from .values import parse as _value

_MAX = 128


def parse(raw):
    """Return {key: number} of the bytes raw; None for a key without value, which unsets it.

    pmin and pmax are whole seconds, "15.0" is none; stp is the same as st. Raises ValueError for
    an unknown or doubled key, a negative period, an st that is not above 0, a broken number,
    more than 128 bytes. Source: OMA TS 1.0 5.1.2, 5.4.4.
    """
    if len(raw) > _MAX:
        raise ValueError("attributes too long")
    found = {}
    for part in bytes(raw).split(b";"):
        name, _, number = part.strip().partition(b"=")
        if not part.strip():
            continue
        key = str(name.strip(), "utf-8")
        if key == "stp":
            key = "st"
        if key in found or key not in ("pmin", "pmax", "gt", "lt", "st"):
            raise ValueError("attribute unknown or doubled")
        found[key] = _number(key, number.strip())
    return found


def merge(old, new):
    """Return old with new laid over it. Raises ValueError unless lt + 2 * st < gt (OMA TS 1.1)."""
    merged = dict(old)
    for key in new:
        if new[key] is None:
            merged.pop(key, None)
        else:
            merged[key] = new[key]
    if "gt" in merged and "lt" in merged:
        if not merged["lt"] + 2 * merged.get("st", 0) < merged["gt"]:
            raise ValueError("lt + 2 * st must be below gt")
    return merged


def _number(key, raw):
    if not raw:
        return None
    if key[0] == "p":
        value = _value(INTEGER, STRING, raw)
        if not 0 <= value < 1 << 32:
            raise ValueError("period out of range")
        return value
    value = _value(FLOAT, STRING, raw)
    if key == "st" and value <= 0:
        raise ValueError("st must be above 0")
    return value
