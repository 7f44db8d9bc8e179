"""Objects with a state that is read: 3200 digital input, 3302 presence, 3342 on/off switch."""

from .instance import Instance


class Digital(Instance):
    """One input, fed by whoever samples it; which object it is of comes from objects.py."""

    def __init__(self, iid):
        """iid: 0..65534. Raises ValueError."""
        Instance.__init__(self, iid, {5501: 0, 5750: ""})

    def update(self, value):
        """Take in the state; from off to on it counts (5501). None changes nothing."""
        if value is None:
            return False
        value = bool(value)
        if value and self.values.get(5500) is False:
            self.put(5501, self.values[5501] + 1)
        self.put(5500, value)
        return True

    def lose(self):
        """Forget the state: 5500 is 404 until it is read again."""
        self.put(5500, None)
