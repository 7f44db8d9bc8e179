"""Small files that a power cut leaves either as they were or as they were to be.

A new version is written to PATH.tmp. When it is complete it is renamed to PATH.new, and that to
PATH. A cut leaves one of these:

    before PATH.new exists  the old version in PATH; PATH.tmp is ignored and overwritten later
    after that              the old version in PATH, or none (FAT removes it before it renames);
                            in the latter case settle() finishes the replacement

LittleFS replaces a file in one step.
"""

import os
from binascii import crc32

from micropython import const

_MOST = const(500)  # characters of a text file that are read
_PART = const(512)  # bytes read at a time


def settle(path: str) -> None:
    """Finish a replacement of path that was cut off between its steps."""
    try:
        os.stat(path)
    except OSError:
        try:
            os.rename(path + ".new", path)
        except OSError:
            pass  # there is no such file at all


def place(path: str) -> None:
    """Replace path by path.tmp, which is complete and closed. Raises OSError."""
    settle(path)
    if hasattr(os, "sync"):
        os.sync()
    os.rename(path + ".tmp", path + ".new")
    os.rename(path + ".new", path)


def write(path: str, lines: list[str]) -> None:
    """Replace the contents of path by lines, texts without newlines. Raises OSError."""
    with open(path + ".tmp", "w") as f:
        f.write("\n".join(lines + ["end"]))
    place(path)


def read(path: str) -> "list[str] | None":
    """Return the lines that were written to path last, None if there are none."""
    settle(path)
    try:
        with open(path) as f:
            lines = f.read(_MOST).split("\n")
    except (OSError, ValueError):  # ValueError: damaged, not UTF-8
        return None
    return lines[:-1] if lines[-1] == "end" else None


def copy(path: str, target: str) -> None:
    """Replace target by a copy of path. Raises OSError."""
    with open(path, "rb") as f, open(target + ".tmp", "wb") as g:
        while True:
            part = f.read(_PART)
            if not part:
                break
            g.write(part)
    place(target)


def crc(path: str) -> str:
    """Return the CRC-32 of the file path as eight hex digits. Raises OSError."""
    part = bytearray(_PART)
    view = memoryview(part)
    value = 0
    with open(path, "rb") as f:
        while True:
            n = f.readinto(part)
            if not n:
                return "%08x" % (value & 0xFFFFFFFF)
            value = crc32(view[:n], value)


def same(path: str, copy: str) -> bool:
    """Return True if copy exists and holds what path holds. Raises OSError if path is missing."""
    own = crc(path)
    try:
        return own == crc(copy)
    except OSError:
        return False
