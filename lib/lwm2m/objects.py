"""The objects a node can have, as data: which resources each has, and which class keeps them.

Loaded when the node is set up, and forgotten behind it. Numbers, types and operations are those of
the OMA LwM2M registry (IPSO Smart Objects).
"""

# id, class, units, range, resources in the order they are read and discovered; those of version
# 1.1 that bear a time, 5518, are not among them.
#   sensor   a quantity that is measured: lowest and highest are kept (temperature.Temperature)
#   output   what can be switched and dimmed (actuation.Actuation)
#   input    a state that is read (digital.Digital)
_OBJECTS = """
3200 input - - - 5500 5501 5750
3301 sensor lx 0 200000 5700 5701 5601 5602 5603 5604 5605
3302 input - - - 5500 5501 5750
3303 sensor Cel -55 125 5700 5701 5601 5602 5603 5604 5605
3304 sensor %RH 0 100 5700 5701 5601 5602 5603 5604 5605
3306 output - - - 5850 5851 5852 5853 5750
3311 output - - - 5850 5851 5852
3315 sensor hPa 300 1100 5700 5701 5601 5602 5603 5604 5605
3342 input - - - 5500 5501 5750
"""

# id, type as in codes.py, operations: 1 read, 2 write, 4 execute
_RESOURCES = """
5500 5 1
5501 3 1
5601 4 1
5602 4 1
5603 4 1
5604 4 1
5518 3 1
5605 2 4
5700 4 1
5701 1 1
5750 1 3
5850 5 3
5851 3 3
5852 3 3
5853 1 3
"""


def _line(table, number):
    """Return the words behind number in table; raises ValueError if it is not there."""
    at = table.find("\n%d " % number)
    if at < 0:
        raise ValueError("object or resource %d is not in lwm2m/objects.py" % number)
    return table[at + 1 : table.find("\n", at + 1)].split()[1:]


def resources(oid, more=()):
    """Return ((rid, type, operations), ...) of object oid, with more resources at the end."""
    out = []
    for rid in _line(_OBJECTS, oid)[4:] + list(more):
        kind, operations = _line(_RESOURCES, int(rid))
        out.append((int(rid), int(kind), int(operations)))
    return tuple(out)


def find(oid, now=None):
    """Return the class for instances of object oid; raises ValueError for an unknown one.

    now() returns the UNIX time in seconds, or None while that is not known: with it, what is
    measured or read bears the time of its last reading (5518, version 1.1 of the objects).
    """
    kind = _line(_OBJECTS, oid)[0]
    if kind == "sensor":
        from lwm2m.temperature import Temperature as base
    elif kind == "output":
        from lwm2m.actuation import Actuation as base  # type: ignore[assignment]
    else:
        from lwm2m.digital import Digital as base  # type: ignore[assignment]
    stamped = now and kind != "output"
    if base.oid == oid and not stamped:
        return base
    made = _under(base)
    made.oid = oid
    made.resources = resources(oid, ("5518",) if stamped else ())
    if stamped:
        made.update = _stamped(base, now)
    return made


def _under(base):
    return type(base.__name__, (base,), {})


def _stamped(base, now):
    """Return the update of base that notes the time; this alone is no change to be notified."""

    def update(self, value):
        done = base.update(self, value)
        time = now() if done else None
        if time:
            self.values[5518] = time
        return done

    return update


def measured(oid):
    """Return (units, lowest, highest) of a sensor object."""
    _, units, low, high = _line(_OBJECTS, oid)[:4]
    return units, int(low), int(high)
