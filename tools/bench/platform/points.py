"""The table of datapoints: (device, object, instance, resource), a time and a value."""

import heapq
import json
import re
from dataclasses import dataclass

MAX_ROWS = 6000  # of one page, all streams together (facts platform.md 1.3)
MAX_NEWEST = 60_000  # of newest(), which has no pages
PRUNE_EVERY = 1000
FOREVER = 1 << 62
CURSOR = re.compile(r"([0-9]{1,15})_([0-9]{1,18})")


@dataclass(frozen=True)
class Point:
    """A value as it came, at_ms in UNIX ms; opaque values are lists of byte codes."""

    id: int
    oid: int
    iid: int
    rid: int
    at_ms: int
    value: object

    @property
    def path(self):
        return self.oid, self.iid, self.rid


class Points:
    """The newest `keep` datapoints of each stream (resource) are kept."""

    def __init__(self, store, keep):
        self._store = store
        self._keep = keep
        self._added = {}

    def add(self, device_id, path, value, at_ms):
        """Keep one datapoint of (oid, iid, rid); return False if there is no room for it."""
        return self.add_all(device_id, [(path, value)], at_ms)

    def add_all(self, device_id, values, at_ms):
        """Keep datapoints, [(path, value)], of one moment; return False if none is kept."""
        return self._store.keep_points(
            [((device_id, *path), at_ms, json.dumps(plain(value))) for path, value in values]
        )

    def write(self, execute, points):
        """Put datapoints, (stream, at_ms, text), into the table."""
        for stream, at_ms, text in points:
            execute(
                "INSERT INTO points (device, oid, iid, rid, at, value) VALUES (?, ?, ?, ?, ?, ?)",
                (*stream, at_ms, text),
            )
            self._added[stream] = self._added.get(stream, 0) + 1
            if self._added[stream] >= PRUNE_EVERY:
                self._added[stream] = 0
                self._prune(execute, stream)

    def streams(self, device_id):
        """Return the sorted (oid, iid, rid) that have a datapoint."""
        # One index seek a stream: DISTINCT would walk over every datapoint.
        found, last = [], (-1, -1, -1)
        while True:
            row = self._store.read(
                "SELECT oid, iid, rid FROM points WHERE device = ? AND (oid, iid, rid) > (?, ?, ?)"
                " ORDER BY oid, iid, rid LIMIT 1",
                (device_id, *last),
            ).fetchone()
            if row is None:
                return found
            last = row
            found.append(row)

    def latest(self, device_id):
        """Return the newest Point of every stream."""
        return [
            point
            for path in self.streams(device_id)
            for point in self._stream(device_id, path, newest=1)
        ]

    def page(self, device_id, paths=None, start_ms=None, end_ms=None, after=None, limit=100):
        """Return (Points, cursor or None), oldest first, at most limit of a stream.

        paths None = all streams; both ends of the time belong to it; after: the cursor of the page
        before. Raises ValueError for an unusable cursor.
        """
        position = _position(after) if after is not None else (start_ms or 0, 0)
        if start_ms is not None:
            position = max(position, (start_ms, 0))
        streams = (
            self._stream(device_id, path, position, end_ms)
            for path in self._chosen(device_id, paths)
        )
        counts, page = {}, []
        for point in heapq.merge(*streams, key=lambda point: (point.at_ms, point.id)):
            counts[point.path] = counts.get(point.path, 0) + 1
            if counts[point.path] > limit or len(page) >= MAX_ROWS:
                return page, "%d_%d" % (page[-1].at_ms, page[-1].id)
            page.append(point)
        return page, None

    def newest(self, device_id, paths=None, limit=100):
        """Return the newest Points of each stream, at most limit of one, newest first."""
        chosen = self._chosen(device_id, paths)
        limit = min(limit, max(MAX_NEWEST // max(len(chosen), 1), 1))
        rows = []
        for path in chosen:
            rows += self._stream(device_id, path, newest=limit)
        rows.sort(key=lambda point: (-point.at_ms, -point.id))
        return rows

    def forget(self, device_id):
        """Drop all datapoints of a device. Raises Unwritable."""
        self._store.delete_points(device_id)

    def _chosen(self, device_id, paths):
        return self.streams(device_id) if paths is None else sorted(set(paths))

    def _stream(self, device_id, path, position=(0, 0), end_ms=None, newest=0):
        """Yield the Points behind position, oldest first, or the `newest` ones, newest first."""
        order = "DESC, id DESC LIMIT %d" % newest if newest else "ASC, id ASC"
        rows = self._store.read(
            "SELECT id, oid, iid, rid, at, value FROM points"
            " WHERE device = ? AND oid = ? AND iid = ? AND rid = ?"
            " AND (at, id) > (?, ?) AND at <= ? ORDER BY at " + order,
            (device_id, *path, *position, FOREVER if end_ms is None else end_ms),
        )
        for row in rows:
            yield Point(*row[:5], json.loads(row[5]))

    def _prune(self, execute, stream):
        row = execute(
            "SELECT at, id FROM points WHERE device = ? AND oid = ? AND iid = ? AND rid = ?"
            " ORDER BY at DESC, id DESC LIMIT 1 OFFSET ?",
            (*stream, self._keep),
        ).fetchone()
        if row:
            execute(
                "DELETE FROM points WHERE device = ? AND oid = ? AND iid = ? AND rid = ?"
                " AND (at, id) <= (?, ?)",
                (*stream, *row),
            )


def plain(value):
    """Return a value as it is kept: opaque bytes as a list of byte codes."""
    return list(value) if isinstance(value, (bytes, bytearray)) else value


def _position(cursor):
    match = CURSOR.fullmatch(cursor)
    if not match:
        raise ValueError("%r is no cursor of this platform" % cursor[:40])
    return int(match[1]), int(match[2])
