"""Readings that wait for delivery: a bounded ring in files that a power cut cannot spoil.

The folder holds segments of 32 readings, each named after the number of its first, and `pos`, the
number of the reading to be delivered next. A segment only grows at its end, and goes when all of
it was delivered; `pos` is replaced by renaming. Loaded only where it is configured.
"""

import os
import struct
from binascii import crc32

from micropython import const

_RECORD = "<IIHHHfI"  # crc of the rest, number, object, instance, resource, value, UNIX time
_SIZE = const(22)
_SEGMENT = const(32)  # readings in one file


class Outbox:
    """At most `limit` readings (64..4096) in folder, which is made; raises OSError.

    len() is how many wait. dropped: readings that made room for newer ones; damaged: readings that
    could not be read back.
    """

    def __init__(self, folder, limit):
        self.folder = folder
        self.limit = limit
        self.dropped = self.damaged = 0
        self._firsts = []  # numbers of the first reading of each segment, oldest first
        self._torn = True  # nothing may be added to the last segment
        self._head = None  # what first() returned
        self._next = self._end = 0
        self._open()

    def __len__(self):
        return self._end - self._next

    def add(self, readings):
        """Append readings, [(oid, iid, rid, value, time)], with one write a segment.

        time: UNIX seconds, 0 = not known. The oldest segment makes room where there is none. What
        was not appended is not counted. Raises OSError.
        """
        for start in range(0, len(readings), _SEGMENT):
            part = readings[start : start + _SEGMENT]
            while self._firsts and self._end + len(part) - self._firsts[0] > self.limit:
                self._drop()
            try:
                self._append(part)
            except OSError:
                self._torn = True
                if len(self._firsts) < 2:
                    raise
                self._drop()  # the file system may be full
                self._append(part)

    def first(self):
        """Return the oldest reading as (oid, iid, rid, value, time), None if there is none."""
        while self._head is None and self._next < self._end:
            self._head = self._read(self._next)
            if self._head is None:
                self.damaged += 1
                self._next += 1
        return self._head

    @property
    def number(self):
        """The number of the oldest reading: they are counted for ever."""
        return self._next

    def part(self, most):
        """Return (the number of the oldest reading, [it and at most so many behind it])."""
        out = []
        if self.first() is not None:
            while len(out) < most and self._next + len(out) < self._end:
                reading = self._read(self._next + len(out))
                if reading is None:  # it is skipped when it is the oldest
                    break
                out.append(reading)
        return self._next, out

    def done(self, count=1):
        """Forget the oldest readings, which were delivered. Raises OSError."""
        self._next += count
        self._head = None
        draft = self._path("pos.new")
        with open(draft, "wb") as f:
            body = struct.pack("<I", self._next)
            f.write(struct.pack("<I", crc32(body)) + body)
        os.rename(draft, self._path("pos"))
        while self._firsts and self._next >= self._last(0):
            self._remove()

    def _open(self):
        try:
            names = os.listdir(self.folder)
        except OSError:
            os.mkdir(self.folder)
            names = []
        for name in ("pos", "pos.new"):  # the newer one, where a cut left both
            self._next = max(self._next, self._position(name))
        self._firsts = sorted([int(name, 16) for name in names if _is_segment(name)])
        self._end = self._next
        if self._firsts:
            last = self._firsts[-1]
            size = os.stat(self._path("%08x" % last))[6]
            self._torn = bool(size % _SIZE)
            self._end = max(self._end, last + size // _SIZE)
            self._next = max(self._next, self._firsts[0])
        while self._firsts and self._next >= self._last(0):
            self._remove()

    def _position(self, name):
        try:
            with open(self._path(name), "rb") as f:
                data = f.read(8)
        except OSError:  # none yet
            return 0
        if len(data) < 8 or crc32(data[4:]) != struct.unpack_from("<I", data)[0]:
            return 0  # cut off
        return struct.unpack("<II", data)[1]

    def _append(self, readings):
        fresh = self._torn or self._end + len(readings) - self._firsts[-1] > _SEGMENT
        first = self._end if fresh else self._firsts[-1]
        data = b""
        for i in range(len(readings)):
            body = struct.pack("<IHHHfI", self._end + i, *readings[i])
            data += struct.pack("<I", crc32(body)) + body
        with open(self._path("%08x" % first), "wb" if fresh else "ab") as f:
            f.write(data)
        if first not in self._firsts:
            self._firsts.append(first)
        self._torn = False
        self._end += len(readings)

    def _read(self, number):
        i = len(self._firsts) - 1
        while i and self._firsts[i] > number:
            i -= 1
        try:
            with open(self._path("%08x" % self._firsts[i]), "rb") as f:
                f.seek((number - self._firsts[i]) * _SIZE)
                data = f.read(_SIZE)
        except OSError:
            return None
        if len(data) < _SIZE or crc32(data[4:]) != struct.unpack_from("<I", data)[0]:
            return None
        there = struct.unpack(_RECORD, data)
        return there[2:] if there[1] == number else None

    def _last(self, i):
        """Return the number behind the last reading of segment i."""
        return self._firsts[i + 1] if i + 1 < len(self._firsts) else self._end

    def _drop(self):
        """Give up the oldest segment."""
        end = self._last(0)
        if end > self._next:
            self.dropped += end - self._next
            self._next = end
            self._head = None
        self._remove()

    def _remove(self):
        os.remove(self._path("%08x" % self._firsts[0]))
        del self._firsts[0]
        if not self._firsts:
            self._torn = True

    def _path(self, name):
        return "%s/%s" % (self.folder, name)


def _is_segment(name):
    """Tell whether a file of the folder is a segment; others may lie there, and are left alone."""
    for c in name:
        if c not in "0123456789abcdef":
            return False
    return len(name) == 8
