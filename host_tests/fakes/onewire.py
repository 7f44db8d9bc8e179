"""MicroPython's `onewire` for tests: the virtual board's bus."""

from vonewire import OneWire, OneWireError

__all__ = ("OneWire", "OneWireError")
