"""What the node under test drives and samples, read from its configuration file."""

import json
from dataclasses import dataclass, field
from pathlib import Path

ROMS = ("281A2B3C040000C6", "285D6E7F04000065")  # of the DS18B20 on the virtual board, in order
EXAMPLE = Path(__file__).resolve().parents[2] / "firmware" / "config.example.json"

TEMPERATURE, ACTUATION = 3303, 3306
_USUAL = {"actuator": ACTUATION, "bmp280": 3315, "pin": 3342}


@dataclass
class Wiring:
    """What the configuration makes of a board.

    Pins (numbers as boards/PC has them) of the actuator with the lowest instance, the slowest
    sampling, and by instance, lowest first, the sensors. temperatures, actuators: the instances
    of 3303 and of 3306. units: of the first sensor.
    """

    switch: int | None = 26
    active: int = 1
    dimmer: int | None = 25
    pins: tuple = ()
    states: dict = field(default_factory=dict)
    period_s: int = 10
    sensors: tuple = ("ds18x20-0", "ds18x20-1")
    temperatures: tuple = (0, 1)
    actuators: tuple = (0,)
    units: str = "Cel"
    others: dict = field(default_factory=dict)  # {oid: [iid, ...]} of the other objects


def load(path):
    """Return the Wiring of a configuration file. Raises ValueError, naming path, if unusable."""
    try:
        with open(Path(path).expanduser(), "rb") as file:
            return _wiring(json.load(file))
    except OSError as error:
        why = error.strerror
    except UnicodeDecodeError:
        why = "it is no UTF-8 text"
    except json.JSONDecodeError as error:
        why = "it is no JSON at line %d, column %d" % (error.lineno, error.colno)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        why = "a field is missing or wrong, `make node CONFIG=%s` says which" % path
    raise ValueError("%s: no usable configuration: %s" % (path, why))


def _wiring(config):
    wiring = Wiring(switch=None, dimmer=None)
    every = sorted(config["sensors"], key=_instance)
    wiring.period_s = max(sensor.get("period", Wiring.period_s) for sensor in every)
    sensors = [sensor for sensor in every if _object(sensor) == TEMPERATURE]
    wiring.sensors = tuple(_sensor(sensor) for sensor in sensors)
    wiring.temperatures = tuple(_instance(sensor) for sensor in sensors)
    wiring.units = sensors[0].get("units", Wiring.units) if sensors else Wiring.units
    outputs = sorted(config.get("actuators", []), key=_instance)
    actuators = [actuator for actuator in outputs if _object(actuator) == ACTUATION]
    wiring.actuators = tuple(_instance(actuator) for actuator in actuators)
    for actuator in actuators[:1]:
        _actuator(wiring, actuator)
    for each in every + outputs:
        if _object(each) not in (TEMPERATURE, ACTUATION):
            wiring.others.setdefault(_object(each), []).append(_instance(each))
    return wiring


def _instance(part):
    return part["instance"]


def _object(spec):
    """Return the object that a sensor or an actuator becomes an instance of."""
    return spec.get("object") or _USUAL.get(spec.get("type", "actuator"), TEMPERATURE)


def _sensor(sensor):
    if sensor["type"] == "mcu":
        return "mcu"
    index = ROMS.index(sensor["rom"]) if sensor.get("rom") in ROMS else sensor.get("index", 0)
    return "%s-%d" % (sensor["type"], index)


def _actuator(wiring, actuator):
    switch, dimmer = actuator.get("switch"), actuator.get("dimmer")
    states = actuator.get("multistate")
    if switch is not None:
        wiring.switch = switch.get("pin", Wiring.switch)
        wiring.active = 0 if switch.get("active") == "low" else 1
    if dimmer is not None:
        wiring.dimmer = dimmer.get("pin", Wiring.dimmer)
    if states:
        wiring.pins = tuple(states["pins"])
        # The boot state last, so that the first one moves pins.
        names = sorted(states["states"], key=lambda name: name == states.get("boot"))
        wiring.states = {name: tuple(states["states"][name]) for name in names}
