"""BMP280 and BME280 on I2C: air pressure, one forced measurement at a time.

Source: Bosch data sheet BMP280, 3.3 (modes), 3.11.3 (compensation), 4 (registers).
"""

from struct import unpack

from micropython import const

from .bus import bus

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from machine import I2C

_CALIBRATION = b"\x88"
_FORCED = b"\xf4\x2d"  # temperature once, pressure four times, then sleep
_DATA = b"\xf7"


def make(spec: dict, shared: dict) -> "Bmp280":
    """Return the Bmp280 of spec (node.sensors)."""
    return Bmp280(bus(spec, shared)[0], spec["address"])


class Bmp280:
    """One sensor at address 0x76 or 0x77."""

    def __init__(self, i2c: "I2C", address: int = 0x76) -> None:
        self.i2c = i2c
        self.address = address
        self._factors = None  # type: tuple # calibration data
        self._buf = bytearray(6)

    def start(self) -> int:
        """Start a measurement; return 20 (ms). Raises OSError."""
        if self._factors is None:
            raw = bytearray(24)
            self.i2c.writeto(self.address, _CALIBRATION)
            self.i2c.readfrom_into(self.address, raw)
            self._factors = unpack("<HhhHhhhhhhhh", raw)
        self.i2c.writeto(self.address, _FORCED)
        return 20

    def read(self) -> float:
        """Return hPa, 300 to 1100. Raises OSError, and ValueError for a value outside of that."""
        buf = self._buf
        self.i2c.writeto(self.address, _DATA)
        self.i2c.readfrom_into(self.address, buf)
        value = pressure(
            self._factors,
            buf[0] << 12 | buf[1] << 4 | buf[2] >> 4,
            buf[3] << 12 | buf[4] << 4 | buf[5] >> 4,
        )
        if not 300 <= value <= 1100:
            raise ValueError("out of range")
        return value


def pressure(factors: tuple, raw: int, raw_temperature: int) -> float:
    """Return hPa for the raw values of pressure and temperature (data sheet 3.11.3).

    factors: the calibration T1 to P9. Raises ValueError if the sensor is not calibrated.
    """
    t1, t2, t3, p1, p2, p3, p4, p5, p6, p7, p8, p9 = factors
    a = raw_temperature / 131072 - t1 / 8192
    fine = a * 8 * t2 + a * a * t3
    a = fine / 2 - 64000
    b = (a * a * p6 / 32768 + a * p5 * 2) / 4 + p4 * 65536
    a = (1 + (p3 * a * a / 524288 + p2 * a) / 524288 / 32768) * p1
    if not a:
        raise ValueError("not calibrated")
    p = (1048576 - raw - b / 4096) * 6250 / a
    return (p + (p9 * p * p / 2147483648 + p * p8 / 32768 + p7) / 16) / 100
