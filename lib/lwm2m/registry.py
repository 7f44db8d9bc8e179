"""The objects of the node, and the platform's operations on them.

Errors in this order: unknown object, instance or resource 404; operation not allowed there 405;
value 400 (OMA TS 1.0 7.1.2).
"""

from .codes import (
    BAD_REQUEST,
    CHANGED,
    CONTENT,
    EXECUTE,
    NOT_ALLOWED,
    NOT_FOUND,
    READ,
    WRITE,
)
from .values import parse


class Registry:
    """All object instances. In every call -1 stands for all instances or all resources."""

    def __init__(self):
        self._all = []

    def add(self, instance):
        """Take in an instance, sorted by object, then id. Raises ValueError if the id is taken."""
        place = 0
        for other in self._all:
            if (other.oid, other.iid) == (instance.oid, instance.iid):
                raise ValueError("instance %d/%d exists" % (instance.oid, instance.iid))
            if (other.oid, other.iid) < (instance.oid, instance.iid):
                place += 1
        self._all.insert(place, instance)

    def __iter__(self):
        return iter(self._all)

    def version(self):
        """Return a number that moves when any value changes."""
        total = 0
        for instance in self._all:
            total += instance.version
        return total

    def objects(self):
        """Return the object ids, sorted."""
        oids = []
        for instance in self._all:
            if instance.oid not in oids:
                oids.append(instance.oid)
        return oids

    def instances(self, oid):
        """Return the instance ids of oid, sorted; empty if there is no such object."""
        return [instance.iid for instance in self._all if instance.oid == oid]

    def instance(self, oid, iid):
        """Return the instance, None if it does not exist."""
        for instance in self._all:
            if instance.oid == oid and instance.iid == iid:
                return instance
        return None

    def resource_ids(self, oid):
        """Return the resource ids of oid in the guide's order; empty for an unknown object."""
        return [rid for rid, _, _ in self._table(oid)]

    def discover_text(self, oid):
        """Return the discover answer of oid as "5700;5701;..." (guide 3.5(1)), "" if unknown."""
        return ";".join([str(rid) for rid, _, _ in self._table(oid)])

    def counts(self, oid):
        """Return (attributes, actions) for ADDOBJ (guide 3.2(2)): 3303 has (6, 1), 3306 (5, 0)."""
        actions = 0
        table = self._table(oid)
        for _, _, ops in table:
            actions += 1 if ops & EXECUTE else 0
        return len(table) - actions, actions

    def operations(self, oid, rid):
        """Return what resource rid of oid allows as a mask, 0 if it does not exist."""
        for known, _, ops in self._table(oid):
            if known == rid:
                return ops
        return 0

    def check(self, oid, iid, rid):
        """Return 0 if the path exists, else 404. A resource of all instances is no path."""
        if iid == -1:
            return 0 if rid == -1 and self._table(oid) else NOT_FOUND
        if self.instance(oid, iid) is None or (rid != -1 and not self.operations(oid, rid)):
            return NOT_FOUND
        return 0

    def read(self, oid, iid, rid):
        """Return (code, [(iid, rid, type, value), ...]), the list empty unless the code is 205.

        A resource without a value yet is 404; whole instances and objects skip those and what
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

    def write(self, oid, iid, values, replace=False):
        """Write all of values, [(rid, type, raw bytes), ...], or none; return a code.

        400: no value at all, a resource named twice, a value that does not fit, or an output that
        failed (AT knows no 5.00); the old values stay. replace: writable resources that are not
        named go back to their defaults (OMA TS 1.0 5.4.3); the AT line does not tell which one
        is meant, so an update it is.
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

    def execute(self, oid, iid, rid, args=b""):
        """Execute one resource with args (bytes); return a code."""
        instance = self.instance(oid, iid)
        if instance is None:
            return NOT_ALLOWED if iid == -1 and self._table(oid) else NOT_FOUND
        ops = EXECUTE if rid == -1 else self.operations(oid, rid)
        if not ops:
            return NOT_FOUND
        if rid == -1 or not ops & EXECUTE:
            return NOT_ALLOWED
        return instance.execute(rid, args)

    def _table(self, oid):
        for instance in self._all:
            if instance.oid == oid:
                return instance.resources
        return ()


def _checked(instance, values, replace):
    # Return [(rid, value), ...] of a write, every one parsed and allowed, or raise ValueError.
    kinds = {rid: kind for rid, kind, _ in instance.resources}
    pairs = []
    seen = set()
    for rid, sent, raw in values:
        if rid in seen:
            raise ValueError("resource named twice")
        seen.add(rid)
        value = parse(kinds[rid], sent, raw)
        instance.check(rid, value)
        pairs.append((rid, value))
    if not pairs:
        raise ValueError("nothing to write")
    if replace:
        for rid, _, ops in instance.resources:
            if ops & WRITE and rid not in seen:
                pairs.append((rid, instance.default(rid)))
    return pairs
