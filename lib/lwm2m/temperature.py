"""Object 3303, Temperature (guide 3.5; OMA registry urn:oma:lwm2m:ext:3303)."""

from .registry import Instance
from .values import BAD_REQUEST, CHANGED, EXECUTE, FLOAT, OPAQUE, READ, STRING, text


class Temperature(Instance):
    """One thermometer, fed by update(); reads are answered from the last good sample.

    Other measured quantities (humidity, pressure ...) are the same with another object id, see
    objects.find().
    """

    oid = 3303
    resources = (
        (5700, FLOAT, READ),  # sensor value
        (5701, STRING, READ),  # units
        (5601, FLOAT, READ),  # lowest measured value
        (5602, FLOAT, READ),  # highest measured value
        (5603, FLOAT, READ),  # lowest value the sensor can measure
        (5604, FLOAT, READ),  # highest value the sensor can measure
        (5605, OPAQUE, EXECUTE),  # reset the measured minimum and maximum
    )

    def __init__(
        self, iid: int, units: str = "Cel", range_min: float = -55, range_max: float = 125
    ) -> None:
        """iid: 0..65534; units: UCUM name; range_min, range_max: what the sensor can measure.

        Raises ValueError for a bad id and for units that cannot be sent.
        """
        Instance.__init__(
            self,
            iid,
            {5701: text(units.encode()), 5603: float(range_min), 5604: float(range_max)},
        )

    def update(self, value: "float | None") -> bool:
        """Store a reading in units; None, NaN and infinity change nothing and return False.

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
        self.stamp()
        return True

    def lose(self) -> None:
        """Forget the reading: the sensor is gone. 5700 is 4.04 until the next one."""
        self.put(5700, None)

    def execute(self, rid: int, args: bytes) -> int:
        """Execute 5605: minimum and maximum become the present value, or unset without one.

        args: nothing or "reset" (guide 3.5(4)), else 4.00.
        """
        args = bytes(args).strip()
        if args and args != b"reset":
            return BAD_REQUEST
        value = self.values.get(5700)
        self.put(5601, value)
        self.put(5602, value)
        return CHANGED
