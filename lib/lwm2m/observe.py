"""Observations and the notification rules, evaluated resource by resource (facts/platform.md 4.3).

The module does not filter, so the node decides what is sent and when. Attributes are inherited key
by key, object to instance to resource (OMA TS 1.0 5.1.1). An event inside pmin is latched and the
latest value goes out when pmin is over, even if it has come back meanwhile; gt and lt fire on
crossing in either direction, landing exactly on the threshold being "not beyond".
"""

from micropython import const

from .attributes import merge, parse
from .codes import BAD_REQUEST, CHANGED, CONTENT, FLOAT, INTEGER, NOT_ALLOWED, NOT_FOUND, READ

_HOUR = const(3600)  # s: the longest nap, so that ages never span a wrap of the ticks
_RETRY_MAX = const(6)  # a failed transmission waits 2, 4 ... 64 s
_NO_RULES = {}


class _Watch:
    """One observed resource: what was sent last, how long ago, and what waits to be sent."""

    def __init__(self, instance, rid, kind, now):
        self.instance = instance
        self.rid = rid
        self.kind = kind
        self.restart(None, now)

    def restart(self, value, now):
        """Note that value was sent at now; None: nothing was, the first value goes out at once."""
        self.last = value
        self.pending = value is None
        self.age = 0  # whole seconds since then, up to mark
        self.mark = now
        self.tries = self.retry = 0  # failed transmissions; the age of the next


class Observations:
    """Who is told what and when. Times in the attributes are seconds, ticks are ms."""

    def __init__(self, reg, clock, pmin=1, limit=32):
        """reg: Registry, complete; clock: ticks; pmin: s between notifications of a resource that
        has no pmin of its own (0 = none); limit: observations held at once."""
        self._reg = reg
        self._clock = clock
        self._pmin = pmin
        self._limit = limit
        self._observed = {}  # path: msgid
        self._attributes = {}  # path: {key: number}; reg bounds it
        self._watches = []
        self._turn = 0  # where the next search starts: no resource starves another
        self._seen = None  # reg.version() of the last look, None = look again
        self._wake = 0
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
        if path not in self._observed and len(self._observed) >= self._limit:
            return BAD_REQUEST
        self._observed[path] = msgid
        self._rebuild(path)
        return CONTENT

    def cancel(self, oid, iid, rid):
        """End the observation of exactly this path; return 205, or 404 if there is none.

        Attributes stay (OMA TS 1.0 5.1.1: they belong to the path, not to the observation).
        """
        if self._observed.pop((oid, iid, rid), None) is None:
            return NOT_FOUND
        self._rebuild(None)
        return CONTENT

    def set_attributes(self, oid, iid, rid, raw):
        """Lay the attributes in raw (bytes) over those of the path; return 204, 404, 405 or 400.

        400 keeps the old ones: raw does not parse, gt, lt or st above resource level (OMA TS 1.0
        5.1.2), or lt + 2 * st >= gt together with what was set before. Nothing in raw: 204.
        """
        code = self._check(oid, iid, rid)
        if code:
            return code
        path = (oid, iid, rid)
        try:
            new = parse(raw)
            if rid == -1 and ("gt" in new or "lt" in new or "st" in new):
                return BAD_REQUEST
            self._attributes[path] = merge(self._attributes.get(path, _NO_RULES), new)
        except ValueError:
            return BAD_REQUEST
        self._rebuild(None)
        return CHANGED

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
        instance = w.instance
        return w.msgid, instance.oid, instance.iid, w.rid, w.kind, instance.get(w.rid)

    def sent(self, item):
        """Note that item, from due(), was transmitted: timers restart, its value was the last."""
        w = self._find(item)
        if w:
            w.restart(item[5], self._clock.ticks_ms())
            self._seen = None

    def failed(self, item):
        """Note that item was not transmitted: it stays due, after 2, 4 ... 64 s."""
        w = self._find(item)
        if w:
            self._judge(w, self._clock.ticks_ms())
            w.tries = min(w.tries + 1, _RETRY_MAX)
            w.retry = w.age + (1 << w.tries)
            self._seen = None

    def next_ms(self):
        """Return ms until due() may have something though no value changes; None: nothing watched.

        At most an hour: look again then, so that no tick wrap goes unseen.
        """
        if not self._watches:
            return None
        self._look()
        return max(0, self._clock.ticks_diff(self._wake, self._clock.ticks_ms()))

    def _check(self, oid, iid, rid):
        code = self._reg.check(oid, iid, rid)
        if not code and rid != -1 and not self._reg.operations(oid, rid) & READ:
            code = NOT_ALLOWED
        return code

    def _find(self, item):
        # None if the observation ended or was renewed while item was on its way.
        for w in self._watches:
            if (w.msgid, w.instance.oid, w.instance.iid, w.rid) == item[:4]:
                return w
        return None

    def _rebuild(self, fresh):
        # Make the watches anew, keeping what is known of each; those of path fresh start over.
        now = self._clock.ticks_ms()
        old = {(w.instance.oid, w.instance.iid, w.rid): w for w in self._watches}
        watches = []
        for instance in self._reg:
            oid, iid = instance.oid, instance.iid
            for rid, kind, ops in instance.resources:
                path = self._covering(oid, iid, rid)
                if path is None or not ops & READ:
                    continue
                w = old.get((oid, iid, rid)) or _Watch(instance, rid, kind, now)
                if path == fresh:
                    w.restart(None, now)
                w.msgid = self._observed[path]
                w.rules = self._merged(oid, iid, rid)
                watches.append(w)
        self._watches = watches
        self._ready = None
        self._seen = None

    def _covering(self, oid, iid, rid):
        for path in ((oid, iid, rid), (oid, iid, -1), (oid, -1, -1)):
            if path in self._observed:
                return path
        return None

    def _merged(self, oid, iid, rid):
        rules = _NO_RULES
        for path in ((oid, -1, -1), (oid, iid, -1), (oid, iid, rid)):
            found = self._attributes.get(path)
            if found:
                rules = dict(rules)
                rules.update(found)
        return rules

    def _look(self):
        # Judge every watch, unless no value has changed and no timer has run out since.
        clock = self._clock
        now = clock.ticks_ms()
        version = self._reg.version()
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
        late = self._clock.ticks_diff(now, w.mark)
        w.age += late // 1000
        late %= 1000
        w.mark = self._clock.ticks_add(now, -late)
        value = w.instance.get(w.rid)
        if value is None:
            return _HOUR * 1000
        pmin = w.rules.get("pmin", self._pmin)
        pmax = w.rules.get("pmax", 0)
        if not w.pending:
            w.pending = _is_event(w, value)
        if w.last is None:
            until = 0
        elif w.pending:
            until = pmin
        elif pmax and pmax >= pmin:  # a pmax of 0 or below pmin is ignored
            until = pmax
        else:
            return _HOUR * 1000
        left = max(until, w.retry) - w.age
        return min(left, _HOUR) * 1000 - late if left > 0 else 0


def _is_event(w, value):
    last = w.last
    rules = w.rules
    gt = rules.get("gt")
    lt = rules.get("lt")
    st = rules.get("st")
    if w.kind not in (INTEGER, FLOAT) or (gt is None and lt is None and st is None):
        return value != last
    return (
        (st is not None and abs(value - last) >= st)
        or (gt is not None and (value > gt) != (last > gt))
        or (lt is not None and (value < lt) != (last < lt))
    )
