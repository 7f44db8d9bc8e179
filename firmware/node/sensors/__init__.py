"""Sensors: one driver a file, all with the same two calls, none of which ever waits.

    start() -> ms until the reading is there, 0 = now
    read()  -> °C as float

Both raise OSError (no answer) or ValueError (an answer that cannot be true).
"""


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
        from machine import I2C

        from .sht3x import Sht3x

        bus = spec["bus"]
        key = ("i2c", bus, spec["scl"], spec["sda"])
        if key not in shared:
            pins = {}  # type: dict
            if spec["scl"] is not None:  # hardware buses of an STM32 have fixed pins
                pins = {"scl": Pin(spec["scl"]), "sda": Pin(spec["sda"])}
            shared[key] = I2C(bus, freq=100_000, **pins)
        return Sht3x(shared[key], spec["address"])
    if kind == "mcu":
        from .mcu import Mcu, source

        return Mcu(source())
    raise ValueError("no driver for sensor type %r" % (kind,))
