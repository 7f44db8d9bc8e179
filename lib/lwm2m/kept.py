"""What a node remembers of its observations while it sleeps.

A dict that JSON takes: `o` observed paths and their msgids, `a` attributes, `l` the values sent
last with their age in seconds, `v` what was counted and measured since power on.
"""

_INSTANCE = 0  # as in observe.py
_INDEX = 1
_LAST = 4
_STATE = 5
_AGE = 6
_SINCE_POWER_ON = (5601, 5602, 5501)
_READINGS = (5700, 5500)


def state(observations):
    """Return what is to be remembered."""
    observations.next_ms()  # brings the ages up to date
    lasts = []
    for w in observations._watches:
        if w[_LAST] is not None:
            lasts.append([w[_INSTANCE].oid, w[_INSTANCE].iid, _rid(w), w[_LAST], w[_AGE]])
    values = []
    for instance in observations.registry:
        for rid in _SINCE_POWER_ON:
            value = instance.values.get(rid)
            if value is not None:
                values.append([instance.oid, instance.iid, rid, value])
    return {
        "o": [list(path) + [observations._observed[path]] for path in observations._observed],
        "a": [list(path) + [observations._attributes[path]] for path in observations._attributes],
        "l": lasts,
        "v": values,
    }


def values(registry, kept):
    """Give the instances of registry what they had counted and measured."""
    for oid, iid, rid, value in kept.get("v", ()):
        instance = registry.instance(oid, iid)
        if instance and registry.operations(oid, rid):
            instance.put(rid, value)


def restore(observations, kept, slept):
    """Observe as before; slept: seconds since state(). The readings are due again at once."""
    for oid, iid, rid, rules in kept.get("a", ()):
        observations._attributes[oid, iid, rid] = rules
    for oid, iid, rid, msgid in kept.get("o", ()):
        observations._observed[oid, iid, rid] = msgid
    observations._rebuild(None)
    for oid, iid, rid, last, age in kept.get("l", ()):
        for w in observations._watches:
            if (w[_INSTANCE].oid, w[_INSTANCE].iid, _rid(w)) == (oid, iid, rid):
                if rid not in _READINGS:
                    w[_LAST] = last
                    w[_STATE] = 0
                    w[_AGE] = age + slept


def due(observations):
    """Return everything that is due, the readings last, and note it as sent."""
    found = []
    while True:
        item = observations.due()
        if item is None:
            break
        observations.sent(item)
        found.insert(len(found) if item[3] in _READINGS else 0, item)
    return found


def again(observations, item):
    """Note that item, of due(), was not sent after all."""
    w = observations._find(item)
    if w:
        w[_LAST] = None
        observations._seen = None


def renew(observations):
    """Have every reading sent once more, whether it has changed or not."""
    for w in observations._watches:
        if _rid(w) in _READINGS:
            w[_LAST] = None
    observations._seen = None


def _rid(w):
    return w[_INSTANCE].resources[w[_INDEX]][0]
