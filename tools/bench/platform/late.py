"""What the database has to take and could not take yet: kept in memory, within bounds."""

MAX_POINTS = 20_000  # datapoints that wait
CHUNK = 1000  # datapoints written at a time


class Late:
    """Changes and datapoints in the order they came.

    changes: {key: (sql, parameters)}: a later change of the same row takes the place of the
    earlier, so there are never more than rows. points: (stream, at_ms, text). calls: what is
    called once everything is written. dropped: datapoints there was no room for.
    """

    def __init__(self):
        self.changes = {}
        self.points = []
        self.calls = []
        self.dropped = 0

    def __bool__(self):
        return bool(self.changes or self.points or self.calls)

    def room(self, count):
        """Return whether count datapoints may be added; they are counted as dropped if not."""
        if len(self.points) + count <= MAX_POINTS:
            return True
        self.dropped += count
        return False

    def take(self, other):
        """Move everything of another Late behind what is here."""
        self.changes |= other.changes
        self.points += other.points
        self.calls += other.calls
        other.clear()

    def written(self, changes, points):
        """Forget what is on disk now: changes, unless there are newer, and so many points."""
        for key, change in changes.items():
            if self.changes.get(key) is change:
                del self.changes[key]
        del self.points[:points]

    def forget_device(self, number):
        """Drop the datapoints of a device that is deleted."""
        self.points = [point for point in self.points if point[0][0] != number]

    def clear(self):
        """Drop everything."""
        self.changes.clear()
        self.points.clear()
        self.calls.clear()
