"""MicroPython's `onewire`, over the virtual board."""

from machine import Device

OneWire = Device("OneWire")


def __getattr__(name):
    """Return OneWireError: loaded where a program asks for it."""
    import chip

    return getattr(chip, name)
