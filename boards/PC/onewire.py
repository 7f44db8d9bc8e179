"""MicroPython's `onewire` over the virtual board: the DS18B20s on GPIO 4 (vds18b20.py)."""

import vdevices
import vds18b20

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
        self._wired = vdevices.gpio(pin) == vds18b20.PIN
        self._step = ""  # what the next byte is: "rom", "match", "function" or nothing
        self._chosen = []
        self._rom = b""
        self._out = b""  # what is being answered
        self._in = 0  # the byte that comes in bit by bit
        self._bit = 0  # how much of the one or the other has passed

    def _devices(self):
        self._board.touch()
        return vds18b20.on(self._board) if self._wired else []

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
        return vds18b20.crc8(data)
