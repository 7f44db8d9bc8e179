"""Asks the node for operations, and moves its temperatures: what makes it work at all."""

_SENSORS = ("ds18x20-0", "ds18x20-1")  # behind 3303 instances 0 and 1
_STATES = ("low", "high", "off")


class Driver:
    """Operations on one device, plan.gap_s apart in the mean, until stop().

    Each write to the dimmer has a value that none of the 98 before it had; 99 and 100 are left to
    writes that a fault script makes up.
    """

    def __init__(self, plan, platform, imei, board, readings, random):
        self._plan = plan
        self._platform = platform
        self._imei = imei
        self._board = board
        self._readings = readings
        self._random = random
        self._going = False
        self._writes = 0
        self._kinds = {
            "read": self._read,
            "write": self._write,
            "execute": self._execute,
            "observe": self._observe,
            "discover": self._discover,
            "attributes": self._attributes,
            "negative": self._negative,
        }

    def prepare(self):
        """Give the sensors their first temperatures."""
        for iid in (0, 1):
            self._board.set_temp(_SENSORS[iid], self._readings.next(iid))

    def start(self):
        """Begin."""
        self._going = True
        self._again(self._plan.gap_s, self._operate)
        self._again(self._plan.temp_s, self._move)

    def stop(self):
        """Ask nothing more."""
        self._going = False

    def ask(self, kind):
        """Start an operation of a kind; return it."""
        return self._kinds[kind]()

    def ask_all(self):
        """Start one of every kind; return them."""
        return [self._kinds[kind]() for kind in self._kinds]

    def _again(self, mean_s, call):
        def due():
            if self._going:
                call()
                self._again(mean_s, call)

        # Never at one rhythm, so that no coincidence is missed for ever.
        self._platform.timers.after(self._random.expovariate(1 / mean_s) * 1000, due)

    def _operate(self):
        kinds = ("read", "read", "write", "write", "execute", "observe", "discover")
        kind = self._random.choice((*kinds, "attributes", "negative"))
        count = self._random.choice((1, 1, 1, 1, 2, 3))
        for _ in range(count):
            self.ask(kind)

    def _move(self):
        iid = self._random.choice((0, 1))
        self._board.set_temp(_SENSORS[iid], self._readings.next(iid))

    def _read(self):
        paths = ((3303, 0, 5700), (3303, 1, 5601), (3303, 0), (3303,), (3306, 0), (3306, 0, 5851))
        return self._platform.read(
            self._imei, *self._random.choice(paths), timeout_ms=self._wait()
        )

    def _write(self):
        self._writes += 1
        values = {5851: self._writes * 37 % 99}
        if self._random.random() < 0.3:
            values[5850] = self._writes % 2
        if self._random.random() < 0.2:
            values[5853] = _STATES[self._writes % 3]
        if self._random.random() < 0.1:
            values[5750] = "fan %d" % self._writes
        return self._platform.write(self._imei, 3306, 0, values, timeout_ms=self._wait())

    def _execute(self):
        args = self._random.choice(("", "reset"))
        return self._platform.execute(self._imei, 3303, 0, 5605, args, timeout_ms=self._wait())

    def _observe(self):
        ask = self._random.choice((self._platform.observe, self._platform.cancel))
        return ask(self._imei, 3303, 0, 5700, timeout_ms=self._wait())

    def _discover(self):
        return self._platform.discover(self._imei, self._random.choice((3303, 3306)))

    def _attributes(self):
        given = self._random.choice(({"pmin": 1, "pmax": 30}, {"pmin": 5}, {"st": 0.5}))
        return self._platform.write_attributes(self._imei, 3303, 0, 5700, **given)

    def _negative(self):
        platform, imei = self._platform, self._imei
        operation, right = self._random.choice(
            (
                lambda: (platform.read(imei, 3303, 0, 9999), 404),
                lambda: (platform.read(imei, 3311), 404),
                lambda: (platform.write(imei, 3306, 0, {5851: 101}), 400),
                lambda: (platform.write(imei, 3303, 0, {5700: 1}), 405),
                lambda: (platform.execute(imei, 3303, 0, 5700), 405),
            )
        )()
        operation.right = (right,)
        return operation

    def _wait(self):
        return self._random.choice((5000, 25_000, 25_000, 40_000))
