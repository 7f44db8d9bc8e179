"""Makes the objects of a configuration, out of what hangs on the pins."""

from lwm2m.registry import Registry

from . import values
from .config_error import ConfigError
from .sampler import Sampler


def things(config, clock):
    """Return (Registry, Sampler that feeds it) of a validated configuration.

    Raises ConfigError for what the board does not have.
    """
    registry = Registry()
    actuations = []
    sampler = Sampler(clock, actuations)
    shared = {}
    for i, spec in enumerate(config["sensors"]):
        from lwm2m.temperature import Temperature

        from .sensors import make

        kind, instance, units, span, period = values(spec, "type instance units range period")
        try:
            temperature = Temperature(instance, units, *span)
            registry.add(temperature)
            sampler.add(make(spec, shared), temperature, period)
        except (OSError, ValueError) as e:
            raise ConfigError("sensors[%d]" % i, kind, "cannot be set up: %s" % e)
    for i, spec in enumerate(config["actuators"]):
        from lwm2m.actuation import Actuation

        from .actuators import make as make_outputs

        try:
            actuation = Actuation(spec["instance"], clock, **make_outputs(spec))
            registry.add(actuation)
        except (OSError, ValueError) as e:
            raise ConfigError("actuators[%d]" % i, spec["instance"], "cannot be set up: %s" % e)
        actuations.append(actuation)
    return registry, sampler
