"""Object instances, their registry, and what the platform's operations do to them.

Errors are found in this order: unknown object, instance or resource 4.04; operation not allowed
there 4.05; value refused 4.00 (OMA TS 1.0 7.1.2).
"""

import asyncio

from micropython import const

from .values import (
    BAD_REQUEST,
    CHANGED,
    CONTENT,
    EXECUTE,
    NOT_ALLOWED,
    NOT_FOUND,
    READ,
    TIMESTAMP,
    WRITE,
    parse,
)

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any, Callable, Iterator, Sequence

    Resources = tuple[tuple[int, int, int], ...]
    Written = Sequence[tuple[int, int, bytes]]  # (rid, type, raw bytes)
    Values = list[tuple[int, int, int, Any]]  # (iid, rid, type, value)


class Instance:
    """One instance of an object; subclasses set `oid` and `resources`.

    resources = ((rid, type, operations), ...), in the order of discover and read answers
    (guide 3.5(1), (2)); the first of a sensor's is its reading. `version` grows with every change
    of a value.
    """

    oid = 0
    resources: "Resources" = ()
    # Where readings bear a time: returns the UNIX time in seconds, None while that is unknown.
    now: "Callable[[], int | None] | None" = None
    changed: "asyncio.Event | None" = None  # set at every change, see Registry.changed

    def __init__(self, iid: int, values: "dict[int, Any]") -> None:
        """iid: 0..65534; values: {rid: value}, absent = no value yet. Raises ValueError."""
        if not 0 <= iid < 0xFFFF:
            raise ValueError("iid %r" % (iid,))
        self.iid = iid
        self.values = values
        self.version = 0

    def get(self, rid: int, live: bool = False) -> "Any":
        """Return the value of rid, None if there is none yet.

        live: computed for this moment, where it depends on the time; else as put last.
        """
        return self.values.get(rid)

    def counts_s(self, rid: int) -> bool:
        """Return True if rid counts seconds at present: its live value grows by 1 each second."""
        return False

    def put(self, rid: int, value: "Any") -> None:
        """Set rid to value, from inside the node."""
        if self.values.get(rid) != value:
            self.values[rid] = value
            self.version += 1
            if self.changed:
                self.changed.set()

    def stamp(self) -> None:
        """Note the time of a reading (5518) where it is kept; it is no change by itself."""
        time = self.now() if self.now else None
        if time:
            self.values[TIMESTAMP] = time

    def check(self, rid: int, value: "Any") -> None:
        """Raise ValueError if a write may not set rid to value (of the right type already)."""

    def apply(self, pairs: "list[tuple[int, Any]]") -> None:
        """Set every (rid, value) of pairs, which check() has passed, or raise and set none."""
        for rid, value in pairs:
            self.put(rid, value)

    def default(self, rid: int) -> "Any":
        """Return the value of rid after a replacing write that does not name it."""
        return self.values.get(rid)

    def execute(self, rid: int, args: bytes) -> int:
        """Execute rid with args; return a result code."""
        return NOT_ALLOWED

    def tick(self) -> None:
        """Bring values that depend on the time up to date; call it once a minute."""


class Registry:
    """All object instances. In every call -1 stands for all instances or all resources.

    `changed` is an asyncio.Event, set whenever a value changes; whoever waits for it clears it.
    """

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self._all: list[Instance] = []

    def add(self, instance: Instance) -> None:
        """Add an instance; they are sorted by object and id. Raises ValueError if it exists."""
        path = (instance.oid, instance.iid)
        place = 0
        for other in self._all:
            if (other.oid, other.iid) == path:
                raise ValueError("taken: %r" % (path,))
            if (other.oid, other.iid) < path:
                place += 1
        self._all.insert(place, instance)
        instance.changed = self.changed

    def __iter__(self) -> "Iterator[Instance]":
        return iter(self._all)

    def version(self) -> int:
        """Return a number that changes when any value does."""
        total = 0
        for instance in self._all:
            total += instance.version
        return total

    def objects(self) -> list[int]:
        """Return the object ids, sorted."""
        oids = []
        for instance in self._all:
            if instance.oid not in oids:
                oids.append(instance.oid)
        return oids

    def instances(self, oid: int) -> list[int]:
        """Return the instance ids of oid, sorted; empty if there is no such object."""
        iids = []
        for instance in self._all:
            if instance.oid == oid:
                iids.append(instance.iid)
        return iids

    def instance(self, oid: int, iid: int) -> "Any":
        """Return the Instance, None if it does not exist."""
        for instance in self._all:
            if instance.oid == oid and instance.iid == iid:
                return instance
        return None

    def resource_ids(self, oid: int) -> list[int]:
        """Return the resource ids of oid in the guide's order; empty for an unknown object."""
        rids = []
        for rid, _, _ in self._table(oid):
            rids.append(rid)
        return rids

    def discover_text(self, oid: int) -> str:
        """Return the discover answer of oid as "5700;5701;..." (guide 3.5(1)), "" if unknown."""
        return ";".join(map(str, self.resource_ids(oid)))

    def counts(self, oid: int) -> tuple[int, int]:
        """Return (attributes, actions) for ADDOBJ (guide 3.2(2)): 3303 has (6, 1), 3306 (5, 0)."""
        actions = 0
        table = self._table(oid)
        for _, _, ops in table:
            actions += 1 if ops & EXECUTE else 0
        return len(table) - actions, actions

    def declaration(self) -> list[tuple[int, str, int, int, str]]:
        """Return [(oid, bitmap of instances, attributes, actions, "rid;rid;..."), ...].

        That is what a session is opened with (guide 3.2(2)); bitmap "101" means instances 0, 2.
        """
        out = []
        for oid in self.objects():
            iids = self.instances(oid)
            bitmap = "".join(["1" if i in iids else "0" for i in range(max(iids) + 1)])
            attributes, actions = self.counts(oid)
            out.append((oid, bitmap, attributes, actions, self.discover_text(oid)))
        return out

    def operations(self, oid: int, rid: int) -> int:
        """Return what resource rid of oid allows as a mask, 0 if it does not exist."""
        for known, _, ops in self._table(oid):
            if known == rid:
                return ops
        return 0

    def check(self, oid: int, iid: int, rid: int) -> int:
        """Return 0 if the path exists, else 404. A resource of all instances is no path."""
        if iid == -1:
            return 0 if rid == -1 and self._table(oid) else NOT_FOUND
        if self.instance(oid, iid) is None or (rid != -1 and not self.operations(oid, rid)):
            return NOT_FOUND
        return 0

    def read(self, oid: int, iid: int, rid: int) -> "tuple[int, Values]":
        """Return (code, [(iid, rid, type, value), ...]), the list empty unless the code is 205.

        A resource without a value yet is 404; reads of an instance or object skip those and what
        cannot be read (guide 3.5(2), OMA TS 1.0 7.1.2), and are 404 when nothing is left.
        """
        if self.check(oid, iid, rid):
            return NOT_FOUND, []
        if rid != -1 and not self.operations(oid, rid) & READ:
            return NOT_ALLOWED, []
        found = []
        for instance in self._all:
            if instance.oid != oid or iid not in (-1, instance.iid):
                continue
            for known, kind, ops in instance.resources:
                if ops & READ and rid in (-1, known):
                    value = instance.get(known, True)
                    if value is not None:
                        found.append((instance.iid, known, kind, value))
        return (CONTENT, found) if found else (NOT_FOUND, [])

    def write(self, oid: int, iid: int, values: "Written", replace: bool = False) -> int:
        """Write all of values, [(rid, type, raw bytes), ...], or none; return a code.

        400: no value at all, a resource named twice, a value that does not fit, or an output that
        failed (AT has no 5.00); the old values stay. replace: writable resources that are not
        named return to their defaults (OMA TS 1.0 5.4.3). The AT line does not tell which kind of
        write is meant, so it is taken for an update.
        """
        instance = self.instance(oid, iid)
        if instance is None:
            return NOT_ALLOWED if iid == -1 and self._table(oid) else NOT_FOUND
        allowed = WRITE
        for rid, _, _ in values:
            ops = self.operations(oid, rid)
            if not ops:
                return NOT_FOUND
            allowed &= ops
        if not allowed:
            return NOT_ALLOWED
        try:
            instance.apply(_checked(instance, values, replace))
        except (ValueError, OSError):
            return BAD_REQUEST
        return CHANGED

    def execute(self, oid: int, iid: int, rid: int, args: bytes = b"") -> int:
        """Execute one resource with args; return a code."""
        instance = self.instance(oid, iid)
        if instance is None:
            return NOT_ALLOWED if iid == -1 and self._table(oid) else NOT_FOUND
        ops = EXECUTE if rid == -1 else self.operations(oid, rid)
        if not ops:
            return NOT_FOUND
        if rid == -1 or not ops & EXECUTE:
            return NOT_ALLOWED
        return instance.execute(rid, args)

    def _table(self, oid: int) -> "Resources":
        for instance in self._all:
            if instance.oid == oid:
                return instance.resources
        return ()


def _checked(instance: Instance, values: "Written", replace: bool) -> "list[tuple[int, Any]]":
    """Return the [(rid, value), ...] of a write, parsed and allowed; raises ValueError."""
    pairs = []
    left = list(instance.resources)
    for rid, sent, raw in values:
        for entry in left:
            if entry[0] == rid:
                break
        else:
            raise ValueError  # named twice
        left.remove(entry)
        value = parse(entry[1], sent, raw)
        instance.check(rid, value)
        pairs.append((rid, value))
    if not pairs:
        raise ValueError
    if replace:
        for rid, _, ops in left:
            if ops & WRITE:
                pairs.append((rid, instance.default(rid)))
    return pairs
