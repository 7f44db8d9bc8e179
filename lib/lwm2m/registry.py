"""The objects of the node, and the platform's operations on them.

Errors in this order: unknown object, instance or resource 404; operation not allowed there 405;
value 400 (OMA TS 1.0 7.1.2).
"""

from micropython import const

from .values import parse

_READ = const(1)  # as in codes.py; a private const takes no heap
_WRITE = const(2)
_EXECUTE = const(4)
_CONTENT = const(205)
_CHANGED = const(204)
_BAD_REQUEST = const(400)
_NOT_FOUND = const(404)
_NOT_ALLOWED = const(405)


class Registry:
    """All object instances. In every call -1 stands for all instances or all resources."""

    def __init__(self):
        self._all = []

    def add(self, instance):
        """Take in an instance, sorted by object, then id. Raises ValueError if the id is taken."""
        path = (instance.oid, instance.iid)
        place = 0
        for other in self._all:
            if (other.oid, other.iid) == path:
                raise ValueError("taken: %r" % (path,))
            if (other.oid, other.iid) < path:
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
        iids = []
        for instance in self._all:
            if instance.oid == oid:
                iids.append(instance.iid)
        return iids

    def instance(self, oid, iid):
        """Return the instance, None if it does not exist."""
        for instance in self._all:
            if instance.oid == oid and instance.iid == iid:
                return instance
        return None

    def resource_ids(self, oid):
        """Return the resource ids of oid in the guide's order; empty for an unknown object."""
        rids = []
        for rid, _, _ in self._table(oid):
            rids.append(rid)
        return rids

    def discover_text(self, oid):
        """Return the discover answer of oid as "5700;5701;..." (guide 3.5(1)), "" if unknown."""
        return ";".join(map(str, self.resource_ids(oid)))

    def counts(self, oid):
        """Return (attributes, actions) for ADDOBJ (guide 3.2(2)): 3303 has (6, 1), 3306 (5, 0)."""
        actions = 0
        table = self._table(oid)
        for _, _, ops in table:
            actions += 1 if ops & _EXECUTE else 0
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
            return 0 if rid == -1 and self._table(oid) else _NOT_FOUND
        if self.instance(oid, iid) is None or (rid != -1 and not self.operations(oid, rid)):
            return _NOT_FOUND
        return 0

    def read(self, oid, iid, rid):
        """Return (code, [(iid, rid, type, value), ...]), the list empty unless the code is 205.

        A resource without a value yet is 404; whole instances and objects skip those and what
        cannot be read (guide 3.5(2), OMA TS 1.0 7.1.2), and are 404 when nothing is left.
        """
        if self.check(oid, iid, rid):
            return _NOT_FOUND, []
        if rid != -1 and not self.operations(oid, rid) & _READ:
            return _NOT_ALLOWED, []
        found = []
        for instance in self._all:
            if instance.oid != oid or iid not in (-1, instance.iid):
                continue
            for known, kind, ops in instance.resources:
                if ops & _READ and rid in (-1, known):
                    value = instance.get(known, True)
                    if value is not None:
                        found.append((instance.iid, known, kind, value))
        return (_CONTENT, found) if found else (_NOT_FOUND, [])

    def write(self, oid, iid, values, replace=False):
        """Write all of values, [(rid, type, raw bytes), ...], or none; return a code.

        400: no value at all, a resource named twice, a value that does not fit, or an output that
        failed (AT knows no 5.00); the old values stay. replace: writable resources that are not
        named go back to their defaults (OMA TS 1.0 5.4.3); the AT line does not tell which one
        is meant, so an update it is.
        """
        instance = self.instance(oid, iid)
        if instance is None:
            return _NOT_ALLOWED if iid == -1 and self._table(oid) else _NOT_FOUND
        allowed = _WRITE
        for rid, _, _ in values:
            ops = self.operations(oid, rid)
            if not ops:
                return _NOT_FOUND
            allowed &= ops
        if not allowed:
            return _NOT_ALLOWED
        try:
            instance.apply(_checked(instance, values, replace))
        except (ValueError, OSError):
            return _BAD_REQUEST
        return _CHANGED

    def execute(self, oid, iid, rid, args=b""):
        """Execute one resource with args (bytes); return a code."""
        instance = self.instance(oid, iid)
        if instance is None:
            return _NOT_ALLOWED if iid == -1 and self._table(oid) else _NOT_FOUND
        ops = _EXECUTE if rid == -1 else self.operations(oid, rid)
        if not ops:
            return _NOT_FOUND
        if rid == -1 or not ops & _EXECUTE:
            return _NOT_ALLOWED
        return instance.execute(rid, args)

    def _table(self, oid):
        for instance in self._all:
            if instance.oid == oid:
                return instance.resources
        return ()


def _checked(instance, values, replace):
    # Return [(rid, value), ...] of a write, every one parsed and allowed, or raise ValueError.
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
            if ops & _WRITE:
                pairs.append((rid, instance.default(rid)))
    return pairs
