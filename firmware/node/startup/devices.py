"""The objects of a configuration, and the sensors and actuators behind them."""

from micropython import const

from lwm2m.registry import Registry
from node import REFUSALS
from node.sampler import Sampler

from .errors import ConfigError

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Callable

    from at import Clock

_TEMPERATURE = const(3303)
_ACTUATION = const(3306)
_CONTACTS = (3200, 3302, 3342)  # their value is on or off and has no units


def make_devices(
    config: dict, clock: "Clock", now: "Callable[[], int | None] | None" = None
) -> "tuple[Registry, Sampler]":
    """Return (Registry, Sampler that feeds it) of a checked configuration.

    now(): the UNIX time, for timestamped readings; or None. Raise ConfigError for what the board
    does not have.
    """
    registry = Registry()
    actuations = []
    sampler = Sampler(clock, actuations)
    classes = _classes(config, now)
    shared = {"clock": clock}
    for i, spec in enumerate(config["sensors"]):
        _add_sensor(i, spec, classes, shared, registry, sampler)
    for i, spec in enumerate(config["actuators"]):
        from node.actuators import make

        try:
            actuation = classes[spec["object"]](spec["instance"], clock, **make(spec))
            registry.add(actuation)
        except REFUSALS as e:
            raise ConfigError("actuators[%d]" % i, spec["instance"], "cannot be set up: %s" % e)
        actuations.append(actuation)
    return registry, sampler


def _add_sensor(
    i: int, spec: dict, classes: dict, shared: dict, registry: Registry, sampler: Sampler
) -> None:
    """Make sensor i and its instance of an object; shared: as in node.sensors.make."""
    from node.sensors import make

    measures = ()
    if spec["object"] not in _CONTACTS:
        measures = (spec["units"],) + tuple(spec["range"])
    try:
        instance = classes[spec["object"]](spec["instance"], *measures)
        registry.add(instance)
        driver = make(spec, shared)
        if hasattr(driver, "pulses"):
            instance.pulses = driver.pulses
        sampler.add(driver, instance, spec["period"])
    except ImportError as e:
        if _is_ours(str(e)):
            raise  # its driver is not on the board
        text = "needs what this MicroPython lacks: %s" % e
        raise ConfigError("sensors[%d]" % i, spec["type"], text)
    except REFUSALS as e:
        raise ConfigError("sensors[%d]" % i, spec["type"], "cannot be set up: %s" % e)


def _classes(config: dict, now: "Callable[[], int | None] | None") -> dict:
    """Return {object id: class of its instances} of all objects in a configuration."""
    timestamps = config["onenet"]["timestamps"]
    classes: dict = {}
    for spec in config["sensors"] + config["actuators"]:
        oid = spec["object"]
        if oid in classes:
            continue
        if oid == _TEMPERATURE and not timestamps:
            from lwm2m.temperature import Temperature

            classes[oid] = Temperature
        elif oid == _ACTUATION:
            from lwm2m.actuation import Actuation

            classes[oid] = Actuation
        else:
            from lwm2m import objects

            classes[oid] = objects.find(oid, now if timestamps else None)
    return classes


def _is_ours(text: str) -> bool:
    """Return True if the text of an ImportError names a module of the device code."""
    for package in ("node.", "lwm2m.", "m5310."):
        if package in text:
            return True
    return False
