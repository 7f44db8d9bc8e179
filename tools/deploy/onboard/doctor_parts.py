"""Runs on the board: each sensor read once, each actuator set up, by the node's own drivers.

What is found is printed as one line of JSON: {"value": ...} when it is well, else {"step", "error"
(the exception's name), "number" (errno or null), "text", "seen" (what the bus looks like)}.
"""

import json
from time import sleep_ms

from machine import Pin

_shared = {}  # the buses that several sensors hang on
_made = {}  # outputs of the actuator that was set up last


def sensor(spec):
    """Make the sensor of spec, read it once and print what came."""
    from node.sensors import make

    step = "set up"
    try:
        driver = make(spec, _shared)
        step = "start"
        sleep_ms(driver.start())
        step = "read"
        print(json.dumps({"value": driver.read()}))
    except MemoryError:  # says nothing of the sensor
        raise
    except Exception as e:  # ImportError or AttributeError where the port lacks something
        _failed(step, e, _looked_at(spec))


def _failed(step, e, seen):
    number = e.args[0] if isinstance(e, OSError) and e.args else None
    text = str(e)
    name = type(e).__name__
    print(json.dumps({"step": step, "error": name, "number": number, "text": text, "seen": seen}))


def _looked_at(spec):
    """Return what else can be found out about the place where the sensor should be."""
    try:
        if spec["type"] == "ds18x20":
            return _wire(spec["pin"])
        if "address" in spec:
            for key, bus in _shared.items():
                if key[0] == "i2c" and key[1] == spec["bus"]:
                    return {"addresses": bus.scan()}
    except Exception as e:  # the diagnosis must not hide what it was made for
        return {"looking": str(e)}
    return {}


def _wire(pin):
    from binascii import hexlify

    from onewire import OneWire

    level = None
    try:
        level = Pin(pin, Pin.IN, Pin.PULL_DOWN).value()  # 4.7 kΩ is stronger than that
    except (OSError, ValueError, TypeError, AttributeError):
        pass
    wire = OneWire(Pin(pin))
    present = wire.reset()
    roms = [hexlify(bytes(rom)).decode().upper() for rom in wire.scan()] if present else []
    return {"high": level, "present": bool(present), "roms": roms}


def actuator(spec):
    """Set the outputs of spec up as the node does when it starts, all off; print what came.

    One after the other: the step of a failure is the name of the output.
    """
    from node.actuators import make

    _made.clear()
    for name in _FIELDS:
        if not spec[name]:
            continue
        alone = dict(spec)
        for other in _FIELDS:
            if other != name:
                alone[other] = None
        try:
            made = make(alone)
        except MemoryError:
            raise
        except Exception as e:
            _failed(name, e, {})
            return
        for output in _OUTPUTS:
            if made[output]:
                _made[output] = made[output]
    print(json.dumps({"value": sorted(_made)}))


_FIELDS = ("switch", "dimmer", "multistate")
_OUTPUTS = ("on_off", "dimmer", "multistate")


def move(name, value, pins):
    """Set output name to value; print the levels of pins 300 ms later."""
    try:
        _made[name](value)
        sleep_ms(300)
        print(json.dumps({"value": [Pin(pin).value() for pin in pins]}))
    except (OSError, ValueError, TypeError, RuntimeError) as e:
        _failed("move", e, {})
