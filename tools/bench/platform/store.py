"""Datapoints in memory: the seam a database takes the place of."""

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Datapoint:
    """A value as it came, at_ms on the bench's clock."""

    at_ms: float
    value: object


class MemoryStore:
    """Keeps the newest `keep` datapoints of each resource."""

    def __init__(self, keep=1000):
        self._keep = keep
        self._points = {}

    def add(self, imei, path, value, at_ms):
        """Keep one datapoint of (oid, iid, rid)."""
        self._points.setdefault((imei, path), deque(maxlen=self._keep)).append(
            Datapoint(at_ms, value)
        )

    def latest(self, imei, path):
        """Return the newest Datapoint, or None."""
        points = self._points.get((imei, path))
        return points[-1] if points else None

    def history(self, imei, path):
        """Return all kept Datapoints, oldest first."""
        return list(self._points.get((imei, path), ()))

    def paths(self, imei):
        """Return the sorted paths that have a datapoint."""
        return sorted(path for owner, path in self._points if owner == imei)
