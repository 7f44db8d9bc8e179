"""MicroPython's `onewire`, over the virtual board."""


def __getattr__(name):
    """Return OneWire, or OneWireError, loading it where a program asks for it."""
    if name == "OneWire":
        from machine import Device

        return Device(name)
    import chip

    return getattr(chip, name)
