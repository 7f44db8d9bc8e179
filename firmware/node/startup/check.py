"""Check of a configuration against the schema, with errors a person can act on."""

from micropython import const

from lwm2m import objects

from .errors import ConfigError, closest, plain
from .pin_rules import Rules
from .schema import fields
from .texts import text_problem

_WATCHDOG_S = const(5)  # shortest timeout: writing to flash may take seconds
_CYCLE_MARGIN_S = const(600)  # of the lifetime, over two periods of a duty cycle
_COAP = const(5683)
_TEMPERATURE = const(3303)
_LIGHT = const(3311)
_OUTPUTS = ("switch", "dimmer", "multistate")


def validate(data, board=None) -> dict:
    """Return data, a parsed configuration, with defaults filled in for all missing fields.

    board: the board definition (module pins), for its default pins and for what its pins can do.
    Raise ConfigError for the first thing that is wrong.
    """
    config = _Check(board).map("", data, "configuration")
    _check_servers(config)
    if config["power"]["mode"] == "cycle":
        _check_cycle(config)
    _check_watchdog(config["safety"]["watchdog"], getattr(board, "WATCHDOG", 120))
    return config


def _check_servers(config: dict):
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


def _check_cycle(config: dict):
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


def _check_watchdog(timeout_s: int, longest_s: int):
    """Raise ConfigError if the board cannot have this watchdog; longest_s: 0 or None for none."""
    if timeout_s and not longest_s:
        raise ConfigError("safety.watchdog", timeout_s, "is not for this board: give 0")
    if timeout_s and not _WATCHDOG_S <= timeout_s <= longest_s:
        text = "must be from %d to %d seconds on this board, or 0 for none"
        raise ConfigError("safety.watchdog", timeout_s, text % (_WATCHDOG_S, longest_s))


def _join(path, key):
    return "%s.%s" % (path, key) if path else key


class _Check:
    """One walk through a configuration; remembers which pin was given to what."""

    def __init__(self, board):
        self.board = self.rules = board
        self.used = {}  # pin: (path, shared)
        if hasattr(board, "PINS"):
            self.rules = Rules(board)

    def map(self, path, value, *tables):
        """Check an object: no unknown key, every field by its rule."""
        if not isinstance(value, dict):
            raise ConfigError(path or "configuration", value, "must be an object: {…}")
        rules = []
        for table in tables:
            rules += fields(table)
        known = [rule[0] for rule in rules]
        for key in value:
            if key not in known:
                near = closest(key, known) if isinstance(key, str) else None
                hint = "did you mean %s?" % near if near else "known: " + ", ".join(sorted(known))
                raise ConfigError(path or "configuration", key, "is no known field; " + hint)
        done = {}
        for key, *rule in rules:
            done[key] = self.field(_join(path, key), value.get(key), rule)
        return done

    def field(self, path, value, rule):
        """Return value checked by rule, or the default for null."""
        kind, default = rule[:2]
        if kind in ("in", "out", "uart", "bus"):
            if value == "board" or (value is None and "asked" not in rule):
                needed = value == "board"
                value = getattr(self.board, default, None)
                if value is None and needed:
                    raise ConfigError(path, "board", "has no such pin: give one, or null")
            return getattr(self, "number" if kind in ("uart", "bus") else "pin")(path, value, rule)
        if kind == "range":
            return rule[1:] if value is None else self.range(path, value)
        if value is None:
            if default is ...:
                raise ConfigError(path, ..., "is missing")
            value = default
            if value is None:
                return None
        return getattr(self, kind)(path, value, *rule[2:])

    def int(self, path, value, low, high, unit=""):
        if type(value) is not int or not low <= value <= high:
            of = " of " + unit if unit else ""
            text = "must be a whole number%s from %d to %d" % (of, low, high)
            raise ConfigError(path, value, text)
        return value

    def bool(self, path, value):
        if value is not True and value is not False:
            raise ConfigError(path, value, "must be true or false")
        return value

    def one(self, path, value, *choices):
        for choice in choices:
            if type(value) is type(choice) and value == choice:
                return choice
        text = ", ".join([str(choice) for choice in choices])
        raise ConfigError(path, value, "must be one of " + text)

    def text(self, path, value, longest, form=""):
        if not isinstance(value, str):
            raise ConfigError(path, value, "must be a string")
        problem = text_problem(value, longest, form)
        if problem:
            raise ConfigError(path, value, problem)
        return value

    def number(self, path, value, rule):
        """Check the number of a UART or an I2C bus."""
        if value is None:
            raise ConfigError(path, ..., "is missing: this board has no default")
        self.int(path, value, 0, 9)
        self.ask("uart_problem" if rule[0] == "uart" else "bus_problem", path, value)
        if self.rules is not self.board:
            for pin in self.rules.fixed(value, rule[0]):
                self.claim(path, pin, "I2C %d" % value if rule[0] == "bus" else None)
        return value

    def ask(self, rule, path, *args):
        """Raise ConfigError if the board's rules have this one and it names a problem."""
        problem = getattr(self.rules, rule, None)
        problem = problem and problem(*args)
        if problem:
            raise ConfigError(path, args[0], problem)

    def pin(self, path, value, rule):
        """Check a pin, here and with the board definition, and that nothing else has it."""
        needed = len(rule) > 2 and rule[2] not in ("-", None, "asked")
        shared = rule[3] if len(rule) > 3 else None
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
        use = rule[0] == "out" if self.rules is self.board else rule[1]
        self.ask("pin_problem", path, value, use)
        self.claim(path, value, shared)
        return value

    def claim(self, path, pin, shared):
        """Note that path has pin; refuse it where something else has it already."""
        key = pin if self.rules is self.board else self.rules.same(pin)
        if key in self.used:
            other, kind = self.used[key]
            if shared is None or kind != shared:
                raise ConfigError(path, pin, "is used by %s already" % other)
        self.used[key] = path, shared

    def range(self, path, value):
        ok = isinstance(value, list) and len(value) == 2
        if not ok or not all(type(x) in (int, float) and -300 < x < 2000 for x in value):
            raise ConfigError(path, value, "must be [lowest, highest] in its units")
        if value[0] >= value[1]:
            raise ConfigError(path, value, "must have the lower number first")
        return value

    def list(self, path, value, low, high):
        """Check the sensors or the actuators."""
        if not isinstance(value, list) or not low <= len(value) <= high:
            raise ConfigError(path, value, "must be a list of %d to %d" % (low, high))
        each = self.sensor if path == "sensors" else self.actuator
        seen = {}
        done = []
        for i in range(len(value)):
            place = "%s[%d]" % (path, i)
            spec = each(place, value[i])
            self.unique(place, "instance", spec["instance"], seen, spec["object"])
            if spec.get("type") == "ds18x20":
                which = "rom" if spec["rom"] else "index"
                self.unique(place, which, spec[which], seen, spec["pin"])
            elif "address" in spec:  # one chip may measure for several objects
                where = spec["bus"], spec["object"]
                self.unique(place, "address", spec["address"], seen, where)
            done.append(spec)
        return done

    def unique(self, place, key, value, seen, where=None):
        """Refuse a second device with the same value of key in the same place."""
        mark = key, value, where
        if mark in seen:
            raise ConfigError(_join(place, key), value, "is used by %s already" % seen[mark])
        seen[mark] = place

    def sensor(self, path, value):
        if not isinstance(value, dict):
            return self.map(path, value)
        rule = fields("sensor")[0][1:]
        kind = self.field(path + ".type", value.get("type"), rule)
        if kind == "pin":
            return self.map(path, value, "sensor", kind)
        spec = self.map(path, value, "sensor", "measured", kind)
        units, low, high = objects.measured(spec["object"])
        if spec["units"] is None:
            spec["units"] = units
        if value.get("range") is None and spec["object"] != _TEMPERATURE:
            spec["range"] = [low, high]
        return spec

    def actuator(self, path, value):
        spec = self.map(path, value, "actuator")
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

    def pins(self, path, value):
        if not isinstance(value, list) or not 1 <= len(value) <= 4:
            raise ConfigError(path, value, "must be a list of 1 to 4 pins")
        rule = ("out", "", True)
        return [self.pin("%s[%d]" % (path, i), value[i], rule) for i in range(len(value))]

    def states(self, path, value):
        if not isinstance(value, dict) or not 1 <= len(value) <= 8:
            raise ConfigError(path, value, "must be an object with 1 to 8 named states")
        for name, levels in value.items():
            self.text(path, name, 32, "name")
            if not isinstance(levels, list) or not all(
                type(level) is int and level in (0, 1) for level in levels
            ):
                raise ConfigError(_join(path, plain(name)), levels, "must be a list of 0 and 1")
        return value
