"""The parts on the buses of the virtual board: DS18B20 and SHT3x, as their data sheets have them.

They hold protocol state (conversion time, scratchpad); their temperature is the board's.
"""

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
        humid = b"\x73\x33"  # 45 %
        data = first + bytes((crc8_sensirion(first),)) + humid + bytes((crc8_sensirion(humid),))
        return (data + b"\xff" * count)[:count]
