"""What every object instance has: its values, and a version that moves when one changes."""


class Instance:
    """One instance of an object; subclasses set oid and resources.

    resources = ((rid, type, operations), ...), in the order of discover and read answers
    (guide 3.5(1), (2)).
    """

    oid = 0
    resources = ()  # type: tuple

    def __init__(self, iid, values):
        """iid: 0..65534; values: {rid: value}, absent = no value yet. Raises ValueError."""
        if not 0 <= iid < 0xFFFF:
            raise ValueError("iid %r" % (iid,))
        self.iid = iid
        self.values = values
        self.version = 0

    def get(self, rid, live=False):
        """Return the value of rid, None if there is none yet.

        live: as of this moment, for what is computed from the time; else as put last.
        """
        return self.values.get(rid)

    def counts_s(self, rid):
        """Tell whether rid counts seconds at present: its live value grows by one each second."""
        return False

    def put(self, rid, value):
        """Set rid to value, from inside the node; version moves if that is a change."""
        if self.values.get(rid) != value:
            self.values[rid] = value
            self.version += 1

    def check(self, rid, value):
        """Raise ValueError if a write may not set rid to value (of the right type already)."""

    def apply(self, pairs):
        """Set every (rid, value) of pairs, checked before, or raise and set none."""
        for rid, value in pairs:
            self.put(rid, value)

    def default(self, rid):
        """Return what rid falls back to when a replacing write does not name it."""
        return self.values.get(rid)

    def execute(self, rid, args):
        """Run rid with args (bytes); return a result code."""
        return 405  # method not allowed
