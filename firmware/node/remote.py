"""Commands that come by UDP, done to the objects; see docs/udp-uplink.md."""

from micropython import const

_STRING = const(1)  # as in codes.py; a private const takes no heap


class Remote:
    """Does commands to a Registry."""

    def __init__(self, registry):
        self.registry = registry

    def execute(self, operation, oid, iid, rid, values):
        """Return (code, [iid, rid, value, ...]).

        operation: 0 read, 1 write, 2 execute; values: of a write [value, rid, value, ...], of an
        execute [text] or []. Raises ValueError, TypeError or IndexError if it is none.
        """
        if operation == 0:
            code, found = self.registry.read(oid, iid, rid)
            return code, [field for iid, rid, _, value in found for field in (iid, rid, value)]
        if operation == 1:
            rids = [rid] + values[1::2]
            if len(rids) * 2 - 1 != len(values):
                raise ValueError("pairs")
            pairs = [(each, _STRING, _raw(value)) for each, value in zip(rids, values[::2])]
            return self.registry.write(oid, iid, pairs), []
        if operation == 2:
            return self.registry.execute(oid, iid, rid, _raw(values[0]) if values else b""), []
        return 405, []


def _raw(value):
    """Return value as the text that a write has for it."""
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    if value is True or value is False:
        value = int(value)
    return str(value).encode()
