"""Paths of LwM2M: 3303, 3303/0 or 3303/0/5700."""

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"[0-9]{1,5}\Z")
LARGEST = 65534  # 65535 is reserved, OMA LwM2M 6.1


@dataclass(frozen=True)
class Path:
    """An object, and where given an instance and a resource of it."""

    oid: int
    iid: int | None = None
    rid: int | None = None

    @property
    def parts(self):
        """Return the numbers that are given, one to three."""
        return tuple(part for part in (self.oid, self.iid, self.rid) if part is not None)

    def __str__(self):
        return "/".join(map(str, self.parts))

    @property
    def stream(self):
        """Return the id of the resource's datastream, such as 3303_0_5700."""
        return "%d_%d_%d" % (self.oid, self.iid, self.rid)

    def holds(self, other):
        """Return whether other is this path or lies below it."""
        return other.parts[: len(self.parts)] == self.parts


def parse_path(text):
    """Return the Path of text; a leading slash is allowed. Raises ValueError."""
    parts = text.removeprefix("/").split("/")
    if len(parts) > 3:
        raise ValueError("%r has more than object/instance/resource" % text)
    for part in parts:
        if not _NUMBER.match(part) or int(part) > LARGEST:
            raise ValueError(
                "%r is no path such as 3303, 3303/0 or 3303/0/5700, each number 0 to %d"
                % (text, LARGEST)
            )
    return Path(*map(int, parts))


def parse_stream(text):
    """Return the Path of a datastream's id such as 3303_0_5700, None if it is another kind."""
    try:
        path = parse_path(text.replace("_", "/"))
    except ValueError:
        return None
    return path if path.rid is not None and text.count("_") == 2 else None


def parameters(path):
    """Return path as parameters of a call."""
    names = ("obj_id", "obj_inst_id", "res_id")
    return dict(zip(names, path.parts)) if path else {}
