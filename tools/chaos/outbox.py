"""The readings in the node's outbox, read from its files: none forgotten, none sent for ever.

The files are those of firmware/node/outbox/store.py: segments of 22 bytes a reading (checksum of
the rest, number, object, instance, resource, value, UNIX time), and `pos`, the number of the next
to deliver.
"""

import struct
from binascii import crc32
from pathlib import Path

from bench.platform.events import Stored

_RECORD = struct.Struct("<IIHHHfI")
_POSITION = struct.Struct("<II")
_TWICE = 2
_AGO_MS = 120_000  # a fault that far back may be why a reading is sent again
_MANGLED_MS = 8000  # a line may be on its way so long, and a reading of it in the outbox
_KEEP = 5000


class _Seen:
    """A reading in the outbox: path and value, how often that had arrived before it was there."""

    def __init__(self, key, before):
        self.key = key
        self.before = before
        self.times = 0
        self.sent_ms = 0


class OutboxWatch:
    """Watches the files in folder. given_up: returns how many the node says it has given up."""

    def __init__(self, folder, referee, given_up):
        self.folder = Path(folder)
        self.kept = 0
        self.sent_again = 0
        self.waiting = 0
        self._referee = referee
        self._given_up = given_up
        self._arrived = {}  # (path, value): how often the platform got it
        self._seen = {}  # number: _Seen
        self._missing = 0
        self._judged = 0  # what is before that was judged
        referee.platform.listen(self._told)

    def notified(self, path, value):
        """The node sends a reading and asks for its confirmation."""
        head = self._seen.get(self.look())
        if head is None or head.key != (path, _rounded(value)):
            return
        head.sent_ms = now = self._referee.now()
        if _rounded(value) == self._referee.readings.now(path[1]):
            return  # it may be a notification of the value of now
        head.times += 1
        if head.times > 1:
            self.sent_again += 1
            if head.times > _TWICE and not self._referee.effects.between(now - _AGO_MS, now):
                self._referee.problem(6, "a reading of the outbox is sent %d times" % head.times)

    def look(self):
        """Read the files; return the number of the reading to be delivered next."""
        numbers, position = [], 0
        for file in sorted(self.folder.glob("*")):
            data = file.read_bytes()
            if file.name in ("pos", "pos.new"):
                position = max(position, _position(data))
            elif len(file.name) == 8:
                numbers += self._records(data)
        left = [number for number in numbers if number >= position]
        self.waiting = len(left)
        for number in [each for each in self._seen if each < position]:
            self._judge(number)
        self._judged = max(self._judged, position)
        return min(left, default=position)

    def _records(self, data):
        """Note the whole readings in a segment; return their numbers."""
        numbers = []
        for at in range(0, len(data) - _RECORD.size + 1, _RECORD.size):
            there = _RECORD.unpack_from(data, at)
            if there[0] == crc32(data[at + 4 : at + _RECORD.size]):
                _, number, *path, value, _ = there
                numbers.append(number)
                fresh = number >= self._judged and number not in self._seen
                if fresh and len(self._seen) < _KEEP:
                    key = (tuple(path), _rounded(value))
                    self._seen[number] = _Seen(key, self._arrived.get(key, 0))
                    self.kept += 1
        return numbers

    def _judge(self, number):
        """A reading was let go of: it has arrived, or the node says that it has given one up."""
        seen = self._seen.pop(number)
        if self._arrived.get(seen.key, 0) > seen.before:
            return
        referee, now = self._referee, self._referee.now()
        if seen.sent_ms and now - seen.sent_ms < _MANGLED_MS:
            # Without a byte or with another one it was a notification as well.
            blamed = referee.effects.blame_line(seen.sent_ms, now, "up")
            if blamed:
                referee.tally.garbled[str(blamed)] += 1
                return
        self._missing += 1
        if self._missing > self._given_up():
            referee.problem(6, "reading %d, %s, never arrived" % (number, seen.key))

    def _told(self, event):
        if isinstance(event, Stored):
            key = (event.path, _rounded(event.value))
            self._arrived[key] = self._arrived.get(key, 0) + 1


def _rounded(value):
    return round(float(value), 3) if isinstance(value, (int, float)) else value


def _position(data):
    if len(data) < _POSITION.size or crc32(data[4:8]) != _POSITION.unpack_from(data)[0]:
        return 0
    return _POSITION.unpack_from(data)[1]
