"""The I2C buses, which sensors share."""

from node import need


def bus(spec: dict, shared: dict) -> tuple:
    """Return (machine.I2C, its key in shared) for the bus and pins in spec."""
    number, scl, sda = spec["bus"], spec["scl"], spec["sda"]
    key = ("i2c", number, scl, sda)
    if key not in shared:
        need("I2C", "Pin")
        from machine import I2C, Pin

        pins = {}  # type: dict
        if scl is not None:  # hardware buses of an STM32 have fixed pins
            pins = {"scl": Pin(scl), "sda": Pin(sda)}
        shared[key] = I2C(number, freq=100_000, **pins)
    return shared[key], key
