"""DS18B20, DS1822 and DS18S20 on a 1-wire bus, with a supply of their own (three wires).

Sources: Maxim data sheets DS18B20 and DS18S20, sections on operation, memory and CRC.
"""

from errno import EIO, ENODEV

from micropython import const

from node import need, values

_CONVERT = const(0x44)
_SCRATCHPAD = const(0xBE)
_DS18S20 = const(0x10)
_POWER_ON = const(85)


def make(spec, shared):
    """Return a Ds18x20 by node.sensors.make; all on one pin share the bus and what was found."""
    pin, rom, index = values(spec, "pin rom index")
    if ("1-wire", pin) not in shared:
        need("Pin")
        from machine import Pin
        from onewire import OneWire

        shared["1-wire", pin] = OneWire(Pin(pin)), []
    wire, roms = shared["1-wire", pin]
    return Ds18x20(wire, roms, rom, index)


class Ds18x20:
    """One thermometer, by ROM (16 hex digits) or else by its index on the bus.

    roms: a list that all on the bus of wire share: the ROMs in the order they were found, so that
    one found later never moves another.
    """

    def __init__(self, wire, roms, rom=None, index=0):
        self.wire = wire
        self.roms = roms
        self.index = index
        self.rom = rom and bytes([int(rom[i : i + 2], 16) for i in range(0, 16, 2)])
        self.last = 0  # type: float

    def _find(self):
        """Return its ROM, having looked for it; raises OSError(ENODEV) if it is not there."""
        roms = self.roms
        if self.index >= len(roms):
            for rom in self.wire.scan():
                rom = bytes(rom)
                if (
                    rom[0] in (0x28, 0x22, _DS18S20)
                    and rom not in roms
                    and not self.wire.crc8(rom)
                ):
                    roms.append(rom)
            if self.index >= len(roms):
                raise OSError(ENODEV)
        return roms[self.index]

    def _select(self, command):
        """Address the device and send command; raises OSError(ENODEV) when the bus is silent."""
        if self.rom is None:
            self.rom = self._find()
        if not self.wire.reset():
            raise OSError(ENODEV)
        self.wire.select_rom(self.rom)
        self.wire.writebyte(command)

    def start(self):
        """Start a conversion of this device alone; return 760 (ms)."""
        self._select(_CONVERT)
        return 760

    def read(self):
        """Return °C, -55..125; ValueError for a wrong checksum and for the power-on value."""
        self._select(_SCRATCHPAD)
        buf = bytearray(9)
        self.wire.readinto(buf)
        if self.wire.crc8(buf):
            raise ValueError("wrong checksum")
        if not any(buf):
            raise OSError(EIO)  # nine zeros have a good checksum: the wire is held low
        raw = buf[0] | buf[1] << 8
        if raw & 0x8000:
            raw -= 0x10000
        if self.rom[0] == _DS18S20:
            if not buf[7]:
                raise ValueError("count per degree is 0")
            value = (raw >> 1) - 0.25 + (buf[7] - buf[6]) / buf[7]
        else:
            unused = 3 - (buf[4] >> 5 & 3)  # bits below the resolution are undefined
            value = (raw >> unused << unused) / 16
        if value == _POWER_ON and abs(self.last - value) > 2:
            raise ValueError("not measured yet")
        if not -55 <= value <= 125:
            raise ValueError("out of range")
        self.last = value
        return value
