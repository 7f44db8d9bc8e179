"""Notification attributes: "pmin=15;pmax=60;lt=0.0;gt=50.0;st=2.0" (guide 3.5(5))."""

from micropython import const

from .observe import merge
from .values import parse as _value

_STRING = const(1)  # as in codes.py; a private const takes no heap
_INTEGER = const(3)
_FLOAT = const(4)
_MAX = const(128)
_CHANGED = const(204)
_BAD_REQUEST = const(400)


def lay(observations, oid, iid, rid, raw):
    """Lay the attributes in raw (bytes) over those of the path; return 204, 404, 405 or 400.

    400 keeps the old ones: raw does not parse, gt, lt or st above resource level (OMA TS 1.0
    5.1.2), or lt + 2 * st >= gt together with what was set before. Nothing in raw: 204.
    """
    code = observations._check(oid, iid, rid)
    if code:
        return code
    path = (oid, iid, rid)
    try:
        new = parse(raw)
        if rid == -1 and ("gt" in new or "lt" in new or "st" in new):
            return _BAD_REQUEST
        observations._attributes[path] = merge(observations._attributes.get(path, {}), new)
    except ValueError:
        return _BAD_REQUEST
    observations._rebuild(None)
    return _CHANGED


def parse(raw):
    """Return {key: number} of the bytes raw; None for a key without value, which unsets it.

    pmin and pmax are whole seconds, "15.0" is none; stp is the same as st. Zeros that firmware
    prints for what nobody set are left out. Raises ValueError for an unknown or doubled key, a
    negative period, an st that is not above 0, a broken number, more than 128 bytes.
    Source: OMA TS 1.0 5.1.2, 5.4.4.
    """
    if len(raw) > _MAX:
        raise ValueError
    found = {}
    texts = {}
    for part in str(raw, "utf-8").split(";"):
        key, _, number = part.partition("=")
        if not part.strip():
            continue
        key = key.strip()
        if key == "stp":
            key = "st"
        if key in found or key not in ("pmin", "pmax", "gt", "lt", "st"):
            raise ValueError
        texts[key] = number.strip()
        found[key] = _number(key, texts[key].encode())
    _leave_out(found, texts)
    if found.get("st") == 0:
        raise ValueError
    return found


def _leave_out(found, texts):
    """Remove the zeros of firmware that prints every attribute, set or not.

    M5312, M5313 and RDA's print gt, lt and st with six decimals, `0.000000` where not set. A set
    of zeros cannot be meant: an st of 0 is none, and lt + 2 * st < gt would not hold. Where some
    are set, a zero stays unless that rule forbids it; see docs/reference/mipl.md.
    """
    try:
        numbers = [found[key] for key in ("gt", "lt", "st")]
        decimals = [len(texts[key].partition(".")[2]) for key in ("gt", "lt", "st")]
    except KeyError:
        return
    if None in numbers or not (decimals == [6, 6, 6] or (0 not in decimals and not any(numbers))):
        return
    gt, lt, st = numbers
    for key in found.copy():
        unset = found[key] == 0 and (key not in ("gt", "lt") or not lt + 2 * st < gt)
        if unset:
            del found[key]


def _number(key, raw):
    if not raw:
        return None
    period = key[0] == "p"
    value = _value(_INTEGER if period else _FLOAT, _STRING, raw)
    if (period and value >> 32) or (key == "st" and value < 0):  # a period is 0..2^32-1
        raise ValueError
    return value
