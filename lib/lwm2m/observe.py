"""Observations and the notification rules, evaluated resource by resource (facts/platform.md 4.3).

The module does not filter, so the node decides what is sent and when. Attributes are inherited key
by key, object to instance to resource (OMA TS 1.0 5.1.1). An event inside pmin is latched and the
latest value goes out when pmin is over, even if it has come back meanwhile; gt and lt fire on
crossing in either direction, landing exactly on the threshold being "not beyond". A notification
carries the value of its moment, and the rules look at that one to the second; a value that counts
seconds, and has no rules, is told as often as its instance puts it: once a minute.
"""

from micropython import const

_INTEGER = const(3)  # as in codes.py; a private const takes no heap
_FLOAT = const(4)
_READ = const(1)
_CONTENT = const(205)
_BAD_REQUEST = const(400)
_NOT_FOUND = const(404)
_NOT_ALLOWED = const(405)

_HOUR = const(3600)  # s: the longest nap, so that ages never span a wrap of the ticks
_RETRY_MAX = const(6)  # a failed transmission waits 2, 4 ... 64 s

# A watch is one observed resource. It is a list, as an object would take twice the heap; of eight,
# as a ninth would take a block more.
_INSTANCE = const(0)
_INDEX = const(1)  # which of its resources
_MSGID = const(2)
_RULES = const(3)  # {key: number}, its own and the inherited ones
_LAST = const(4)  # the value sent last; None: nothing was, the first value goes out at once
_STATE = const(5)  # the age at which the next try may start * 16 + _LATCHED + failed tries
_AGE = const(6)  # whole seconds since the last was sent, up to the tick in _MARK
_MARK = const(7)

_TRIES = const(7)
_LATCHED = const(8)  # an event waits to be told


class Observations:
    """Who is told what and when. Times in the attributes are seconds, ticks are ms."""

    def __init__(self, registry, clock, pmin=1, limit=32):
        """registry: a complete one; clock: ticks; pmin: s between notifications of a resource
        that has no pmin of its own (0 = none); limit: observations held at once."""
        self.registry = registry
        self.clock = clock
        self.pmin = pmin
        self.limit = limit
        self._observed = {}  # path: msgid
        self._attributes = {}  # path: {key: number}; registry bounds it
        self._watches = [None] * sum([len(each.resources) for each in registry])  # type: list
        del self._watches[:]  # its place stays: later there may be no piece of that size
        self._turn = 0  # where the next search starts: no resource starves another
        self._seen = None  # registry.version() of the last look, None = look again
        self._wake = None
        self._ready = None

    def observe(self, oid, iid, rid, msgid):
        """Start an observation or renew it with another msgid; return 205, 404, 405, 400 if full.

        Every readable resource below the path is notified once soon, with this msgid unless a
        deeper observation covers it; one without a value yet when it gets its first.
        """
        code = self._check(oid, iid, rid)
        if code:
            return code
        path = (oid, iid, rid)
        if path not in self._observed and len(self._observed) >= self.limit:
            return _BAD_REQUEST
        self._observed[path] = msgid
        self._rebuild(path)
        return _CONTENT

    def cancel(self, oid, iid, rid):
        """End the observation of exactly this path; return 205, or 404 if there is none.

        Attributes stay (OMA TS 1.0 5.1.1: they belong to the path, not to the observation).
        """
        if self._observed.pop((oid, iid, rid), None) is None:
            return _NOT_FOUND
        self._rebuild(None)
        return _CONTENT

    def drop(self, msgid):
        """End the observations under msgid: the module knows of none."""
        for path in list(self._observed):
            if self._observed[path] == msgid:
                del self._observed[path]
        self._rebuild(None)

    def set_attributes(self, oid, iid, rid, raw):
        """Lay the attributes in raw (bytes) over those of the path; return 204, 404, 405 or 400.

        See attributes.lay.
        """
        from .attributes import lay

        return lay(self, oid, iid, rid, raw)

    def clear(self, attributes_too=False):
        """Forget all observations: the registration ended. Attributes stay unless attributes_too.

        They bind the path (OMA TS 1.0 5.1.1), and a platform observes anew without writing them.
        """
        self._observed.clear()
        if attributes_too:
            self._attributes.clear()
        self._rebuild(None)

    def due(self):
        """Return (msgid, oid, iid, rid, type, value) to notify now, None if nothing is due.

        Hand the tuple to sent() or failed() afterwards. Events are noticed here and in next_ms():
        call one of them after every sample.
        """
        self._look()
        w = self._ready
        if w is None:
            return None
        self._turn = self._watches.index(w) + 1
        self._seen = None
        instance = w[_INSTANCE]
        rid, kind, _ = instance.resources[w[_INDEX]]
        return w[_MSGID], instance.oid, instance.iid, rid, kind, instance.get(rid, True)

    def sent(self, item):
        """Note that item, from due(), was transmitted: timers restart, its value was the last."""
        w = self._find(item)
        if w:
            w[_LAST:] = [item[5], 0, 0, self.clock.ticks_ms()]
            self._seen = None

    def failed(self, item):
        """Note that item was not transmitted: it stays due, after 2, 4 ... 64 s."""
        w = self._find(item)
        if w:
            self._judge(w, self.clock.ticks_ms())
            tries = min((w[_STATE] & _TRIES) + 1, _RETRY_MAX)
            w[_STATE] = (w[_AGE] + (1 << tries)) << 4 | w[_STATE] & _LATCHED | tries
            self._seen = None

    def watched(self, oid, iid, rid):
        """Return (msgid, type) under which a resource is observed, (None, None) if it is not."""
        for w in self._watches:
            if _path(w) == (oid, iid, rid):
                return w[_MSGID], w[_INSTANCE].resources[w[_INDEX]][1]
        return None, None

    def next_ms(self):
        """Return ms until due() may have something though no value changes; None: nothing watched.

        At most an hour: look again then, so that no tick wrap goes unseen.
        """
        if not self._watches:
            return None
        self._look()
        return max(0, self.clock.ticks_diff(self._wake, self.clock.ticks_ms()))

    def _check(self, oid, iid, rid):
        code = self.registry.check(oid, iid, rid)
        if not code and rid != -1 and not self.registry.operations(oid, rid) & _READ:
            code = _NOT_ALLOWED
        return code

    def _find(self, item):
        # None if the observation ended or was renewed while item was on its way.
        for w in self._watches:
            if w[_MSGID] == item[0] and _path(w) == item[1:4]:
                return w
        return None

    def _rebuild(self, fresh):
        # Put the watches right, keeping what is known of each; those of path fresh start over.
        # In place, and only the new ones are made: heap is scarce, and pieces of it are small.
        now = self.clock.ticks_ms()
        kept = [{}]  # each once: most resources have the rules of their neighbours
        watches = self._watches
        count = 0  # so many at the beginning are right
        for instance in self.registry:
            for index in range(len(instance.resources)):
                rid, _, ops = instance.resources[index]
                covering, rules = self._inherited(instance.oid, instance.iid, rid)
                if covering is None or not ops & _READ:
                    continue
                w = None  # type: list
                for i in range(count, len(watches)):
                    if watches[i][_INSTANCE] is instance and watches[i][_INDEX] == index:
                        w = watches[i]
                        del watches[count:i]  # both are in the order of the registry
                        break
                if w is None:
                    w = [instance, index, 0, rules, None, _LATCHED, 0, now]
                elif covering == fresh:
                    w[_LAST:] = [None, _LATCHED, 0, now]
                w[_MSGID] = self._observed[covering]
                if rules not in kept:
                    kept.append(rules)
                w[_RULES] = kept[kept.index(rules)]
                if count == len(watches) or watches[count] is not w:
                    watches.insert(count, w)
                count += 1
        del watches[count:]
        self._ready = self._seen = None

    def _inherited(self, oid, iid, rid):
        # Return the deepest observed path over a resource or None, and the rules it goes by.
        covering = None
        rules = {}
        for path in ((oid, -1, -1), (oid, iid, -1), (oid, iid, rid)):
            if path in self._observed:
                covering = path
            if path in self._attributes:
                own = self._attributes[path]
                rules = merge(rules, own) if rules else own
        return covering, rules

    def _look(self):
        # Judge every watch, unless no value has changed and no timer has run out since.
        clock = self.clock
        now = clock.ticks_ms()
        version = self.registry.version()
        if version == self._seen and clock.ticks_diff(self._wake, now) > 0:
            return
        self._ready = None
        soonest = _HOUR * 1000
        count = len(self._watches)
        for i in range(count):
            w = self._watches[(self._turn + i) % count]
            wait = self._judge(w, now)
            if wait < soonest:
                soonest = wait
                if wait == 0:
                    self._ready = w
        self._seen = version
        self._wake = clock.ticks_add(now, soonest)

    def _judge(self, w, now):
        # Latch what the value of w calls for; return ms until it goes out, 0 = now.
        late = self.clock.ticks_diff(now, w[_MARK])
        w[_AGE] += late // 1000
        late %= 1000
        w[_MARK] = self.clock.ticks_add(now, -late)
        instance = w[_INSTANCE]
        rid, kind, _ = instance.resources[w[_INDEX]]
        value = instance.get(rid, True)
        if value is None:
            return _HOUR * 1000
        counts = instance.counts_s(rid)
        pmin = w[_RULES].get("pmin", self.pmin)
        pmax = w[_RULES].get("pmax")
        first = w[_LAST] is None
        if not first and not w[_STATE] & _LATCHED and _is_event(w, kind, value, counts):
            w[_STATE] |= _LATCHED
        wait = _HOUR * 1000
        until = None
        if first:
            until = 0
        elif w[_STATE] & _LATCHED:
            until = pmin
        elif pmax and pmax >= pmin:  # a pmax of 0 or below pmin is ignored
            until = pmax
        if until is not None:
            left = max(until, w[_STATE] >> 4) - w[_AGE]
            wait = min(left, _HOUR) * 1000 - late if left > 0 else 0
        if counts and wait and not first and not w[_STATE] & _LATCHED:
            wait = min(wait, _until_event(w, value))
        return wait


def _path(w):
    instance = w[_INSTANCE]
    return instance.oid, instance.iid, instance.resources[w[_INDEX]][0]


def _until_event(w, value):
    """Return ms until value, which grows by one each second, meets a rule; an hour at most."""
    rules = w[_RULES]
    steps = []
    if "gt" in rules:
        steps.append(rules["gt"] + 1 - value)
    if "lt" in rules:
        steps.append(rules["lt"] - value)
    if "st" in rules:
        steps.append(w[_LAST] + rules["st"] - value)
    soonest = _HOUR
    for step in steps:
        if 0 < step < soonest:
            soonest = step
    return max(1, int(soonest)) * 1000


def _is_event(w, kind, value, counts):
    last = w[_LAST]
    rules = w[_RULES]
    gt = rules.get("gt")
    lt = rules.get("lt")
    st = rules.get("st")
    if kind not in (_INTEGER, _FLOAT) or (gt is None and lt is None and st is None):
        if counts:  # not for each second: for each value that was put, or if it began anew
            return value < last or w[_INSTANCE].get(w[_INSTANCE].resources[w[_INDEX]][0]) > last
        return value != last
    return (
        (st is not None and abs(value - last) >= st)
        or (gt is not None and (value > gt) != (last > gt))
        or (lt is not None and (value < lt) != (last < lt))
    )


def merge(old, new):
    """Return attributes with new ones laid over.

    Raises ValueError unless lt + 2 * st < gt (OMA TS 1.1).
    """
    merged = dict(old)
    merged.update(new)
    for key in new:
        if new[key] is None:
            del merged[key]
    if "gt" in merged and "lt" in merged:
        if not merged["lt"] + 2 * merged.get("st", 0) < merged["gt"]:
            raise ValueError
    return merged
