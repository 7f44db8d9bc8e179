"""MicroPython's `onewire` for tests: the virtual board's bus."""

import vboard
from vonewire import OneWire, OneWireError

ROMS = tuple(sorted(vboard.ROMS.values()))

__all__ = ("ROMS", "OneWire", "OneWireError")
