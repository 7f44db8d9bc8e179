"""What the node under test drives and samples, read from its configuration file."""

import json
from dataclasses import dataclass, field
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[2] / "firmware" / "config.example.json"

TEMPERATURE, ACTUATION = 3303, 3306
_USUAL = {"actuator": ACTUATION, "bmp280": 3315, "pin": 3342}


@dataclass
class Wiring:
    """Pins of the first actuator (numbers as boards/PC has them) and the slowest sampling."""

    switch: int | None = 26
    active: int = 1
    dimmer: int | None = 25
    pins: tuple = ()
    states: dict = field(default_factory=dict)
    actuation: bool = True  # whether there is an instance of 3306
    period_s: int = 10
    sensors: tuple = ("ds18x20-0", "ds18x20-1")  # behind 3303 instances 0 and 1
    others: dict = field(default_factory=dict)  # {oid: [iid, ...]} of the other objects


def load(path):
    """Return the Wiring of a configuration file. Raises ValueError, naming path, if unusable."""
    try:
        with open(path, "rb") as file:
            config = json.load(file)
        wiring = Wiring(switch=None, dimmer=None)
        wiring.period_s = max(sensor.get("period", 10) for sensor in config["sensors"])
        sensors = sorted(config["sensors"], key=lambda sensor: sensor["instance"])
        wiring.sensors = tuple(_sensor(each) for each in sensors if _object(each) == TEMPERATURE)
        outputs = [each for each in config.get("actuators", []) if _object(each) == ACTUATION]
        wiring.actuation = bool(outputs)
        for actuator in outputs[:1]:
            _actuator(wiring, actuator)
        for each in sensors + config.get("actuators", []):
            if _object(each) not in (TEMPERATURE, ACTUATION):
                wiring.others.setdefault(_object(each), []).append(each["instance"])
        return wiring
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError("%s: no usable configuration: %s" % (path, error)) from None


def _object(spec):
    """Return the object that a sensor or an actuator becomes an instance of."""
    return spec.get("object") or _USUAL.get(spec.get("type", "actuator"), TEMPERATURE)


def _sensor(sensor):
    if sensor["type"] == "mcu":
        return "mcu"
    return "%s-%d" % (sensor["type"], sensor.get("index", 0))


def _actuator(wiring, actuator):
    switch, dimmer = actuator.get("switch"), actuator.get("dimmer")
    states = actuator.get("multistate")
    if switch:
        wiring.switch = switch.get("pin", Wiring.switch)
        wiring.active = 0 if switch.get("active") == "low" else 1
    if dimmer:
        wiring.dimmer = dimmer.get("pin", Wiring.dimmer)
    if states:
        wiring.pins = tuple(states["pins"])
        # The boot state last, so that the first one moves pins.
        names = sorted(states["states"], key=lambda name: name == states.get("boot"))
        wiring.states = {name: tuple(states["states"][name]) for name in names}
