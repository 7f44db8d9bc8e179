"""What a firmware file is, found out before anything is erased."""

import struct
import zlib

from deploy.errors import DeployError

# Chip number in the header of an ESP image, and where MicroPython's image goes.
ESP = {
    "ESP32": (0, 0x1000),
    "ESP32-S2": (2, 0x1000),
    "ESP32-S3": (9, 0),
    "ESP32-C3": (5, 0),
    "ESP32-C2": (12, 0),
    "ESP32-C6": (13, 0),
    "ESP32-H2": (16, 0),
    "ESP32-P4": (18, 0x2000),
    "ESP32-C5": (23, 0x2000),
}
_FAMILIES = {"RP2040": (0xE48BFF56,), "RP2350": (0xE48BFF59, 0xE48BFF5A, 0xE48BFF57)}
_SMALLEST, _LARGEST = 64 * 1024, 32 * 1024 * 1024


def esp(data, mcu):
    """Return why data is no image for the ESP chip mcu, or None."""
    if data[:1] != b"\xe9":
        return "is no ESP firmware (it does not begin with E9): take the .bin"
    if mcu not in ESP:
        return None
    chip = struct.unpack_from("<H", data, 12)[0]
    if chip != ESP[mcu][0]:
        names = [name for name, (number, _) in ESP.items() if number == chip]
        return f"is for {names[0] if names else f'chip {chip}'}, and the board has an {mcu}"
    return None


def uf2(data, mcu):
    """Return why data is no UF2 file for mcu, or None."""
    if len(data) % 512 or data[:8] != struct.pack("<II", 0x0A324655, 0x9E5D5157):
        return "is no UF2 file: take the .uf2"
    families = set()
    for at in range(0, len(data), 512):
        begin, more, flags = struct.unpack_from("<III", data, at)
        end = struct.unpack_from("<I", data, at + 508)[0]
        if (begin, more, end) != (0x0A324655, 0x9E5D5157, 0x0AB16F30):
            return "is damaged: download it again"
        if flags & 0x2000:
            families.add(struct.unpack_from("<I", data, at + 28)[0])
    right = _FAMILIES.get(mcu)
    if right and families and not families & set(right):
        return f"is not for an {mcu}"
    return None


def dfu(data, mcu):
    """Return why data is no DfuSe file, or None."""
    if data[:5] != b"DfuSe" or data[-8:-5] != b"UFD":
        return "is no DFU file: take the .dfu"
    if zlib.crc32(data[:-4]) ^ 0xFFFFFFFF != struct.unpack("<I", data[-4:])[0]:
        return "is damaged: download it again"
    return None


def stlink(data, mcu):
    """Return why data is nothing an ST-Link writes to an STM32, or None."""
    if data[:1] == b":":  # Intel HEX
        return None if data.rstrip().endswith(b":00000001FF") else "is damaged: download it again"
    stack, start = struct.unpack_from("<II", data)
    if 0x10000000 <= stack <= 0x30000000 and 0x08000000 <= start < 0x08400000:
        return None
    return "is no firmware for an STM32 (no vector table): take the .hex"


KINDS = {"esptool": esp, "dfu": dfu, "stlink": stlink, "uf2": uf2}


def checked(path, board):
    """Return the bytes of the firmware file path if board can take it; raises DeployError."""
    where = f"download it from https://micropython.org/download/{board.firmware or ''}"
    if path is None:
        raise DeployError("which firmware? FIRMWARE= is missing", f"{where}, give FIRMWARE=file")
    try:
        data = path.read_bytes()
    except OSError as e:
        raise DeployError(f"{path} cannot be read: {e.strerror}", where)
    if not _SMALLEST <= len(data) <= _LARGEST:
        raise DeployError(f"{path} has {len(data)} bytes: that is no MicroPython", where)
    if wrong := KINDS[board.flash](data, board.mcu):
        raise DeployError(f"{path} {wrong}", where)
    return data
