"""Every operation of guide 3.5 at every level, with what a right answer looks like."""

from dataclasses import dataclass

TEMPERATURE, ACTUATION = 3303, 3306
TEMPERATURE_IDS = [5700, 5701, 5601, 5602, 5603, 5604, 5605]
ACTUATION_IDS = [5850, 5851, 5852, 5853, 5750]
FULL_DUTY = 65535
GUIDE_5700 = {"pmin": 15, "pmax": 60, "gt": 50, "lt": 0, "st": 2}
GUIDE_5601 = {"pmin": 18, "pmax": 90, "gt": 60, "lt": 0, "st": 2}
LIVELY = {"pmin": 1, "pmax": 60, "gt": 30, "lt": 10, "st": 0.2}
SET_CELSIUS = 27.5  # an exact DS18B20 reading, far from where the board drifts
CLOSE_CELSIUS = 0.3  # what a thermistor may be off
MOST_READ = 6  # instances; a read of all of more does not fit into 3 s at 9600 baud


@dataclass
class Step:
    """One operation: ask(platform) starts it, code is right, check(operation) says what is not.

    settle: check may need a moment, until pins or samples have followed; seconds.
    """

    title: str
    ask: object
    code: int
    check: object = None
    settle_s: float = 0


def steps(imei, link, wiring):
    """Return the Steps for the device, the BoardLink to its board, its Wiring, in their order."""
    maker = _Maker(imei, link, wiring)
    return [
        *maker.discovers(),
        *(maker.reads() if wiring.temperatures else ()),
        *maker.others(),
        *(maker.writes() if wiring.actuators else ()),
        *(maker.of_temperatures() if wiring.temperatures else ()),
    ]


def after(imei, link, wiring):
    """Return the Steps that leave the device observed, and lively enough to watch."""
    return list(_Maker(imei, link, wiring).after())


class _Maker:
    def __init__(self, imei, link, wiring):
        self.imei = imei
        self.link = link
        self.board = link.board
        self.wiring = wiring
        self.first = TEMPERATURE, wiring.temperatures[0]
        self.actuator = ACTUATION, *wiring.actuators[:1]

    def step(self, kind, path, code, *args, check=None, settle_s=0.0, **attributes):
        ids = "/".join(str(number) for number in path)
        title = " ".join([kind, ids, *(str(arg) for arg in args)])
        if attributes:
            title += " " + " ".join("%s=%s" % item for item in attributes.items())

        def ask(platform):
            return getattr(platform, kind)(self.imei, *path, *args, **attributes)

        return Step(title, ask, code, check, settle_s)

    def discovers(self):
        if self.wiring.temperatures:
            yield self.step("discover", (TEMPERATURE,), 205, check=_ids(TEMPERATURE_IDS))
        if self.wiring.actuators:
            yield self.step("discover", (ACTUATION,), 205, check=_ids(ACTUATION_IDS))

    def reads(self):
        readable = [rid for rid in TEMPERATURE_IDS if rid != 5605]
        _, first = self.first
        units = _value(self.wiring.units)
        yield self.step("read", (*self.first, 5700), 205, check=_paths([first], [5700]))
        yield self.step("read", (*self.first, 5701), 205, check=units)
        yield self.step("read", self.first, 205, check=_paths([first], readable))
        if len(self.wiring.temperatures) <= MOST_READ:
            inside = _paths(self.wiring.temperatures, readable)
            yield self.step("read", (TEMPERATURE,), 205, check=inside)
        if not self.wiring.actuators:
            return
        _, first = self.actuator
        whole = _paths(self.wiring.actuators, ACTUATION_IDS)
        yield self.step("read", (*self.actuator, 5850), 205, check=_paths([first], [5850]))
        yield self.step("read", self.actuator, 205, check=_paths([first], ACTUATION_IDS))
        yield self.step("read", (ACTUATION,), 205, check=whole)

    def others(self):
        """What the configuration has besides the guide's objects: discovered and read."""
        for oid, iids in sorted(self.wiring.others.items()):
            yield self.step("discover", (oid,), 205, check=_some)
            for iid in iids:
                yield self.step("read", (oid, iid), 205, check=_some)
            yield self.step("read", (oid,), 205, check=_some)

    def of_temperatures(self):
        yield from self.executes()
        yield from self.attributes()
        yield from self.observes()
        yield from self.negatives()
        yield self.sampled()

    def writes(self):
        on, off = self._moved(True, None), self._moved(False, 0)
        both = self._moved(True, 22)
        one = self.actuator
        yield self.step("write", one, 204, {5850: 1}, check=on, settle_s=2)
        yield self.step("read", (*self.actuator, 5850), 205, check=_value(True))
        yield self.step("write", one, 204, {5850: 1, 5851: 22}, check=both, settle_s=2)
        yield self.step("read", (*self.actuator, 5851), 205, check=_value(22))
        yield self.step("write", one, 204, {5852: 0})
        for name, levels in list(self.wiring.states.items())[:2]:
            check = self._levels(levels)
            yield self.step("write", one, 204, {5853: name}, check=check, settle_s=2)
            yield self.step("read", (*self.actuator, 5853), 205, check=_value(name))
        yield self.step("write", one, 204, {5750: "bench"})
        yield self.step("read", (*self.actuator, 5750), 205, check=_value("bench"))
        yield self.step("write", one, 204, {5850: 0, 5851: 0}, check=off, settle_s=2)

    def executes(self):
        seen = {}

        def keep(operation):
            seen["now"] = operation.values[0].value
            return ""

        def near(operation):
            value, now = operation.values[0].value, seen.get("now")
            if now is None:
                return "nothing to compare with"
            return "" if abs(value - now) <= 1 else "%s, not %s" % (value, now)

        def near_then_warm(operation):
            self.link.set_temp(self.wiring.sensors[0], SET_CELSIUS)  # read by the last step
            return near(operation)

        yield self.step("execute", (*self.first, 5605), 204, "reset")
        yield self.step("read", (*self.first, 5700), 205, check=keep)
        yield self.step("read", (*self.first, 5601), 205, check=near)
        yield self.step("read", (*self.first, 5602), 205, check=near_then_warm)

    def attributes(self):
        kind = "write_attributes"
        yield self.step(kind, (*self.first, 5700), 204, **GUIDE_5700)
        yield self.step(kind, (*self.first, 5601), 204, **GUIDE_5601)
        yield self.step(kind, self.first, 204, pmin=2, pmax=120)
        yield self.step(kind, (TEMPERATURE,), 204, pmin=1, pmax=300)

    def observes(self):
        levels = [(*self.first, 5700), self.first, (TEMPERATURE,)]
        yield self.step("observe", (*self.first, 5700), 205, **GUIDE_5700)
        yield self.step("observe", (*self.first, 5601), 205)
        yield self.step("observe", self.first, 205)
        yield self.step("observe", (TEMPERATURE,), 205)
        for path in levels:
            yield self.step("cancel", path, 205)

    def negatives(self):
        for path in ((3320,), (TEMPERATURE, 9), (*self.first, 9999)):
            yield self.step("read", path, 404)
        yield self.step("read", (*self.first, 5605), 405)
        yield self.step("write", self.first, 405, {5700: 1})
        if self.wiring.actuators:
            yield self.step("write", self.actuator, 404, {9999: 1})
            yield self.step("write", self.actuator, 400, {5851: 101})
            yield self.step("write", self.actuator, 400, {5750: 'a"b'})
        yield self.step("execute", (*self.first, 5700), 405)
        yield self.step("execute", (*self.first, 9999), 404)
        yield self.step("observe", (TEMPERATURE, 9), 404)
        yield self.step("write_attributes", (*self.first, 9999), 404, pmin=1)

    def after(self):
        if not self.wiring.temperatures:
            return
        yield self.step("observe", self.first, 205)
        yield self.step("write_attributes", (*self.first, 5700), 204, **LIVELY)

    def sampled(self):
        """The temperature set since is what is read, at the latest a sampling period later."""
        path, check = (*self.first, 5700), _is(SET_CELSIUS)
        return self.step("read", path, 205, check=check, settle_s=self.wiring.period_s + 3)

    def _moved(self, on, percent):
        """Return the check that switch and dimmer are where they were put; None = wherever."""
        wiring, board = self.wiring, self.board

        def check(operation):
            level = wiring.active if on else 1 - wiring.active
            if wiring.switch is not None and board.pins.get(wiring.switch, 0) != level:
                return "pin %s is not %d" % (wiring.switch, level)
            if percent is not None and wiring.dimmer is not None:
                duty = board.pwm.get(wiring.dimmer, 0)
                if abs(duty - FULL_DUTY * percent / 100) > FULL_DUTY / 100:
                    return "duty of pin %s is %d, not %d %%" % (wiring.dimmer, duty, percent)
            return ""

        return check

    def _levels(self, levels):
        def check(operation):
            now = tuple(self.board.pins.get(pin, 0) for pin in self.wiring.pins)
            return "" if now == tuple(levels) else "pins are %s, not %s" % (now, levels)

        return check


def _some(operation):
    return "" if operation.values else "brought nothing"


def _is(celsius):
    """Return the check that the first value is the temperature set on the board."""

    def check(operation):
        value = operation.values[0].value
        if abs(value - celsius) <= CLOSE_CELSIUS:
            return ""
        return "%s on the board reads as %s" % (celsius, value)

    return check


def _ids(wanted):
    return lambda operation: "" if operation.values == wanted else "%s" % operation.values


def _value(wanted):
    def check(operation):
        values = [value.value for value in operation.values]
        return "" if values == [wanted] else "%s, not %r" % (values, wanted)

    return check


def _paths(instances, resources):
    """Return the check that a read brought exactly these, with temperatures that can be."""
    wanted = [(iid, rid) for iid in instances for rid in resources]

    def check(operation):
        found = [(value.iid, value.rid) for value in operation.values]
        if sorted(found) != sorted(wanted):
            return "brought %s" % found
        for value in operation.values:
            if value.oid == TEMPERATURE and value.rid != 5701 and not -60 <= value.value <= 130:
                return "%s is %s °C" % (value.rid, value.value)
        return ""

    return check
