"""Observations: which resources the platform observes, and what is due to be notified.

The module does not filter, so the node decides what is sent and when, resource by resource
(facts/platform.md 4.3); the rules are in attributes.py. Attributes are inherited key by key,
object to instance to resource (OMA TS 1.0 5.1.1). A notification carries the value of its moment.
"""

from micropython import const

from .attributes import Watch, merge, parse
from .registry import Instance, Registry
from .values import BAD_REQUEST, CHANGED, CONTENT, NOT_ALLOWED, NOT_FOUND, READ

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any

    Path = tuple[int, int, int]
    Item = tuple[int, int, int, int, int, Any]  # msgid, oid, iid, rid, type, value

_HOUR_MS = const(3600000)  # the longest wait, so that no wrap of the ticks goes unseen


class Observations:
    """Who is notified of what, and when.

    A path is (oid, iid, rid), -1 = all. `observed` is {path: msgid}, `attributes` {path: {key:
    number}} and `watches` a Watch of each resource below an observed path, in the registry's
    order; after a change of the first two call rebuild().
    """

    def __init__(self, registry: Registry, clock: "Any", pmin: int = 1, limit: int = 32) -> None:
        """registry: a complete one; clock: ticks; pmin: s between notifications of a resource
        that has no pmin of its own (0 = none); limit: observations held at once."""
        self.registry = registry
        self.clock = clock
        self.pmin = pmin
        self.limit = limit
        self.changed = registry.changed  # set whenever due() may have something new
        self.observed: "dict[Path, int]" = {}
        self.attributes: "dict[Path, dict[str, Any]]" = {}  # of paths that exist
        self.watches: list[Watch] = []
        self._turn = 0  # where the next search starts: no resource starves another
        self._seen: "int | None" = None  # registry.version() of the last look, None = look again
        self._wake: "Any" = 0
        self._ready: "Watch | None" = None

    def observe(self, oid: int, iid: int, rid: int, msgid: int) -> int:
        """Start an observation, or renew it with another msgid; return 205, 404, 405, 400 if full.

        Every readable resource below the path is notified once soon, with this msgid unless a
        deeper observation covers it; one without a value when it gets its first.
        """
        code = self._check(oid, iid, rid)
        if code:
            return code
        path = (oid, iid, rid)
        if path not in self.observed and len(self.observed) >= self.limit:
            return BAD_REQUEST
        self.observed[path] = msgid
        self.rebuild(path)
        return CONTENT

    def cancel(self, oid: int, iid: int, rid: int) -> int:
        """End the observation of exactly this path; return 205, or 404 if there is none.

        Attributes stay (OMA TS 1.0 5.1.1: they belong to the path, not to the observation).
        """
        if self.observed.pop((oid, iid, rid), None) is None:
            return NOT_FOUND
        self.rebuild()
        return CONTENT

    def drop(self, msgid: int) -> None:
        """End the observations under msgid: the module knows none."""
        for path in list(self.observed):
            if self.observed[path] == msgid:
                del self.observed[path]
        self.rebuild()

    def set_attributes(self, oid: int, iid: int, rid: int, raw: bytes) -> int:
        """Lay the attributes in raw over those of the path; return 204, 404, 405 or 400.

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
            self.attributes[path] = merge(self.attributes.get(path, {}), new)
        except ValueError:
            return BAD_REQUEST
        self.rebuild()
        return CHANGED

    def clear(self, attributes_too: bool = False) -> None:
        """Forget all observations: the registration ended. Attributes stay unless attributes_too.

        They bind the path (OMA TS 1.0 5.1.1), and a platform observes anew without writing them.
        """
        self.observed.clear()
        if attributes_too:
            self.attributes.clear()
        self.rebuild()

    def due(self) -> "Item | None":
        """Return (msgid, oid, iid, rid, type, value) to notify now, None if nothing is due.

        Hand the tuple to sent() or failed() afterwards. Events are noticed here and in next_ms():
        call one of them after every sample.
        """
        self._look()
        watch = self._ready
        if watch is None:
            return None
        self._turn = self.watches.index(watch) + 1
        self._seen = None
        value = watch.instance.get(watch.rid, True)
        return (watch.msgid,) + watch.path + (watch.kind, value)

    def sent(self, item: "Item") -> None:
        """Note that item, from due(), was transmitted: timers restart, its value was the last."""
        watch = self._find(item)
        if watch:
            watch.sent(item[5])
            self._seen = None

    def failed(self, item: "Item") -> None:
        """Note that item was not transmitted: it stays due, after 2, 4 ... 64 s."""
        watch = self._find(item)
        if watch:
            watch.failed(self.pmin)
            self._seen = None

    def repeat(self, item: "Item") -> None:
        """Have item, which was noted as sent, sent once more at once."""
        watch = self._find(item)
        if watch:
            watch.last = None
            self._seen = None

    def renew(self, rids: tuple[int, ...]) -> None:
        """Have the resources with these ids sent once more, whether they have changed or not."""
        for watch in self.watches:
            if watch.rid in rids:
                watch.last = None
        self._seen = None

    def watched(self, oid: int, iid: int, rid: int) -> "tuple[int | None, int | None]":
        """Return (msgid, type) under which a resource is observed, (None, None) if it is not."""
        for watch in self.watches:
            if watch.path == (oid, iid, rid):
                return watch.msgid, watch.kind
        return None, None

    def next_ms(self) -> "int | None":
        """Return ms until due() may have something though no value changes; None: nothing watched.

        At most an hour: look again then.
        """
        if not self.watches:
            return None
        self._look()
        return max(0, self.clock.ticks_diff(self._wake, self.clock.ticks_ms()))

    def rebuild(self, fresh: "Path | None" = None) -> None:
        """Make the watches anew, keeping what is known of each; those of path fresh start over."""
        watches = []
        for instance in self.registry:
            for rid, kind, ops in instance.resources:
                covering, rules = self._inherited(instance.oid, instance.iid, rid)
                if covering is None or not ops & READ:
                    continue
                watch = self._known(instance, rid)
                if watch is None:
                    watch = Watch(instance, rid, kind, self.clock)
                elif covering == fresh:
                    watch.reset()
                watch.msgid = self.observed[covering]
                watch.rules = rules
                watches.append(watch)
        self.watches = watches
        self._ready = self._seen = None
        self.changed.set()

    def _check(self, oid: int, iid: int, rid: int) -> int:
        """Return 0 if the path can be observed, else the code of the error."""
        code = self.registry.check(oid, iid, rid)
        if not code and rid != -1 and not self.registry.operations(oid, rid) & READ:
            code = NOT_ALLOWED
        return code

    def _known(self, instance: Instance, rid: int) -> "Watch | None":
        for watch in self.watches:
            if watch.instance is instance and watch.rid == rid:
                return watch
        return None

    def _find(self, item: "Item") -> "Watch | None":
        """Return the watch of item, None if its observation ended or was renewed meanwhile."""
        for watch in self.watches:
            if watch.msgid == item[0] and watch.path == item[1:4]:
                return watch
        return None

    def _inherited(self, oid: int, iid: int, rid: int) -> "tuple[Path | None, dict[str, Any]]":
        """Return the deepest observed path over a resource or None, and the rules it goes by."""
        covering = None
        rules: "dict[str, Any]" = {}
        for path in ((oid, -1, -1), (oid, iid, -1), (oid, iid, rid)):
            if path in self.observed:
                covering = path
            if path in self.attributes:
                own = self.attributes[path]
                rules = merge(rules, own) if rules else own
        return covering, rules

    def _look(self) -> None:
        """Judge every watch, unless no value has changed and no timer has run out since."""
        clock = self.clock
        now = clock.ticks_ms()
        version = self.registry.version()
        if version == self._seen and clock.ticks_diff(self._wake, now) > 0:
            return
        self._ready = None
        soonest = _HOUR_MS
        count = len(self.watches)
        for i in range(count):
            watch = self.watches[(self._turn + i) % count]
            wait_ms = watch.wait_ms(self.pmin)
            if wait_ms < soonest:
                soonest = wait_ms
                if wait_ms == 0:
                    self._ready = watch
        self._seen = version
        self._wake = clock.ticks_add(now, soonest)
