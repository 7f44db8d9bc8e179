"""MicroPython's `onewire` over the virtual board, with two DS18B20 on GPIO 4.

The DS18B20 is as its data sheet has it; its temperature is the board's.
"""

import vdevices

PIN = 4
ROMS = (b"\x28\x1a\x2b\x3c\x04\x00\x00\xc6", b"\x28\x5d\x6e\x7f\x04\x00\x00\x65")
_CONVERT_MS = 750  # at 12 bits
_POWER_ON = 85 * 16
_READ_ROM = 0x33
_CONVERT = 0x44
_SCRATCHPAD = 0xBE


class OneWireError(Exception):
    """No presence pulse where one was required."""


class OneWire:
    """onewire.OneWire: a bus pin; only GPIO 4 has devices on it.

    The bus works in whole bytes; readbit shows the conversion state or the next bit of an answer.
    SEARCH ROM exists as scan() only.
    """

    SEARCH_ROM = 0xF0
    MATCH_ROM = 0x55
    SKIP_ROM = 0xCC

    def __init__(self, pin):
        self._board = vdevices.board
        self._wired = vdevices.gpio(pin) == PIN
        self._step = ""  # what the next byte is: "rom", "match", "function" or nothing
        self._chosen = []
        self._rom = b""
        self._out = b""  # what is being answered
        self._in = 0  # the byte that comes in bit by bit
        self._bit = 0  # how much of the one or the other has passed

    def _devices(self):
        self._board.touch()
        if not self._wired:
            return []
        parts = self._board.parts
        if PIN not in parts:
            parts[PIN] = [_Ds18b20(self._board, i) for i in range(2)]
        return [device for device in parts[PIN] if device.present()]

    def reset(self, required=False):
        """Reset the bus; return whether a device is there (if required, raise OneWireError)."""
        self._chosen = self._devices()
        self._step = "rom" if self._chosen else ""
        self._answer([])
        if required and not self._chosen:
            raise OneWireError
        return bool(self._chosen)

    def writebyte(self, value):
        """Write one byte 0..255."""
        step, self._step = self._step, ""
        if step == "rom":
            self._step = "function"
            if value == self.MATCH_ROM:
                self._step, self._rom = "match", b""
            elif value == _READ_ROM:  # several devices at once pull each other's ones low
                self._answer([device.rom for device in self._chosen])
            elif value != self.SKIP_ROM:
                self._step = ""
        elif step == "match":
            self._rom += bytes((value,))
            self._step = "match"
            if len(self._rom) == 8:
                self._chosen = [d for d in self._chosen if d.rom == self._rom]
                self._step = "function"
        elif step and value == _CONVERT:
            for device in self._chosen:
                device.convert()
        elif step and value == _SCRATCHPAD:
            self._answer([device.scratchpad() for device in self._chosen])

    def _answer(self, texts):
        """Have texts read next, sent at once: a 0 wins on an open-drain bus."""
        out = bytearray(texts[0] if texts else 0)
        for text in texts:
            for i in range(len(out)):
                out[i] &= text[i]
        self._out = out
        self._bit = self._in = 0

    def writebit(self, value):
        """Write one bit; eight make a byte, lowest first."""
        if self._out:
            self._answer([])
        self._in |= (1 if value else 0) << self._bit
        self._bit += 1
        if self._bit == 8:
            byte = self._in
            self._bit = self._in = 0
            self.writebyte(byte)

    def readbit(self):
        """Return the next bit: of an answer, else 0 while a chosen device converts, else 1."""
        bit = self._bit
        if bit < 8 * len(self._out):
            self._bit = bit + 1
            return self._out[bit >> 3] >> (bit & 7) & 1
        return 0 if any(device.busy() for device in self._chosen) else 1

    def write(self, buf):
        """Write all bytes of buf."""
        for byte in buf:
            self.writebyte(byte)

    def readbyte(self):
        """Return the next byte; 0xFF when nothing answers."""
        return sum([self.readbit() << n for n in range(8)])

    def readinto(self, buf):
        """Fill buf."""
        for i in range(len(buf)):
            buf[i] = self.readbyte()

    def select_rom(self, rom):
        """Reset and address the device rom (8 bytes)."""
        self.reset()
        self.writebyte(self.MATCH_ROM)
        self.write(rom)

    def scan(self):
        """Return the ROMs present, in search order."""
        return [device.rom for device in self._devices()]

    def crc8(self, data):
        """Return the 1-wire CRC of data, 0 over data plus CRC."""
        return _crc8(data)


def _crc8(data):
    """Return the 1-wire CRC of data (x^8+x^5+x^4+1, reflected), 0 over data plus CRC."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0x8C if crc & 1 else crc >> 1
    return crc


class _Ds18b20:
    """One DS18B20 in 12-bit mode with its own supply. Holds 85 °C until its first conversion."""

    def __init__(self, board, i):
        self.board = board
        self.name = "ds18x20-%d" % i
        self.rom = ROMS[i]
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
        return data + bytes((_crc8(data),))
