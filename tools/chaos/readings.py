"""The values of sensors that the node reports, against those the board really had.

Each temperature set on the board is one no sensor had before, so a value is the id of a reading.
"""

STEP, FIRST, COUNT = 0.125, 10.0, 640  # °C: three decimals hold it, and the sensor's 1/16 °C
_SAME = 0.0006
_MEASURED = (5700, 5601, 5602)


class Readings:
    """Values by sensor instance."""

    def __init__(self, problem):
        self.made = {}  # value in steps: how often it was notified as 5700
        self._problem = problem
        self._numbers = 0
        self._now = {}

    def now(self, iid):
        """Return the temperature set last for the sensor of instance iid."""
        return self._now.get(iid)

    def next(self, iid):
        """Return a temperature no sensor has had in the last COUNT ones, for that of iid."""
        number = self._numbers % COUNT
        self._numbers += 1
        self.made[number] = 0
        self._now[iid] = FIRST + STEP * number
        return self._now[iid]

    def notified(self, path, value):
        """A notification was sent."""
        number = self._known(path, value)
        if number is not None and path[2] == 5700:
            self.made[number] += 1

    def read(self, path, value):
        """A value was given as an answer."""
        self._known(path, value)

    def _known(self, path, value):
        if path[0] != 3303 or path[2] not in _MEASURED:
            return None
        number = round((value - FIRST) / STEP)
        if number not in self.made or abs(FIRST + STEP * number - value) > _SAME:
            self._problem(6, "%d/%d/%d is %s, which was never measured" % (*path, value))
            return None
        return number
