"""Makes the objects of a configuration, out of what hangs on the pins."""

from micropython import const

from lwm2m.registry import Registry
from m5310 import borrow

from . import REFUSALS, values
from .config_error import ConfigError
from .sampler import Sampler

_TEMPERATURE = const(3303)
_ACTUATION = const(3306)
_STATES = (3200, 3302, 3342)  # what is read there has no units


def things(config, clock, wall=None):
    """Return (Registry, Sampler that feeds it) of a validated configuration.

    wall() tells the UNIX time, for readings that bear it. Raises ConfigError for what the board
    does not have.
    """
    registry = Registry()
    actuations = []
    sampler = Sampler(clock, actuations)
    shared = {"clock": clock}
    kinds = _kinds(config, wall)
    for i, spec in enumerate(config["sensors"]):
        from .sensors import make

        kind, oid, iid, period = values(spec, "type object instance period")
        measures = ()
        if oid not in _STATES:
            units, span = values(spec, "units range")
            measures = (units,) + tuple(span)
        try:
            instance = kinds[oid](iid, *measures)
            registry.add(instance)
            driver = make(spec, shared)
            if hasattr(driver, "pulses"):
                instance.pulses = driver.pulses
            sampler.add(driver, instance, period)
        except ImportError as e:
            if _is_ours(str(e)):
                raise  # its driver is not on the board
            raise ConfigError("sensors[%d]" % i, kind, "needs what this MicroPython lacks: %s" % e)
        except REFUSALS as e:
            raise ConfigError("sensors[%d]" % i, kind, "cannot be set up: %s" % e)
    for i, spec in enumerate(config["actuators"]):
        from .actuators import make as make_outputs

        oid, iid = values(spec, "object instance")
        try:
            actuation = kinds[oid](iid, clock, **make_outputs(spec))
            registry.add(actuation)
        except REFUSALS as e:
            raise ConfigError("actuators[%d]" % i, iid, "cannot be set up: %s" % e)
        actuations.append(actuation)
    return registry, sampler


def _kinds(config, wall):
    """Return {object: the class of its instances} of all there are in a configuration."""
    (stamped,) = values(config["onenet"], "timestamps")
    kinds = {}  # type: dict
    for spec in config["sensors"] + config["actuators"]:
        (oid,) = values(spec, "object")
        if oid in kinds:
            continue
        if oid == _TEMPERATURE and not stamped:  # the guide's need no table, and no heap for it
            from lwm2m.temperature import Temperature

            kinds[oid] = Temperature
        elif oid == _ACTUATION:
            from lwm2m.actuation import Actuation

            kinds[oid] = Actuation
        else:
            kinds[oid] = borrow("lwm2m.objects").find(oid, wall if stamped else None)
    return kinds


def _is_ours(text):
    """Tell whether the text of an ImportError names a module of the device code."""
    for package in ("node.", "lwm2m.", "m5310."):
        if package in text:
            return True
    return False
