"""MicroPython's `onewire` over the virtual board, with two DS18B20 on GPIO 4.

The DS18B20 is as its data sheet has it; its temperature is the board's.
"""

import vdevices
from micropython import const

PIN = 4
ROMS = (b"\x28\x1a\x2b\x3c\x04\x00\x00\xc6", b"\x28\x5d\x6e\x7f\x04\x00\x00\x65")
_CONVERT_MS = const(750)  # at 12 bits
_READ_ROM = const(0x33)
_CONVERT = const(0x44)
_SCRATCHPAD = const(0xBE)


def _crc8(data):
    """Return the 1-wire CRC of data (x^8+x^5+x^4+1, reflected), 0 over data plus CRC."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0x8C if crc & 1 else crc >> 1
    return crc


class OneWireError(Exception):
    """No presence pulse where one was required."""


class OneWire:
    """onewire.OneWire: a bus pin; only GPIO 4 has devices on it.

    The bus works in whole bytes; single bits, and readbyte, are in seldom.py. SEARCH ROM exists as
    scan() only.
    """

    SEARCH_ROM = 0xF0
    MATCH_ROM = 0x55
    SKIP_ROM = 0xCC

    def __init__(self, pin):
        self._board = vdevices.board
        self._wired = vdevices.gpio(pin) == PIN
        self._step = ""  # what the next byte is: "rom", "match", "function" or nothing
        self._rom = b""
        self.chosen = []
        self.bits = []  # a byte that is being written or read bit by bit
        self.out = b""  # the rest of an answer

    def _devices(self):
        board = self._board
        board.touch()
        found = []
        for i in range(2 if self._wired else 0):
            name = "ds18x20-%d" % i
            if board.temps[name] is None:
                board.parts.pop(name, None)  # taken off the bus it forgets what it measured
            else:
                if name not in board.parts:
                    board.parts[name] = _Ds18b20(board, name, ROMS[i])
                found.append(board.parts[name])
        return found

    def reset(self, required=False):
        """Reset the bus; return whether a device is there (if required, raise OneWireError)."""
        self.chosen = self._devices()
        self._step = "rom" if self.chosen else ""
        self._answer([])
        if required and not self.chosen:
            raise OneWireError
        return bool(self.chosen)

    def writebyte(self, value):
        """Write one byte 0..255."""
        step, self._step = self._step, ""
        if step == "rom":
            self._step = "function"
            if value == self.MATCH_ROM:
                self._step, self._rom = "match", b""
            elif value == _READ_ROM:
                self._answer([device.rom for device in self.chosen])
            elif value != self.SKIP_ROM:
                self._step = ""
        elif step == "match":
            self._rom += bytes((value,))
            self._step = "match"
            if len(self._rom) == 8:
                self.chosen = [d for d in self.chosen if d.rom == self._rom]
                self._step = "function"
        elif step and value == _CONVERT:
            for device in self.chosen:
                device.convert()
        elif step and value == _SCRATCHPAD:
            self._answer([device.scratchpad() for device in self.chosen])

    def _answer(self, texts):
        """Have texts read next, sent at once: a 0 wins on an open-drain bus."""
        out = bytearray(texts[0] if texts else 0)
        for text in texts:
            for i in range(len(out)):
                out[i] &= text[i]
        self.out = out
        self.bits = []

    def write(self, buf):
        """Write all bytes of buf."""
        for byte in buf:
            self.writebyte(byte)

    def readinto(self, buf):
        """Fill buf: with the answer, then zeros while a chosen device converts, else ones."""
        for i in range(len(buf)):
            if self.out:
                buf[i] = self.out[0]
                self.out = self.out[1:]
            else:
                buf[i] = 0 if any(device.busy() for device in self.chosen) else 0xFF

    def select_rom(self, rom):
        """Reset and address the device rom (8 bytes)."""
        self.reset()
        self.writebyte(self.MATCH_ROM)
        self.write(rom)

    def scan(self):
        """Return the ROMs present, in search order."""
        return [device.rom for device in self._devices()]

    crc8 = staticmethod(_crc8)
    __getattr__ = vdevices.Pin.__getattr__


class _Ds18b20:
    """One DS18B20 in 12-bit mode with its own supply. Holds 85 °C until its first conversion."""

    def __init__(self, board, name, rom):
        self._board = board
        self.name = name
        self.rom = rom
        self._raw = 85 * 16
        self._next = 0  # what it will hold, 750 ms after
        self._since = None  # ticks of the conversion

    def convert(self):
        """Command 0x44: measure now, show it 750 ms later."""
        self.busy()
        self._next = round(min(max(self._board.temps[self.name], -55), 125) * 16)
        self._since = self._board.clock.ticks_ms()

    def busy(self):
        """Return whether a conversion is under way."""
        clock = self._board.clock
        if self._since is not None:
            if clock.ticks_diff(clock.ticks_ms(), self._since) < _CONVERT_MS:
                return True
            self._raw = self._next
            self._since = None
        return False

    def scratchpad(self):
        """Command 0xBE: the nine bytes, the last one their CRC."""
        self.busy()
        raw = self._raw & 0xFFFF
        data = bytes((raw & 0xFF, raw >> 8, 0x4B, 0x46, 0x7F, 0xFF, 16 - (raw & 15), 0x10))
        return data + bytes((_crc8(data),))
