"""SHT30, SHT31, SHT35 on I2C: single shot, high repeatability, no clock stretching.

Source: Sensirion data sheet SHT3x-DIS, 4.3 (commands), 4.12 (checksum), 4.13 (conversion).
"""

from micropython import const

from .bus import bus

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from machine import I2C

_MEASURE = b"\x24\x00"
_HUMIDITY = const(3304)


def make(spec: dict, shared: dict) -> "Sht3x | Humidity":
    """Return the Sht3x of spec, or its Humidity; one chip is measured once for both."""
    i2c, key = bus(spec, shared)
    key = ("sht3x", key, spec["address"])
    if key not in shared:
        shared[key] = Sht3x(i2c, spec["address"])
    return Humidity(shared[key]) if spec.get("object") == _HUMIDITY else shared[key]


class Sht3x:
    """One sensor at address 0x44 or 0x45; read() returns its temperature."""

    def __init__(self, i2c: "I2C", address: int = 0x44) -> None:
        self.i2c = i2c
        self.address = address
        self.started = False
        self.good = False  # the buffer holds a measurement
        self._buf = bytearray(6)

    def start(self) -> int:
        """Start a measurement if none is under way; return 16 (ms). Raises OSError."""
        if not self.started:
            self.i2c.writeto(self.address, _MEASURE)
            self.started = True
        return 16

    def word(self, place: int) -> int:
        """Return the 16 bits at byte `place` of the measurement, which the first call fetches."""
        buf = self._buf
        if self.started:
            self.started = self.good = False
            self.i2c.readfrom_into(self.address, buf)
            self.good = not (_crc(buf, 0) or _crc(buf, 3))
        if not self.good:
            raise ValueError("wrong checksum")
        return buf[place] << 8 | buf[place + 1]

    def read(self) -> float:
        """Return °C, -45 to 130. Raises OSError, and ValueError for a wrong checksum."""
        return -45 + 175 * self.word(0) / 65535


class Humidity:
    """Relative humidity of an Sht3x, which may be read for its temperature as well."""

    def __init__(self, sht3x: Sht3x) -> None:
        self.start = sht3x.start
        self.word = sht3x.word

    def read(self) -> float:
        """Return %, 0 to 100. Raises as Sht3x.read."""
        return 100 * self.word(3) / 65535


def _crc(buf: bytearray, place: int) -> int:
    """Return the CRC-8 of the two bytes at `place` and their checksum: 0 if it is correct."""
    crc = 0xFF
    for i in range(3):
        crc ^= buf[place + i]
        if i < 2:
            for _ in range(8):
                crc = (crc << 1 ^ 0x131) if crc & 0x80 else crc << 1
    return crc
