"""MicroPython's `onewire` over the virtual board: the DS18B20 of the wiring table on GPIO 4."""

import vboard
import vdevices
from vbus import Ds18b20, crc8_maxim, part


class OneWireError(Exception):
    """No presence pulse where one was required."""


class OneWire:
    """onewire.OneWire: a bus pin with the DS18B20 of the wiring table on GPIO 4.

    The bus works in whole bytes; readbit shows the conversion state or the next bit of an answer.
    SEARCH ROM exists as scan() only.
    """

    SEARCH_ROM = 0xF0
    MATCH_ROM = 0x55
    SKIP_ROM = 0xCC

    def __init__(self, pin):
        self._board = vdevices.board
        self._wired = vdevices.gpio(pin).id == vboard.ONEWIRE_PIN
        self._step = ""  # what the next byte is: "rom", "match", "function" or nothing
        self._chosen = []
        self._rom = b""
        self._out = []  # bits to be read
        self._in = []  # bits written so far of a byte

    def _devices(self):
        if not self._wired:
            return []
        roms = sorted((rom, name) for name, rom in vboard.ROMS.items())
        devices = [part(self._board, name, Ds18b20, rom) for rom, name in roms]
        return [device for device in devices if device.present()]

    def reset(self, required=False):
        """Reset the bus; return whether a device is there (if required, raise OneWireError)."""
        self._chosen = self._devices()
        self._step = "rom" if self._chosen else ""
        self._out = []
        self._in = []
        if required and not self._chosen:
            raise OneWireError
        return bool(self._chosen)

    def writebyte(self, value):
        """Write one byte 0..255."""
        if self._step == "rom":
            self._step = "function"
            if value == self.MATCH_ROM:
                self._step, self._rom = "match", b""
            elif value == 0x33:  # READ ROM; several devices at once pull each other's ones low
                self._answer([device.rom for device in self._chosen])
            elif value != self.SKIP_ROM:
                self._step = ""
        elif self._step == "match":
            self._rom += bytes((value,))
            if len(self._rom) == 8:
                self._chosen = [d for d in self._chosen if d.rom == self._rom]
                self._step = "function"
        elif self._step == "function":
            self._step = ""
            self._chosen = [device for device in self._chosen if device.present()]
            if value == 0x44:
                for device in self._chosen:
                    device.convert()
            elif value == 0xBE:
                self._answer([device.scratchpad() for device in self._chosen])

    def _answer(self, texts):
        """Queue the bits of texts, sent at once: a 0 wins on an open-drain bus."""
        for i in range(max([len(text) for text in texts] or [0])):
            byte = 0xFF
            for text in texts:
                byte &= text[i]
            self._out.extend([byte >> n & 1 for n in range(8)])

    def writebit(self, value):
        """Write one bit; eight make a byte, lowest first."""
        self._in.append(1 if value else 0)
        if len(self._in) == 8:
            byte = sum(bit << n for n, bit in enumerate(self._in))
            self._in = []
            self.writebyte(byte)

    def readbit(self):
        """Return the next bit: of an answer, else 0 while a chosen device converts, else 1."""
        if self._out:
            return self._out.pop(0)
        return 0 if any(device.busy() for device in self._chosen) else 1

    def write(self, buf):
        """Write all bytes of buf."""
        for byte in buf:
            self.writebyte(byte)

    def readbyte(self):
        """Return the next byte; 0xFF when nothing answers."""
        return sum(self.readbit() << n for n in range(8))

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
        return crc8_maxim(data)
