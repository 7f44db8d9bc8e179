"""The objects a node can have, as data: resources, units and range of each, and its class.

Numbers, types and operations are those of the OMA LwM2M registry (IPSO Smart Objects). Here is
also the class of the objects whose state is read: 3200 digital input, 3302 presence, 3342 on/off
switch.
"""

from micropython import const

from .registry import Instance
from .values import BOOLEAN, EXECUTE, FLOAT, INTEGER, OPAQUE, READ, STRING, TIMESTAMP, WRITE

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any, Callable

_COUNTER = const(5501)


class Digital(Instance):
    """One input, fed by update(); find() returns subclasses that know their object.

    pulses() returns how often the input went on since it was last called; None: changes of the
    samples are counted.
    """

    pulses: "Callable[[], int] | None" = None

    def __init__(self, iid: int) -> None:
        """iid: 0..65534. Raises ValueError."""
        Instance.__init__(self, iid, {5501: 0, 5750: ""})

    def get(self, rid: int, live: bool = False) -> "Any":
        """Return the value of rid, None if there is none yet; live: the counter of this moment."""
        if live and rid == _COUNTER:
            self._count()
        return self.values.get(rid)

    def update(self, value: "Any") -> bool:
        """Store the state; from off to on it counts (5501). None changes nothing: False."""
        if value is None:
            return False
        value = bool(value)
        if self.pulses:
            self._count()
        elif value and self.values.get(5500) is False:
            self.put(5501, self.values[5501] + 1)
        self.put(5500, value)
        self.stamp()
        return True

    def lose(self) -> None:
        """Forget the state: 5500 is 4.04 until it is read again."""
        self.put(5500, None)

    def _count(self) -> None:
        if self.pulses:
            self.put(_COUNTER, self.values[_COUNTER] + self.pulses())


# rid: (type, operations)
_RESOURCES = {
    5500: (BOOLEAN, READ),  # digital input state
    5501: (INTEGER, READ),  # digital input counter
    5518: (INTEGER, READ),  # time of the reading, UNIX s
    5601: (FLOAT, READ),  # minimum measured value
    5602: (FLOAT, READ),  # maximum measured value
    5603: (FLOAT, READ),  # minimum range value
    5604: (FLOAT, READ),  # maximum range value
    5605: (OPAQUE, EXECUTE),  # reset minimum and maximum measured values
    5700: (FLOAT, READ),  # sensor value
    5701: (STRING, READ),  # sensor units
    5750: (STRING, READ | WRITE),  # application type
    5850: (BOOLEAN, READ | WRITE),  # on/off
    5851: (INTEGER, READ | WRITE),  # dimmer
    5852: (INTEGER, READ | WRITE),  # on time
    5853: (STRING, READ | WRITE),  # multi-state output
}

_SENSOR = (5700, 5701, 5601, 5602, 5603, 5604, 5605)  # a quantity that is measured: Temperature
_INPUT = (5500, 5501, 5750)  # a state that is read: Digital
_OUTPUTS = (3306, 3311)  # can be switched and dimmed: Actuation

# oid: resources in the order of discover and read answers. 5518, the time of the reading, of
# version 1.1 of some, is appended where a node has it.
_OBJECTS = {
    3200: _INPUT,
    3301: _SENSOR,
    3302: _INPUT,
    3303: _SENSOR,
    3304: _SENSOR,
    3306: (5850, 5851, 5852, 5853, 5750),
    3311: (5850, 5851, 5852),
    3315: _SENSOR,
    3342: _INPUT,
}

# oid: (units, lowest, highest) of the sensors.
_MEASURED = {
    3301: ("lx", 0, 200000),
    3303: ("Cel", -55, 125),
    3304: ("%RH", 0, 100),
    3315: ("hPa", 300, 1100),
}


def _entry(table: "dict[int, Any]", number: int) -> "Any":
    if number not in table:
        raise ValueError("object or resource %d is not in lwm2m/objects.py" % number)
    return table[number]


def resources(oid: int, more: tuple[int, ...] = ()) -> tuple[tuple[int, int, int], ...]:
    """Return ((rid, type, operations), ...) of object oid, with more resource ids at the end.

    Raises ValueError for an unknown object or resource.
    """
    return tuple([(rid,) + _entry(_RESOURCES, rid) for rid in _entry(_OBJECTS, oid) + more])


def find(oid: int, now: "Callable[[], int | None] | None" = None) -> "Any":
    """Return the class for instances of object oid; raises ValueError for an unknown one.

    now() returns the UNIX time in seconds, or None while that is unknown: with it, what is
    measured or read bears the time of its last reading (5518, version 1.1 of the objects).
    """
    base = _class(oid)
    stamped = now and oid not in _OUTPUTS
    if base.oid == oid and not stamped:
        return base
    made: "Any" = type(base.__name__, (base,), {})
    made.oid = oid
    made.resources = resources(oid, (TIMESTAMP,) if stamped else ())
    if stamped:
        made.now = staticmethod(now)
    return made


def _class(oid: int) -> "Any":
    """Return the class that knows what object oid does."""
    if _entry(_OBJECTS, oid) is _INPUT:
        return Digital
    if oid in _OUTPUTS:
        from .actuation import Actuation

        return Actuation
    from .temperature import Temperature

    return Temperature


def measured(oid: int) -> tuple[str, int, int]:
    """Return (units, lowest, highest) of a sensor object; raises ValueError for another."""
    return _entry(_MEASURED, oid)
