"""State that outlives a sleep: in the memory of the RTC where it has one, else in a file.

Each copy is `crc number json`. The number grows with each save, so that the newest copy is known
whatever a power cut has left.
"""

import json
import os
from binascii import crc32

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from machine import RTC

_RTC_BYTES = const(2000)


class Memory:
    """Keeps one dict. `rtc`: a machine.RTC or None; on most ports it has no memory().

    volatile: what load() returned came from the RTC's memory, which is lost without power.
    """

    def __init__(self, path: str, rtc: "RTC | None" = None) -> None:
        self.path = path
        self.rtc = rtc if hasattr(rtc, "memory") else None
        self.volatile = False
        self._number: int | None = None  # of the newest copy

    def load(self) -> dict:
        """Return the dict that was saved last, an empty one if there is none or it is damaged."""
        self._number = 0
        self.volatile = False
        found: dict = {}
        for place in ("rtc", self.path, self.path + ".new"):
            number, state = _parse(self._read(place))
            if number > self._number:
                self._number = number
                self.volatile = place == "rtc"
                found = state
        return found

    def save(self, state: dict) -> None:
        """Save state. Raises OSError."""
        if self._number is None:
            self.load()
        body = ("%d " % (self._number + 1) + json.dumps(state)).encode()
        raw = b"%08x " % (crc32(body) & 0xFFFFFFFF) + body
        self._number += 1
        if self.rtc and len(raw) <= _RTC_BYTES:
            for path in (self.path, self.path + ".new"):  # they would be found after a power cut
                try:
                    os.remove(path)
                except OSError:  # there is none
                    pass
            if self._write_rtc(raw):
                return
        with open(self.path + ".new", "wb") as f:
            f.write(raw)
        os.rename(self.path + ".new", self.path)
        if self.rtc:
            self._write_rtc(b"")

    def _write_rtc(self, raw: bytes) -> bool:
        """Write raw to the RTC's memory; return False if it is too small for it."""
        try:
            self.rtc.memory(raw)
            return True
        except (OSError, ValueError):
            return False

    def _read(self, place: str) -> bytes:
        """Return the bytes in place, a path or "rtc"; none if there is no copy."""
        try:
            if place == "rtc":
                return bytes(self.rtc.memory()) if self.rtc else b""
            with open(place, "rb") as f:
                return f.read()
        except (OSError, ValueError):
            return b""


def _parse(raw: bytes) -> tuple[int, dict]:
    """Return (number, state) of a copy, (0, {}) if it is damaged or empty."""
    try:
        if int(raw[:8], 16) != crc32(raw[9:]) & 0xFFFFFFFF:
            return 0, {}
        number, _, text = str(raw[9:], "utf-8").partition(" ")
        state = json.loads(text)
        return (int(number), state) if isinstance(state, dict) else (0, {})
    except ValueError:  # the first start, or the format of an older version
        return 0, {}
