"""Check of a configuration against the schema, with errors a person can act on."""

from micropython import const

from lwm2m import objects

from .errors import ConfigError, closest, plain
from .pin_rules import rules_of
from .schema import Field, fields
from .texts import text_problem

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any

_WATCHDOG_S = const(5)  # shortest timeout: writing to flash may take seconds
_CYCLE_MARGIN_S = const(600)  # of the lifetime, over two periods of a duty cycle
_COAP = const(5683)
_TEMPERATURE = const(3303)
_LIGHT = const(3311)
_OUTPUTS = ("switch", "dimmer", "multistate")


def validate(data: object, board: object = None) -> dict:
    """Return data, a parsed configuration, with defaults filled in for all missing fields.

    board: the board definition (module pins), for its default pins and for what its pins can do.
    Raise ConfigError for the first thing that is wrong.
    """
    config = _Check(board).table("", data, "configuration")
    _check_servers(config)
    if config["power"]["mode"] == "cycle":
        _check_cycle(config)
    _check_watchdog(config["safety"]["watchdog"], getattr(board, "WATCHDOG", 120))
    return config


def _check_servers(config: dict) -> None:
    """Raise ConfigError if the node would have no server, or one that its dialect cannot have."""
    onenet = config["onenet"]
    if config["module"]["dialect"] == "seed" and (onenet["server"] or not onenet["bootstrap"]):
        name = "server" if onenet["server"] else "bootstrap"
        text = "is not for module.dialect seed: remove it, or let the dialect be found (auto)"
        raise ConfigError("onenet." + name, onenet[name], text)
    udp = config["udp"]
    if udp["server"] is None and not onenet["enabled"]:
        text = "leaves the node nobody to talk to: give udp.server"
        raise ConfigError("onenet.enabled", False, text)
    if udp["port"] == _COAP:
        raise ConfigError("udp.port", _COAP, "is the module's own: give another")


def _check_cycle(config: dict) -> None:
    """Raise ConfigError if the duty cycle does not fit the rest."""
    power = config["power"]
    shortest_s = 2 * power["period"] + _CYCLE_MARGIN_S
    onenet = config["onenet"]
    if onenet["enabled"] and onenet["lifetime"] < shortest_s:
        text = "is too short for power.period: it is renewed once a cycle, so at least %d"
        raise ConfigError("onenet.lifetime", onenet["lifetime"], text % shortest_s)
    if onenet["enabled"] and not config["outbox"]["readings"]:
        text = "is needed with power.mode cycle: readings wait there, give 256"
        raise ConfigError("outbox.readings", 0, text)
    if power["awake"] >= power["period"]:
        raise ConfigError("power.awake", power["awake"], "must be less than power.period")


def _check_watchdog(timeout_s: int, longest_s: "int | None") -> None:
    """Raise ConfigError if the board cannot have this watchdog; longest_s: 0 or None for none."""
    if timeout_s and not longest_s:
        raise ConfigError("safety.watchdog", timeout_s, "is not for this board: give 0")
    if timeout_s and not _WATCHDOG_S <= timeout_s <= longest_s:
        text = "must be from %d to %d seconds on this board, or 0 for none"
        raise ConfigError("safety.watchdog", timeout_s, text % (_WATCHDOG_S, longest_s))


class _Check:
    """One walk through a configuration; it remembers which pin was given to what."""

    def __init__(self, board: object) -> None:
        self._board = board
        self._rules = rules_of(board)
        self._used: dict = {}  # pin: (path of what has it, the line it may share)
        self._kinds: dict = {
            "int": self._whole_number,
            "bool": self._truth,
            "one": self._choice,
            "text": self._text,
            "map": self.table,
            "list": self._devices,
            "pins": self._pins,
            "states": self._states,
        }

    def table(self, path: str, value: "Any", *tables: str) -> dict:
        """Return value, an object, with all fields of the tables of the schema."""
        if not isinstance(value, dict):
            raise ConfigError(path or "configuration", value, "must be an object: {…}")
        rules = []
        for table in tables:
            rules += fields(table)
        known = [rule.name for rule in rules]
        for key in value:
            if key not in known:
                near = closest(key, known) if isinstance(key, str) else None
                hint = "did you mean %s?" % near if near else "known: " + ", ".join(sorted(known))
                raise ConfigError(path or "configuration", key, "is no known field; " + hint)
        done = {}
        for rule in rules:
            done[rule.name] = self._field(_join(path, rule.name), value.get(rule.name), rule)
        return done

    def _field(self, path: str, value: "Any", rule: Field) -> "Any":
        """Return value checked by rule, or the default for null."""
        if rule.kind in ("in", "out", "uart", "bus"):
            if value == "board" or (value is None and "asked" not in rule.options):
                needed = value == "board"
                value = getattr(self._board, rule.default, None)
                if value is None and needed:
                    raise ConfigError(path, "board", "has no such pin: give one, or null")
            if rule.kind in ("uart", "bus"):
                return self._port(path, value, rule)
            return self._pin(path, value, rule)
        if rule.kind == "range":
            return [rule.default] + rule.options if value is None else self._range(path, value)
        if value is None:
            if rule.default is ...:
                raise ConfigError(path, ..., "is missing")
            value = rule.default
            if value is None:
                return None
        return self._kinds[rule.kind](path, value, *rule.options)

    # -- values --------------------------------------------------------------------------------

    def _whole_number(self, path: str, value: "Any", low: int, high: int, unit: str = "") -> int:
        if type(value) is not int or not low <= value <= high:
            of = " of " + unit if unit else ""
            text = "must be a whole number%s from %d to %d" % (of, low, high)
            raise ConfigError(path, value, text)
        return value

    def _truth(self, path: str, value: "Any") -> bool:
        if value is not True and value is not False:
            raise ConfigError(path, value, "must be true or false")
        return value

    def _choice(self, path: str, value: "Any", *choices: object) -> "Any":
        for choice in choices:
            if type(value) is type(choice) and value == choice:
                return choice
        text = ", ".join([str(choice) for choice in choices])
        raise ConfigError(path, value, "must be one of " + text)

    def _text(self, path: str, value: "Any", longest: int, form: str = "") -> str:
        if not isinstance(value, str):
            raise ConfigError(path, value, "must be a string")
        problem = text_problem(value, longest, form)
        if problem:
            raise ConfigError(path, value, problem)
        return value

    def _range(self, path: str, value: "Any") -> list:
        ok = isinstance(value, list) and len(value) == 2
        if not ok or not all(type(x) in (int, float) and -300 < x < 2000 for x in value):
            raise ConfigError(path, value, "must be [lowest, highest] in its units")
        if value[0] >= value[1]:
            raise ConfigError(path, value, "must have the lower number first")
        return value

    # -- pins ----------------------------------------------------------------------------------

    def _port(self, path: str, value: "Any", rule: Field) -> int:
        """Check the number of a UART or an I2C bus, and claim the pins it cannot do without."""
        if value is None:
            raise ConfigError(path, ..., "is missing: this board has no default")
        self._whole_number(path, value, 0, 9)
        is_uart = rule.kind == "uart"
        problem = self._rules.uart_problem(value) if is_uart else self._rules.bus_problem(value)
        if problem:
            raise ConfigError(path, value, problem)
        for pin in self._rules.fixed(value, rule.kind):
            self._claim(path, pin, None if is_uart else "I2C %d" % value)
        return value

    def _pin(self, path: str, value: "Any", rule: Field) -> "int | str | None":
        """Check a pin, here and by the board's rules, and that nothing else has it."""
        needed = bool(rule.options) and rule.options[0] not in (None, "asked")
        shared = rule.options[1] if len(rule.options) > 1 else None
        if value is None:
            if needed:
                raise ConfigError(path, ..., "is missing: this board has no default pin")
            return None
        if isinstance(value, str):
            ok = 0 < len(value) <= 16 and not text_problem(value, 16, "")
        else:
            ok = type(value) is int and 0 <= value <= 255
        if not ok:
            raise ConfigError(path, value, "is no pin: give a number or the pin's name")
        problem = self._rules.pin_problem(value, rule.default, rule.kind == "out")
        if problem:
            raise ConfigError(path, value, problem)
        self._claim(path, value, shared)
        return value

    def _claim(self, path: str, pin: "int | str", shared: "str | None") -> None:
        """Note that path has pin; refuse it where something else has it already.

        shared: the line that several devices may be on, as "1-wire"; None for none.
        """
        key = self._rules.same(pin)
        if key in self._used:
            other, line = self._used[key]
            if shared is None or line != shared:
                raise ConfigError(path, pin, "is used by %s already" % other)
        self._used[key] = path, shared

    # -- sensors and actuators -----------------------------------------------------------------

    def _devices(self, path: str, value: "Any", least: int, most: int) -> list:
        """Check the list of sensors or of actuators."""
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise ConfigError(path, value, "must be a list of %d to %d" % (least, most))
        check = self._sensor if path == "sensors" else self._actuator
        seen: dict = {}
        done = []
        for i in range(len(value)):
            place = "%s[%d]" % (path, i)
            spec = check(place, value[i])
            self._unique(place, "instance", spec["instance"], seen, spec["object"])
            if spec.get("type") == "ds18x20":
                which = "rom" if spec["rom"] else "index"
                self._unique(place, which, spec[which], seen, spec["pin"])
            elif "address" in spec:  # one chip may measure for several objects
                where = spec["bus"], spec["object"]
                self._unique(place, "address", spec["address"], seen, where)
            done.append(spec)
        return done

    def _unique(self, place: str, key: str, value: object, seen: dict, where: object) -> None:
        """Refuse a second device with the same value of key in the same place."""
        mark = key, value, where
        if mark in seen:
            raise ConfigError(_join(place, key), value, "is used by %s already" % seen[mark])
        seen[mark] = place

    def _sensor(self, path: str, value: "Any") -> dict:
        if not isinstance(value, dict):
            return self.table(path, value)
        kind = self._field(path + ".type", value.get("type"), fields("sensor")[0])
        if kind == "pin":
            return self.table(path, value, "sensor", kind)
        spec = self.table(path, value, "sensor", "measured", kind)
        units, low, high = objects.measured(spec["object"])
        if spec["units"] is None:
            spec["units"] = units
        if value.get("range") is None and spec["object"] != _TEMPERATURE:
            spec["range"] = [low, high]
        return spec

    def _actuator(self, path: str, value: "Any") -> dict:
        spec = self.table(path, value, "actuator")
        for key in ("multistate", "application_type"):
            if spec["object"] == _LIGHT and spec[key]:
                raise ConfigError(_join(path, key), spec[key], "is not in object 3311: remove it")
        if not any(spec[key] for key in _OUTPUTS):
            raise ConfigError(path, ..., "must have one of %s at least" % ", ".join(_OUTPUTS))
        multi = spec["multistate"]
        if multi:
            place = _join(path, "multistate")
            for name, levels in multi["states"].items():
                if len(levels) != len(multi["pins"]):
                    text = "must have one 0 or 1 for each of %d pins" % len(multi["pins"])
                    raise ConfigError(_join(place, "states." + plain(name)), levels, text)
            if multi["boot"] not in multi["states"]:
                text = "must be one of states: " + ", ".join(sorted(multi["states"]))
                raise ConfigError(_join(place, "boot"), multi["boot"], text)
        return spec

    def _pins(self, path: str, value: "Any") -> list:
        if not isinstance(value, list) or not 1 <= len(value) <= 4:
            raise ConfigError(path, value, "must be a list of 1 to 4 pins")
        rule = Field("", "out", "", ["needed"])
        return [self._pin("%s[%d]" % (path, i), value[i], rule) for i in range(len(value))]

    def _states(self, path: str, value: "Any") -> dict:
        if not isinstance(value, dict) or not 1 <= len(value) <= 8:
            raise ConfigError(path, value, "must be an object with 1 to 8 named states")
        for name, levels in value.items():
            self._text(path, name, 32, "name")
            if not isinstance(levels, list) or not all(
                type(level) is int and level in (0, 1) for level in levels
            ):
                raise ConfigError(_join(path, plain(name)), levels, "must be a list of 0 and 1")
        return value


def _join(path: str, key: str) -> str:
    return "%s.%s" % (path, key) if path else key
