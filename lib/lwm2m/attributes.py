"""Notification attributes, "pmin=15;pmax=60;lt=0.0;gt=50.0;st=2.0", and the rules they make.

guide 3.5(5), OMA TS 1.0 5.1.2. An event inside pmin is latched, and the latest value goes out when
pmin is over, even if it has come back meanwhile; gt and lt fire on crossing in either direction,
landing exactly on the threshold being "not beyond". A value that counts seconds and has no rules
is notified as often as its instance puts it: once a minute.
"""

from micropython import const

from .registry import Instance
from .values import FLOAT, INTEGER, STRING
from .values import parse as _value

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any

    from .observe import Observations

_LONGEST = const(128)
_HOUR_S = const(3600)  # the longest wait, so that ages never span a wrap of the ticks
_TRIES_MAX = const(6)  # a failed notification waits 2, 4 ... 64 s


def lay(observations: "Observations", oid: int, iid: int, rid: int, raw: bytes) -> int:
    """Set attributes of a path, as Observations.set_attributes."""
    return observations.set_attributes(oid, iid, rid, raw)


def parse(raw: bytes) -> "dict[str, Any]":
    """Return {key: number} of the bytes raw; None for a key without value, which unsets it.

    pmin and pmax are whole seconds, "15.0" is refused; stp is the same as st. Zeros that firmware
    prints for what nobody set are left out. Raises ValueError for an unknown or doubled key, a
    negative period, an st that is not above 0, a malformed number, more than 128 bytes.
    Source: OMA TS 1.0 5.1.2, 5.4.4.
    """
    if len(raw) > _LONGEST:
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


def merge(old: "dict[str, Any]", new: "dict[str, Any]") -> "dict[str, Any]":
    """Return attributes with new ones laid over; None removes a key.

    Raises ValueError unless lt + 2 * st < gt (OMA TS 1.1).
    """
    merged = dict(old)
    merged.update(new)
    for key, number in new.items():
        if number is None:
            del merged[key]
    if "gt" in merged and "lt" in merged:
        if not merged["lt"] + 2 * merged.get("st", 0) < merged["gt"]:
            raise ValueError
    return merged


def _leave_out(found: "dict[str, Any]", texts: dict[str, str]) -> None:
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


def _number(key: str, raw: bytes) -> "int | float | None":
    if not raw:
        return None
    period = key[0] == "p"
    value = _value(INTEGER if period else FLOAT, STRING, raw)
    if (period and value >> 32) or (key == "st" and value < 0):  # a period is 0..2^32-1
        raise ValueError
    return value


class Watch:
    """One observed resource: its rules, and what is known since its last notification.

    msgid: of the observation; rules: {key: number}, its own attributes and the inherited ones;
    last: the value sent last, None = none was, so the first value goes out at once; latched: an
    event waits to be notified; age_s: whole seconds since the last notification.
    """

    def __init__(self, instance: Instance, rid: int, kind: int, clock: "Any") -> None:
        self.instance = instance
        self.rid = rid
        self.kind = kind
        self.msgid = 0
        self.rules: "dict[str, Any]" = {}
        self._clock = clock
        self.reset()

    @property
    def path(self) -> tuple[int, int, int]:
        """(oid, iid, rid)."""
        return self.instance.oid, self.instance.iid, self.rid

    def reset(self) -> None:
        """Start over: the next value goes out at once."""
        self.sent(None)
        self.latched = True

    def sent(self, value: "Any") -> None:
        """Note that value was notified now."""
        self.resume(value, 0)
        self._mark = self._clock.ticks_ms()  # age_s is that of this tick

    def resume(self, value: "Any", age_s: int) -> None:
        """Go on from a notification of value age_s ago."""
        self.last: "Any" = value
        self.latched = False
        self.age_s = age_s
        self._tries = 0  # failed ones
        self._retry_s = 0  # the age at which the next may start

    def failed(self, pmin_s: int) -> None:
        """Note that a notification failed: it is repeated after 2, 4 ... 64 s."""
        self.wait_ms(pmin_s)
        self._tries = min(self._tries + 1, _TRIES_MAX)
        self._retry_s = self.age_s + (1 << self._tries)

    def wait_ms(self, pmin_s: int) -> int:
        """Latch what the value calls for; return ms until it is due, 0 = now, an hour at most.

        pmin_s: where the rules have no pmin.
        """
        clock = self._clock
        now = clock.ticks_ms()
        rest_ms = clock.ticks_diff(now, self._mark)
        self.age_s += rest_ms // 1000
        rest_ms %= 1000
        self._mark = clock.ticks_add(now, -rest_ms)
        value = self.instance.get(self.rid, True)
        if value is None:
            return _HOUR_S * 1000
        counts = self.instance.counts_s(self.rid)
        pmin = self.rules.get("pmin", pmin_s)
        pmax = self.rules.get("pmax")
        first = self.last is None
        if not first and not self.latched:
            self.latched = self._is_event(value, counts)
        until_s = None
        if first:
            until_s = 0
        elif self.latched:
            until_s = pmin
        elif pmax and pmax >= pmin:  # a pmax of 0 or below pmin is ignored
            until_s = pmax
        wait_ms = _HOUR_S * 1000
        if until_s is not None:
            left_s = max(until_s, self._retry_s) - self.age_s
            wait_ms = min(left_s, _HOUR_S) * 1000 - rest_ms if left_s > 0 else 0
        if counts and wait_ms and not first and not self.latched:
            wait_ms = min(wait_ms, self._until_event_ms(value))
        return wait_ms

    def _until_event_ms(self, value: int) -> int:
        """Return ms until value, which grows by 1 each second, meets a rule; an hour at most."""
        rules = self.rules
        steps = []
        if "gt" in rules:
            steps.append(rules["gt"] + 1 - value)
        if "lt" in rules:
            steps.append(rules["lt"] - value)
        if "st" in rules:
            steps.append(self.last + rules["st"] - value)
        soonest = _HOUR_S
        for step in steps:
            if 0 < step < soonest:
                soonest = step
        return max(1, int(soonest)) * 1000

    def _is_event(self, value: "Any", counts: bool) -> bool:
        """Return True if value is an event by the rules, compared to the last one sent."""
        last = self.last
        gt = self.rules.get("gt")
        lt = self.rules.get("lt")
        st = self.rules.get("st")
        if self.kind not in (INTEGER, FLOAT) or (gt is None and lt is None and st is None):
            if counts:  # not at each second: at each value that was put, or when it began anew
                return value < last or self.instance.get(self.rid) > last
            return value != last
        return (
            (st is not None and abs(value - last) >= st)
            or (gt is not None and (value > gt) != (last > gt))
            or (lt is not None and (value < lt) != (last < lt))
        )
