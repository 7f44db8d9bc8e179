"""What hangs on the pins: each sensor read once, each actuator set up, or moved where asked."""

import json

from deploy.doctor.report import fail, ok, warn
from deploy.errors import missing

_EIO, _ENODEV, _ETIMEDOUT = 5, 19, 110
_AMBIENT = -40, 60  # °C; what is beyond is possible, and seldom meant
_WARM = -20, 90  # of a chip
_TEMPERATURE = 3303
_UNITS = {"Cel": "°C", "%RH": "%"}
_ADDRESSES = {"sht3x": (68, 69), "bmp280": (118, 119)}
_PULL = "4.7 kΩ from data to 3.3 V"
_OUTPUTS = ("switch", "dimmer", "multistate")


def sensors(config):
    """Return the checks of the sensors in config: [(name, function)]."""
    return [
        (f"sensor {spec['instance']}", lambda case, spec=spec: _sensor(case, spec))
        for spec in config["sensors"]
    ]


def actuators(config):
    """Return the checks of the actuators in config."""
    return [
        (f"actuator {spec['instance']}", lambda case, spec=spec: _actuator(case, spec))
        for spec in config["actuators"]
    ]


def _ask(case, code):
    """Return what doctor_parts prints for code, which it runs on the board."""
    return json.loads(case.link.run(f"import doctor_parts; doctor_parts.{code}"))


def _sensor(case, spec):
    """Read it once with the node's own driver."""
    kind = spec["type"]
    case.cargo.load("doctor_parts", f"node.sensors.{kind}")
    place = _place(case, spec)
    got = _ask(case, "sensor(%r)" % spec)
    if "error" in got:
        said, cause, step = _reason(case, spec, got)
        yield fail(f"{place}: {said}", cause, step)
        return
    value = got["value"]
    if kind == "pin":
        yield ok(f"{place}: {'on' if value else 'off'} now")
        return
    low, high = spec["range"]
    if spec.get("object", _TEMPERATURE) == _TEMPERATURE:
        usual = _WARM if kind == "mcu" else _AMBIENT
        low, high = max(low, usual[0]), min(high, usual[1])
    said = f"{place}: {value:.2f} {_UNITS.get(spec['units'], spec['units'])}"
    if low <= value <= high:
        yield ok(said)
    elif spec.get("object", _TEMPERATURE) == _TEMPERATURE:
        yield warn(said, "is it really that cold or hot there?", "compare with a thermometer")
    else:
        yield warn(said, "is it really that little or much there?", "compare with another one")


def _place(case, spec):
    kind = spec["type"]
    if kind == "mcu":
        return "chip"
    if "address" in spec:
        return f"{kind} on I2C {spec['bus']}, address {spec['address']}"
    return f"{kind} at pin {spec['pin']}"


_ERRNO = {_ENODEV: "no answer", _EIO: "the line is held low", _ETIMEDOUT: "no answer in time"}
_I2C_ERRNO = {**_ERRNO, _EIO: "no answer"}  # an RP2 raises EIO where nothing acknowledges
_ADC_ERRNO = {_ETIMEDOUT: "the ADC does not answer in time"}


def _told(got, names=_ERRNO):
    """Return what the driver said, in words; names: {errno: words}."""
    return names.get(got["number"], got["text"] or got["error"])


def _reason(case, spec, got):
    """Return what went wrong, its likely cause and the next step."""
    if got["error"] == "ImportError":
        said, step = missing(got["text"])
        return said, None, step
    if got["error"] == "AttributeError":
        return (
            got["text"],
            "the MicroPython on the board lacks what the driver uses",
            f"make flash BOARD={case.board.name} with the stock firmware, or with a newer one",
        )
    return _REASONS.get(spec["type"], _other)(spec, got)


def _ds18x20(spec, got):
    seen, text = got["seen"], got["text"]
    roms = seen.get("roms", [])
    if got["step"] == "set up":
        return _told(got), "this pin cannot do it", "another pin: see the board's README"
    if text == "not measured yet":
        return (
            "85 °C, its value before it has measured",
            "it has no supply: with two wires it cannot measure, or VDD is loose",
            "wire its VDD to 3.3 V (three wires), not to GND",
        )
    if text == "wrong checksum":
        return text, "noise, a long cable, or no pull-up", f"{_PULL}, a shorter cable"
    if got["error"] == "ValueError":
        return (
            f"it answers with a value that cannot be true: {text}",
            "not a DS18B20, DS1822 or DS18S20, or a broken one",
            "another sensor",
        )
    if roms:
        there = ", ".join(roms)
        wanted = f"ROM {spec['rom']}" if spec["rom"] else f"index {spec['index']}"
        if spec["rom"] in roms or (not spec["rom"] and spec["index"] < len(roms)):
            return (
                f"{_told(got)} from {wanted}, which is found on the wire: {there}",
                "a loose contact, a long cable, or a weak pull-up",
                f"{_PULL}, a shorter cable; then run it again",
            )
        return (
            f"no answer from {wanted}; on this wire there are: {there}",
            "the configuration names another one than is there, or one is loose",
            f'"rom": "{roms[0]}", or index 0 to {len(roms) - 1}, in config.json: make config',
        )
    if seen.get("high") == 0:
        return (
            f"{_told(got)}, and the wire is low",
            "no pull-up, or data is joined to GND",
            f"{_PULL}; then data, GND and VDD of the sensor",
        )
    return (
        _told(got),
        "not connected, wrong way round (it gets hot then), or at another pin",
        f"data to pin {spec['pin']}, GND, VDD to 3.3 V, and {_PULL}",
    )


def _on_i2c(spec, got):
    found = got["seen"].get("addresses", [])
    told = _told(got, _I2C_ERRNO)
    if got["step"] == "set up":
        return told, "this bus is not at these pins", "see the board's README"
    if got["text"] == "wrong checksum":
        return got["text"], "noise or a long cable", "shorter wires, 4.7 kΩ pull-ups"
    if got["error"] == "ValueError":
        return (
            f"it answers with a value that cannot be true: {got['text']}",
            f"what is at address {spec['address']} is no {spec['type']}, or it is broken",
            "compare the chip's name with sensors[].type; another sensor",
        )
    if spec["address"] in found:
        return (
            f"{told}, although something answers at this address",
            f"it is no {spec['type']}, or a wire is loose or long",
            "compare the chip's name with sensors[].type; shorter wires, 4.7 kΩ pull-ups",
        )
    others = [number for number in _ADDRESSES.get(spec["type"], ()) if number in found]
    if others:
        return (
            f"no answer; one answers at {others[0]}",
            f"its {'ADDR' if spec['type'] == 'sht3x' else 'SDO'} pin chooses the address",
            f'"address": {others[0]} in config.json: make config',
        )
    return (
        f"{told}; addresses that answer on this bus: {found or 'none'}",
        "SDA or SCL is loose or swapped, no pull-ups, or no supply",
        "check SDA, SCL, GND, 3.3 V, and 4.7 kΩ from SDA and from SCL to 3.3 V",
    )


def _ntc(spec, got):
    if got["text"] in ("not connected", "shorted"):
        other = "GND" if spec["side"] == "low" else "3.3 V"
        return (
            got["text"],
            f"the pin sees the end of its range: the NTC belongs between the pin and {other}",
            f"check the NTC, its series resistor of {spec['series']} Ω, and sensors[].side",
        )
    if got["step"] == "read" and got["error"] == "ValueError":
        return (
            got["text"],
            "r25, b, series or side do not fit the parts",
            "compare these fields of config.json with the data sheet of the NTC",
        )
    return (
        _told(got, _ADC_ERRNO),
        f"pin {spec['pin']} cannot measure: it has no ADC here, or its ADC is in use",
        "a pin that can: see NTC in the board's README, then make config",
    )


def _mcu(spec, got):
    return (
        _told(got),
        "this MicroPython cannot read its chip",
        "a newer MicroPython, or leave this sensor out of config.json",
    )


def _pin(spec, got):
    return _told(got), "this pin cannot do it", "another pin: see the board's README"


def _other(spec, got):
    return _told(got), None, "check its wires and its fields in config.json"


_REASONS = {
    "ds18x20": _ds18x20,
    "sht3x": _on_i2c,
    "bmp280": _on_i2c,
    "ntc": _ntc,
    "pin": _pin,
    "mcu": _mcu,
}


def _actuator(case, spec):
    """Set its outputs up, all off; move each where ACTUATE=1 allows it."""
    case.cargo.load("doctor_parts", "node.actuators")
    got = _ask(case, "actuator(%r)" % spec)
    if "error" in got:
        yield _broken(got, spec)
        return
    pins = _pins(spec)
    if not case.order.actuate:
        yield ok(f"{pins} set up, all off; ACTUATE=1 moves them")
        return
    for finding in _moves(case, spec):
        if finding:
            yield finding
            return
    yield ok(f"{pins} moved, and off again")


def _pins(spec):
    """Return the outputs of spec and their pins in words."""
    parts = [f"{kind} at {spec[kind]['pin']}" for kind in ("switch", "dimmer") if spec[kind]]
    if spec["multistate"]:
        parts.append(f"states at {', '.join(map(str, spec['multistate']['pins']))}")
    return ", ".join(parts)


def _broken(got, spec):
    """Return the Finding for an output that fails; the step of got names it."""
    if got["step"] in _OUTPUTS:
        spec = {kind: spec[kind] if kind == got["step"] else None for kind in _OUTPUTS}
    if got["error"] == "ImportError":
        said, step = missing(got["text"])
        return fail(f"{_pins(spec)}: {said}", None, step)
    frequency = ", or not with this frequency" if got["step"] == "dimmer" else ""
    return fail(
        f"{_pins(spec)}: {_told(got)}",
        f"this board cannot drive that pin{frequency}, or it is broken",
        "another pin: see the board's README, then make config",
    )


def _moves(case, spec):
    """Move one output after the other; yield the Finding of each that does not follow."""
    if spec["switch"]:
        pin, high = spec["switch"]["pin"], spec["switch"]["active"] == "high"
        for on in (True, False):
            yield _move(case, spec, "on_off", on, [pin], [int(on == high)])
    if spec["dimmer"]:
        for percent in (50, 0):
            yield _move(case, spec, "dimmer", percent, [], [])
    if multi := spec["multistate"]:
        states = [name for name in multi["states"] if name != multi["boot"]] + [multi["boot"]]
        for name in states:
            levels = multi["states"][name]
            yield _move(case, spec, "multistate", name, multi["pins"], levels)


def _move(case, spec, output, value, pins, levels):
    got = _ask(case, "move(%r, %r, %r)" % (output, value, pins))
    if "error" in got:
        return _broken(got, spec)
    if got["value"] == levels:
        return None
    wrong = [
        pin for pin, now, wanted in zip(pins, got["value"], levels, strict=True) if now != wanted
    ]
    return fail(
        f"pin {wrong[0]} does not follow when it is set to {levels[pins.index(wrong[0])]}",
        "it is joined to GND, to 3.3 V or to another output",
        "take the wire off this pin, and run it again",
    )
