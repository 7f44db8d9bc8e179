"""MicroPython's `onewire`, over the virtual board."""

from machine import Device


class OneWireError(Exception):
    """No presence pulse where one was required."""


class OneWire(Device):
    """onewire.OneWire: reset, readbyte, readinto, writebyte, write, select_rom, scan, crc8."""

    SEARCH_ROM = 0xF0
    MATCH_ROM = 0x55
    SKIP_ROM = 0xCC
