"""DS18B20, DS1822 and DS18S20 on a 1-Wire bus, externally powered (three wires).

Sources: Maxim data sheets DS18B20 and DS18S20, sections on operation, memory and CRC.
"""

from errno import EIO, ENODEV

from micropython import const

from node import need

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from onewire import OneWire

_CONVERT = const(0x44)
_SCRATCHPAD = const(0xBE)
_DS18S20 = const(0x10)
_POWER_ON = const(85)


def make(spec: dict, shared: dict) -> "Ds18x20":
    """Return the Ds18x20 of spec (node.sensors); all on one pin share the bus."""
    pin = spec["pin"]
    if ("1-wire", pin) not in shared:
        need("Pin")
        from machine import Pin
        from onewire import OneWire

        shared["1-wire", pin] = OneWire(Pin(pin)), []
    wire, roms = shared["1-wire", pin]
    return Ds18x20(wire, roms, spec["rom"], spec["index"])


class Ds18x20:
    """One thermometer, selected by its ROM code (16 hex digits) or by its index on the bus.

    roms: a list shared by all sensors on the bus: ROM codes in the order in which they were found,
    so that a sensor that appears later does not change the index of another.
    """

    def __init__(
        self, wire: "OneWire", roms: list[bytes], rom: "str | None" = None, index: int = 0
    ) -> None:
        self.wire = wire
        self.roms = roms
        self.index = index
        self.rom = bytes([int(rom[i : i + 2], 16) for i in range(0, 16, 2)]) if rom else None
        self.last = 0  # type: float

    def _find(self) -> bytes:
        """Return the ROM code, searching the bus. Raises OSError(ENODEV) if it is not there."""
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

    def _select(self, command: int) -> None:
        """Address the sensor and send command. Raises OSError(ENODEV) if the bus is silent."""
        if self.rom is None:
            self.rom = self._find()
        if not self.wire.reset():
            raise OSError(ENODEV)
        self.wire.select_rom(self.rom)
        self.wire.writebyte(command)

    def start(self) -> int:
        """Start a conversion; return 760 (ms). Raises OSError."""
        self._select(_CONVERT)
        return 760

    def read(self) -> float:
        """Return °C, -55 to 125.

        Raises OSError, and ValueError for a wrong checksum or the power-on value.
        """
        self._select(_SCRATCHPAD)
        buf = bytearray(9)
        self.wire.readinto(buf)
        if self.wire.crc8(buf):
            raise ValueError("wrong checksum")
        if not any(buf):
            raise OSError(EIO)  # nine zeros have a valid checksum: the bus is shorted
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
