"""Which modules a board gets: what the start and what the configuration names, by their imports.

A module that only some configurations need is in WHEN; all that it alone imports comes with it.
"""

from deploy.imports import FIRMWARE, closure

_START = ("boot", "main", "node.app")
_SAVING = ("power.mode=psm", "power.mode=cycle")
# Module or package: the fields of the configuration, one of which has to be given for it, or has
# to have that value. In a list that of any item counts.
WHEN = {
    "m5310.power": _SAVING,
    "m5310.udp": ("udp.server",),
    "node.actuators": ("actuators",),
    "node.cycle": ("power.mode=cycle",),
    "node.startup.extras": (*_SAVING, "outbox.readings", "udp.server"),
    "node.outbox": ("outbox.readings", "udp.server"),
    "node.outbox.courier": ("outbox.readings",),
    "node.uplink": ("udp.server",),
    "node.watchdog": ("safety.watchdog",),
}
_SENSOR = "node.sensors.%s"  # the type of a sensor is the name of its module
_PORTS = {"node.actuators.timer_pwm": "stm32"}  # of no use on another port


def of(config, board):
    """Return {module: source file} of all that board needs with a validated configuration."""
    named = {name for name, fields in WHEN.items() if _any_given(config, fields)}
    return _with(named, [spec["type"] for spec in config["sensors"]], board)


def every(board):
    """Return {module: source file} of all that some configuration needs on board."""
    sensors = sorted(path.stem for path in (FIRMWARE / "node/sensors").glob("[!_]*.py"))
    return _with(WHEN.keys(), sensors, board)


def optional(board):
    """Return the set of modules that not every configuration needs on board."""
    return every(board).keys() - _with(set(), [], board).keys()


def _with(named, sensors, board):
    """Return {module: source file} of what the start imports, of sensors, and of named in WHEN."""
    never = {name for name, port in _PORTS.items() if port != board.port}
    names = [*_START, *named, *(_SENSOR % name for name in sensors)]
    return closure(names, board, never | (WHEN.keys() - named))


def _any_given(config, fields):
    return any(_given(config, *field.partition("=")[::2]) for field in fields)


def _given(config, path, wanted):
    """Return whether the field at path, as "power.mode", is wanted, or is there if that is ""."""
    found = [config]
    for name in path.split("."):
        inside = [each[name] for each in found]
        found = []
        for each in inside:
            found += each if isinstance(each, list) else [each]
    return any(str(each) == wanted if wanted else each for each in found)
