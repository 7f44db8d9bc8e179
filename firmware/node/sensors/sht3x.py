"""SHT30, SHT31, SHT35 on I2C: single shot, high repeatability, no clock stretching.

Source: Sensirion data sheet SHT3x-DIS, 4.3 (commands), 4.12 (checksum), 4.13 (conversion).
"""

from node import values

_MEASURE = b"\x24\x00"


def make(spec, shared):
    """Return a Sht3x by node.sensors.make; all on the same pins share the bus."""
    bus, scl, sda, address = values(spec, "bus scl sda address")
    key = ("i2c", bus, scl, sda)
    if key not in shared:
        from machine import I2C, Pin

        pins = {}  # type: dict
        if scl is not None:  # hardware buses of an STM32 have fixed pins
            pins = {"scl": Pin(scl), "sda": Pin(sda)}
        shared[key] = I2C(bus, freq=100_000, **pins)
    return Sht3x(shared[key], address)


class Sht3x:
    """One sensor at address 0x44 or 0x45."""

    def __init__(self, i2c, address=0x44):
        self.i2c = i2c
        self.address = address
        self._buf = bytearray(6)

    def start(self):
        """Start a measurement; return 16 (ms). Raises OSError when nothing acknowledges."""
        self.i2c.writeto(self.address, _MEASURE)
        return 16

    def read(self):
        """Return °C, -45..130; OSError while there is none, ValueError for a wrong checksum."""
        buf = self._buf
        self.i2c.readfrom_into(self.address, buf)
        crc = 0xFF
        for i in range(3):  # two bytes and their checksum leave 0
            crc ^= buf[i]
            if i < 2:
                for _ in range(8):
                    crc = (crc << 1 ^ 0x131) if crc & 0x80 else crc << 1
        if crc:
            raise ValueError("wrong checksum")
        return -45 + 175 * (buf[0] << 8 | buf[1]) / 65535
