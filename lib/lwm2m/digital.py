"""Objects with a state that is read: 3200 digital input, 3302 presence, 3342 on/off switch."""

from .instance import Instance

_COUNTER = 5501


class Digital(Instance):
    """One input, fed by whoever samples it; which object it is of comes from objects.py.

    pulses() returns how often the input went on since it was asked last, None: the samples tell.
    """

    pulses = None

    def __init__(self, iid):
        """iid: 0..65534. Raises ValueError."""
        Instance.__init__(self, iid, {5501: 0, 5750: ""})

    def get(self, rid, live=False):
        """Return the value of rid, None if there is none yet; live: the counter of this moment."""
        if live and rid == _COUNTER:
            self._count()
        return self.values.get(rid)

    def update(self, value):
        """Take in the state; from off to on it counts (5501). None changes nothing."""
        if value is None:
            return False
        value = bool(value)
        if self.pulses:
            self._count()
        elif value and self.values.get(5500) is False:
            self.put(5501, self.values[5501] + 1)
        self.put(5500, value)
        return True

    def lose(self):
        """Forget the state: 5500 is 404 until it is read again."""
        self.put(5500, None)

    def _count(self):
        if self.pulses:
            self.put(_COUNTER, self.values[_COUNTER] + self.pulses())
