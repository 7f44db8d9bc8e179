"""The dialects by their names."""

from m5310.dialect import Dialect
from m5310.m5310a import M5310a


def get(name):
    """Return the dialect of that name, for auto the guide's; raises ValueError."""
    if name == "m5310a":
        return M5310a()
    if name not in ("seed", "auto"):
        raise ValueError("dialect %r: known are auto, seed and m5310a" % name)
    dialect = Dialect()
    dialect.name = name
    return dialect


def creates(dialect, server, bootstrap):
    """Return the commands that make a session, the first one accepted does.

    server "host:port", or None, and bootstrap are for the M5310-A only.
    """
    return dialect.creates(server, bootstrap) if dialect.own else (b"AT+MIPLCREATE",)
