"""MicroPython's `onewire`, over the virtual board."""

from machine import Device, call


class OneWireError(Exception):
    """No presence pulse where one was required."""


class OneWire(Device):
    """onewire.OneWire: reset, readbyte, readinto, writebyte, write, select_rom, scan, crc8."""

    SEARCH_ROM = 0xF0
    MATCH_ROM = 0x55
    SKIP_ROM = 0xCC

    def reset(self, required=False):
        """Reset the bus; return whether a device is there (if required, raise OneWireError)."""
        found = call(self.number, "reset")
        if required and not found:
            raise OneWireError
        return found
