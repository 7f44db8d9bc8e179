"""What outlives a sleep of the board: observations, and what was counted and measured.

A dict that JSON takes: `o` observed paths and their msgids, `a` attributes, `l` the values sent
last with their age in seconds, `v` what was counted and measured since power on.
"""

from micropython import const

from .observe import Observations
from .registry import Registry
from .values import READINGS

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any

    from .observe import Item, Path

_SINCE_POWER_ON = (5601, 5602, 5501)


def state(observations: Observations) -> "dict[str, Any]":
    """Return what is to be kept."""
    observations.next_ms()  # brings the ages up to date
    lasts = []
    for watch in observations.watches:
        if watch.last is not None:
            lasts.append(list(watch.path) + [watch.last, watch.age_s])
    values = []
    for instance in observations.registry:
        for rid in _SINCE_POWER_ON:
            value = instance.values.get(rid)
            if value is not None:
                values.append([instance.oid, instance.iid, rid, value])
    return {
        "o": _rows(observations.observed),
        "a": _rows(observations.attributes),
        "l": lasts,
        "v": values,
    }


def values(registry: Registry, kept: "dict[str, Any]") -> None:
    """Give the instances of registry what they had counted and measured."""
    for oid, iid, rid, value in kept.get("v", ()):
        instance = registry.instance(oid, iid)
        if instance and registry.operations(oid, rid):
            instance.put(rid, value)


def restore(observations: Observations, kept: "dict[str, Any]", slept_s: int) -> None:
    """Observe as before; slept_s: seconds since state(). The readings are due again at once."""
    for oid, iid, rid, rules in kept.get("a", ()):
        observations.attributes[oid, iid, rid] = rules
    for oid, iid, rid, msgid in kept.get("o", ()):
        observations.observed[oid, iid, rid] = msgid
    observations.rebuild()
    for oid, iid, rid, last, age_s in kept.get("l", ()):
        for watch in observations.watches:
            if watch.path == (oid, iid, rid) and rid not in READINGS:
                watch.resume(last, age_s + slept_s)


def due(observations: Observations) -> "list[Item]":
    """Return everything that is due, the readings last, and note it as sent."""
    found: "list[Item]" = []
    while True:
        item = observations.due()
        if item is None:
            break
        observations.sent(item)
        found.insert(len(found) if item[3] in READINGS else 0, item)
    return found


def again(observations: Observations, item: "Item") -> None:
    """Note that item, of due(), was not sent after all."""
    observations.repeat(item)


def renew(observations: Observations) -> None:
    """Have every reading sent once more, whether it has changed or not."""
    observations.renew(READINGS)


def _rows(table: "dict[Path, Any]") -> list[list]:
    """Return {path: value} as [[oid, iid, rid, value], ...]."""
    return [list(path) + [table[path]] for path in table]
