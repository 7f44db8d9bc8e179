"""Sensors: one driver a file, all with the same two calls, none of which ever waits.

    start() -> ms until the reading is there, 0 = now
    read()  -> the reading in its units as float, of a contact whether it is on

Both raise OSError (no answer) or ValueError (an answer that cannot be true).
"""

from micropython import const

_HUMIDITY = const(3304)


def make(spec, shared):
    """Return the driver for spec, a sensor of a validated configuration.

    shared: a dict that all sensors of the node are made with; it holds the buses they share.
    Raises OSError or ValueError for pins and buses this board does not have.
    """
    from machine import Pin

    kind = spec["type"]
    if kind == "ds18x20":
        from .ds18x20 import Ds18x20

        pin = spec["pin"]
        if ("1-wire", pin) not in shared:
            from onewire import OneWire

            shared["1-wire", pin] = OneWire(Pin(pin)), []
        wire, roms = shared["1-wire", pin]
        return Ds18x20(wire, roms, spec["rom"], spec["index"])
    if kind == "ntc":
        from machine import ADC

        from .ntc import Ntc

        # Only the ESP32 has attenuation; without it the converter ends at 1 V.
        atten = {"atten": ADC.ATTN_11DB} if hasattr(ADC, "ATTN_11DB") else {}
        low = spec["side"] == "low"
        adc = ADC(Pin(spec["pin"]), **atten)
        return Ntc(adc, spec["r25"], spec["b"], spec["series"], low)
    if kind == "sht3x":
        from .sht3x import Humidity, Sht3x

        i2c, key = _bus(spec, shared)
        key = ("sht3x", key, spec["address"])
        if key not in shared:
            shared[key] = Sht3x(i2c, spec["address"])
        return Humidity(shared[key]) if spec.get("object") == _HUMIDITY else shared[key]
    if kind == "bmp280":
        from .bmp280 import Bmp280

        return Bmp280(_bus(spec, shared)[0], spec["address"])
    if kind == "pin":
        from .pin import PinInput

        pull = {"up": Pin.PULL_UP, "down": Pin.PULL_DOWN}.get(spec["pull"])
        pin = Pin(spec["pin"], Pin.IN) if pull is None else Pin(spec["pin"], Pin.IN, pull)
        return PinInput(pin, 1 if spec["active"] == "high" else 0)
    if kind == "mcu":
        from .mcu import Mcu, source

        return Mcu(source())
    raise ValueError("no driver for sensor type %r" % (kind,))


def _bus(spec, shared):
    """Return (the I2C bus of spec, its key in shared)."""
    from machine import I2C, Pin

    key = ("i2c", spec["bus"], spec["scl"], spec["sda"])
    if key not in shared:
        pins = {}  # type: dict
        if spec["scl"] is not None:  # hardware buses of an STM32 have fixed pins
            pins = {"scl": Pin(spec["scl"]), "sda": Pin(spec["sda"])}
        shared[key] = I2C(spec["bus"], freq=100_000, **pins)
    return shared[key], key
