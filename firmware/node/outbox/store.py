"""Readings waiting for delivery: a bounded ring in files that a power cut cannot corrupt.

The folder holds segments of 32 readings, each named after the number of its first reading, and
`pos`, the number of the reading to be delivered next. A segment is only ever appended to, and is
removed when all of it has been delivered; `pos` is replaced by renaming.
"""

import os
import struct
from binascii import crc32

from micropython import const

_RECORD = "<IIHHHfI"  # CRC-32 of the rest, number, object, instance, resource, value, UNIX time
_BODY = "<IHHHfI"
_SIZE = const(22)
_SEGMENT = const(32)  # readings in a file


class Outbox:
    """At most `limit` readings (64 to 4096) in folder, which is created. Raises OSError.

    len() is the number of readings waiting. dropped counts readings that made room for newer ones,
    damaged those that could not be read back.
    """

    def __init__(self, folder: str, limit: int) -> None:
        self.folder = folder
        self.limit = limit
        self.dropped = self.damaged = 0
        self._firsts = []  # number of the first reading of each segment, oldest first
        self._torn = True  # the last segment must not be appended to
        self._head: "tuple | None" = None  # the oldest reading, once it has been read
        self._next = self._end = 0
        self._open()

    def __len__(self) -> int:
        return self._end - self._next

    @property
    def number(self) -> int:
        """Number of the oldest reading. Numbers are never used twice."""
        return self._next

    def add(self, readings: list[tuple]) -> None:
        """Append readings, [(oid, iid, rid, value, time)], with one write per segment.

        time is in UNIX seconds, 0 if unknown. The oldest segment makes room where the ring is
        full. Raises OSError; readings that were not written are not counted.
        """
        for start in range(0, len(readings), _SEGMENT):
            part = readings[start : start + _SEGMENT]
            while self._firsts and self._end + len(part) - self._firsts[0] > self.limit:
                self._drop_segment()
            try:
                self._append(part)
            except OSError:
                self._torn = True
                if len(self._firsts) < 2:
                    raise
                self._drop_segment()  # the file system may be full
                self._append(part)

    def first(self) -> "tuple | None":
        """Return the oldest reading as (oid, iid, rid, value, time), None if there is none."""
        while self._head is None and self._next < self._end:
            self._head = self._read(self._next)
            if self._head is None:
                self.damaged += 1
                self._next += 1
        return self._head

    def part(self, most: int) -> tuple[int, list[tuple]]:
        """Return (number of the oldest reading, list of the oldest readings, at most `most`)."""
        out = []
        if self.first() is not None:
            while len(out) < most and self._next + len(out) < self._end:
                reading = self._read(self._next + len(out))
                if reading is None:  # first() skips it when its turn comes
                    break
                out.append(reading)
        return self._next, out

    def done(self, count: int = 1) -> None:
        """Forget the `count` oldest readings: they were delivered. Raises OSError."""
        self._next += count
        self._head = None
        draft = self._path("pos.new")
        with open(draft, "wb") as f:
            body = struct.pack("<I", self._next)
            f.write(struct.pack("<I", crc32(body)) + body)
        os.rename(draft, self._path("pos"))
        self._remove_delivered()

    def _open(self) -> None:
        try:
            names = os.listdir(self.folder)
        except OSError:
            os.mkdir(self.folder)
            names = []
        for name in ("pos", "pos.new"):  # a power cut may leave both: the newer one counts
            self._next = max(self._next, self._position(name))
        self._firsts = sorted([int(name, 16) for name in names if _is_segment(name)])
        self._end = self._next
        if self._firsts:
            last = self._firsts[-1]
            size = os.stat(self._segment_path(last))[6]
            self._torn = bool(size % _SIZE)
            self._end = max(self._end, last + size // _SIZE)
            self._next = max(self._next, self._firsts[0])
        self._remove_delivered()

    def _position(self, name: str) -> int:
        """Return the number in the file name, 0 if there is none or it is damaged."""
        try:
            with open(self._path(name), "rb") as f:
                data = f.read(8)
        except OSError:
            return 0
        if len(data) < 8 or crc32(data[4:]) != struct.unpack_from("<I", data)[0]:
            return 0
        return struct.unpack("<II", data)[1]

    def _append(self, readings: list[tuple]) -> None:
        fresh = self._torn or self._end + len(readings) - self._firsts[-1] > _SEGMENT
        first = self._end if fresh else self._firsts[-1]
        data = b""
        for i, reading in enumerate(readings):
            body = struct.pack(_BODY, self._end + i, *reading)
            data += struct.pack("<I", crc32(body)) + body
        with open(self._segment_path(first), "wb" if fresh else "ab") as f:
            f.write(data)
        if first not in self._firsts:
            self._firsts.append(first)
        self._torn = False
        self._end += len(readings)

    def _read(self, number: int) -> "tuple | None":
        """Return the reading with this number, None if it cannot be read."""
        i = len(self._firsts) - 1
        while i and self._firsts[i] > number:
            i -= 1
        try:
            with open(self._segment_path(self._firsts[i]), "rb") as f:
                f.seek((number - self._firsts[i]) * _SIZE)
                data = f.read(_SIZE)
        except OSError:
            return None
        if len(data) < _SIZE or crc32(data[4:]) != struct.unpack_from("<I", data)[0]:
            return None
        record = struct.unpack(_RECORD, data)
        return record[2:] if record[1] == number else None

    def _segment_end(self, i: int) -> int:
        """Return the number after the last reading of segment i."""
        return self._firsts[i + 1] if i + 1 < len(self._firsts) else self._end

    def _remove_delivered(self) -> None:
        while self._firsts and self._next >= self._segment_end(0):
            self._remove_segment()

    def _drop_segment(self) -> None:
        """Give up the readings of the oldest segment."""
        end = self._segment_end(0)
        if end > self._next:
            self.dropped += end - self._next
            self._next = end
            self._head = None
        self._remove_segment()

    def _remove_segment(self) -> None:
        os.remove(self._segment_path(self._firsts[0]))
        del self._firsts[0]
        if not self._firsts:
            self._torn = True

    def _segment_path(self, first: int) -> str:
        return self._path("%08x" % first)

    def _path(self, name: str) -> str:
        return "%s/%s" % (self.folder, name)


def _is_segment(name: str) -> bool:
    """Return True if a file of the folder is a segment; other files are left alone."""
    for c in name:
        if c not in "0123456789abcdef":
            return False
    return len(name) == 8
