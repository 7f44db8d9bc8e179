"""The DS18B20s of the virtual board, as the data sheet has them: two on the 1-wire bus of GPIO 4.

They hold protocol state (conversion time, scratchpad); their temperature is the board's.
"""

PIN = 4
ROMS = (b"\x28\x1a\x2b\x3c\x04\x00\x00\xc6", b"\x28\x5d\x6e\x7f\x04\x00\x00\x65")
_CONVERT_MS = 750  # at 12 bits
_POWER_ON = 85 * 16


def on(board):
    """Return those on the bus of board now, in the order of their ROMs."""
    if PIN not in board.parts:
        board.parts[PIN] = [Ds18b20(board, "ds18x20-%d" % i, ROMS[i]) for i in range(2)]
    return [part for part in board.parts[PIN] if part.present()]


def crc8(data):
    """Return the 1-wire CRC of data (x^8+x^5+x^4+1, reflected), 0 over data plus CRC."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0x8C if crc & 1 else crc >> 1
    return crc


class Ds18b20:
    """One DS18B20 in 12-bit mode with its own supply. Holds 85 °C until its first conversion."""

    def __init__(self, board, name, rom):
        self.board = board
        self.name = name
        self.rom = rom
        self._raw = _POWER_ON
        self._started = None  # ticks
        self._pending = 0

    def present(self):
        """Return whether it answers on the bus; taken off the bus it forgets what it measured."""
        if self.board.temps[self.name] is None:
            self._raw = _POWER_ON
            self._started = None
            return False
        return True

    def convert(self):
        """Command 0x44: measure now, show it 750 ms later."""
        self.busy()
        celsius = min(max(self.board.temps[self.name], -55), 125)
        self._pending = round(celsius * 16)
        self._started = self.board.clock.ticks_ms()

    def busy(self):
        """Return whether a conversion is under way."""
        if self._started is None:
            return False
        clock = self.board.clock
        if clock.ticks_diff(clock.ticks_ms(), self._started) < _CONVERT_MS:
            return True
        self._raw = self._pending
        self._started = None
        return False

    def scratchpad(self):
        """Command 0xBE: the nine bytes, the last one their CRC."""
        self.busy()
        raw = self._raw & 0xFFFF
        data = bytes((raw & 0xFF, raw >> 8, 0x4B, 0x46, 0x7F, 0xFF, 16 - (raw & 15), 0x10))
        return data + bytes((crc8(data),))
