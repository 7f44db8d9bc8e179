"""The parts on the buses of the virtual board, as their data sheets have them.

They hold protocol state (conversion time, scratchpad); their temperature is the board's.
"""

import struct
from errno import ENODEV

_CONVERT_MS = 750  # DS18B20 at 12 bits
_MEASURE_MS = 15  # SHT3x at high repeatability


def crc8_maxim(data):
    """Return the 1-wire CRC of data (x^8+x^5+x^4+1, reflected), 0 over data plus CRC."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0x8C if crc & 1 else crc >> 1
    return crc


def crc8_sensirion(data):
    """Return the SHT3x CRC of data (polynomial 0x31, start 0xFF)."""
    crc = 0xFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x31) & 0xFF if crc & 0x80 else crc << 1
    return crc


def part(board, name, make, *args):
    """Return the part name of board, made as make(board, name, *args) at its first use."""
    if name not in board.parts:
        board.parts[name] = make(board, name, *args)
    return board.parts[name]


class Ds18b20:
    """One DS18B20 in 12-bit mode with its own supply. Holds 85 °C until its first conversion."""

    def __init__(self, board, name, rom):
        self.board = board
        self.name = name
        self.rom = rom
        self.raw = 85 * 16
        self.started = None
        self.pending = 0

    def present(self):
        """Return whether it answers on the bus; taken off the bus it forgets what it measured."""
        if self.board.temps[self.name] is None:
            self.raw = 85 * 16
            self.started = None
            return False
        return True

    def convert(self):
        """Command 0x44: measure now, show it 750 ms later."""
        self.busy()
        celsius = min(max(self.board.temps[self.name], -55), 125)
        self.pending = round(celsius * 16)
        self.started = self.board.clock.ticks_ms()

    def busy(self):
        """Return whether a conversion is under way."""
        if self.started is None:
            return False
        clock = self.board.clock
        if clock.ticks_diff(clock.ticks_ms(), self.started) < _CONVERT_MS:
            return True
        self.raw = self.pending
        self.started = None
        return False

    def scratchpad(self):
        """Command 0xBE: the nine bytes, the last one their CRC."""
        self.busy()
        raw = self.raw & 0xFFFF
        data = bytes((raw & 0xFF, raw >> 8, 0x4B, 0x46, 0x7F, 0xFF, 16 - (raw & 15), 0x10))
        return data + bytes((crc8_maxim(data),))


class Sht3x:
    """One SHT3x: single-shot command 0x2400, no clock stretching, NACK until it has measured."""

    def __init__(self, board, name):
        self.board = board
        self.name = name
        self.started = None

    def _check(self):
        if self.board.temps[self.name] is None:
            self.started = None
            raise OSError(ENODEV)

    def write(self, data):
        """Take one I2C write; raise OSError(ENODEV) for what the part does not acknowledge."""
        self._check()
        if data == b"":
            return
        if bytes(data) != b"\x24\x00":
            raise OSError(ENODEV)
        self.started = self.board.clock.ticks_ms()

    def read(self, count):
        """Return count bytes of the measurement; raise OSError(ENODEV) while there is none."""
        self._check()
        clock = self.board.clock
        if self.started is None or (
            clock.ticks_diff(clock.ticks_ms(), self.started) < _MEASURE_MS
        ):
            raise OSError(ENODEV)
        self.started = None
        celsius = min(max(self.board.temps[self.name], -45), 130)
        raw = round((celsius + 45) * 65535 / 175)
        first = bytes((raw >> 8, raw & 0xFF))
        raw = round(min(max(self.board.humidity, 0), 100) * 65535 / 100)
        humid = bytes((raw >> 8, raw & 0xFF))
        data = first + bytes((crc8_sensirion(first),)) + humid + bytes((crc8_sensirion(humid),))
        return (data + b"\xff" * count)[:count]


class Bmp280:
    """One BMP280 with the calibration and the temperature of its data sheet's example (3.12)."""

    FACTORS = (27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000)
    _WARMTH = 519888  # 25.08 °C
    _FINE = 128422

    def __init__(self, board, name):
        self.board = board
        self._register = 0

    def write(self, data):
        """Take a register's number, and a value for it; OSError(ENODEV) while disconnected."""
        if self.board.pressure is None:
            raise OSError(ENODEV)
        if data:
            self._register = data[0]

    def read(self, count):
        """Return count bytes from the register written last on."""
        if self.board.pressure is None:
            raise OSError(ENODEV)
        if self._register == 0x88:
            data = struct.pack("<HhhHhhhhhhhh", *self.FACTORS)
        else:
            raw, warmth = self._raw(), self._WARMTH
            data = bytes((raw >> 12, raw >> 4 & 255, raw << 4 & 255))
            data += bytes((warmth >> 12, warmth >> 4 & 255, warmth << 4 & 255))
        return (data + b"\xff" * count)[:count]

    def _raw(self):
        """Return the reading at which the data sheet's formula gives the board's pressure."""
        wanted = self.board.pressure * 100 * 256
        low, high = 0, 0xFFFFF
        while low < high:
            middle = (low + high) // 2
            if self._pascals(middle) > wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def _pascals(self, raw):
        """Return 256ths of a Pa, by the integer formula of the data sheet (3.11.3)."""
        _, _, _, p1, p2, p3, p4, p5, p6, p7, p8, p9 = self.FACTORS
        v1 = self._FINE - 128000
        v2 = v1 * v1 * p6 + (v1 * p5 << 17) + (p4 << 35)
        v1 = (v1 * v1 * p3 >> 8) + (v1 * p2 << 12)
        v1 = ((1 << 47) + v1) * p1 >> 33
        p = (((1048576 - raw) << 31) - v2) * 3125 // v1
        v1 = p9 * (p >> 13) * (p >> 13) >> 25
        v2 = p8 * p >> 19
        return (p + v1 + v2 >> 8) + (p7 << 4)
