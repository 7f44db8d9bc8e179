"""Object 3303, Temperature (guide 3.5; OMA registry urn:oma:lwm2m:ext:3303)."""

from micropython import const

from .instance import Instance
from .values import text

_STRING = const(1)  # as in codes.py; a private const takes no heap
_OPAQUE = const(2)
_FLOAT = const(4)
_READ = const(1)
_EXECUTE = const(4)


class Temperature(Instance):
    """One thermometer, fed by whoever samples it; reads are answered from the last good sample."""

    oid = 3303
    resources = (
        (5700, _FLOAT, _READ),
        (5701, _STRING, _READ),
        (5601, _FLOAT, _READ),
        (5602, _FLOAT, _READ),
        (5603, _FLOAT, _READ),
        (5604, _FLOAT, _READ),
        (5605, _OPAQUE, _EXECUTE),
    )

    def __init__(self, iid, units="Cel", range_min=-55, range_max=125):
        """iid: 0..65534; units: UCUM name; range_min, range_max: what the sensor can measure.

        Raises ValueError for a bad id and for units that cannot be sent.
        """
        Instance.__init__(
            self,
            iid,
            {5701: text(units.encode()), 5603: float(range_min), 5604: float(range_max)},
        )

    def update(self, value):
        """Take in a reading in units; return False for None, NaN, infinity: they change nothing.

        The first reading starts minimum and maximum (5601, 5602), later ones widen them; one
        outside 5603..5604 counts as well.
        """
        if value is None or value - value != 0:
            return False
        value = float(value)
        self.put(5700, value)
        low = self.values.get(5601)
        if low is None or value < low:
            self.put(5601, value)
        high = self.values.get(5602)
        if high is None or value > high:
            self.put(5602, value)
        return True

    def lose(self):
        """Forget the current value: the sensor is gone. 5700 is 404 until the next reading."""
        self.put(5700, None)

    def execute(self, rid, args):
        """5605: minimum and maximum become the current value, or unset while there is none.

        args: nothing or "reset" (guide 3.5(4)), else 400.
        """
        args = bytes(args).strip()
        if args and args != b"reset":
            return 400  # bad request
        value = self.values.get(5700)
        self.put(5601, value)
        self.put(5602, value)
        return 204  # changed
