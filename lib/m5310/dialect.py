"""How the guide's generation of the MIPL command set speaks (G3 in facts/protocol.md 0.1).

All that the M5310-A's does otherwise is in m5310a.py, which is loaded for it alone.
"""

from micropython import const

# As in codes.py; a private const takes no heap.
_STRING = const(1)
_OPAQUE = const(2)
_FLOAT = const(4)
_BOOLEAN = const(5)


class Dialect:
    """The guide's generation, and what another one has to say too.

    `name` is "auto" until the session has found out which one the module speaks.
    """

    # own(op) tells whether the module answers op itself; None: it answers nothing. One that does
    # so knows its resources before OPEN and whom a notification is for.
    own = None  # type: type
    name = "seed"

    def creates(self, server, bootstrap):
        """Return the commands that make the session, the first one accepted does.

        server "host:port", or None, and bootstrap are for m5310a only.
        """
        return (b"AT+MIPLCREATE",)

    def value(self, kind, value):
        """Return value as `type,len,text`; raises ValueError if it has no form on the line.

        An int given for a _FLOAT is printed without decimals, as the guide prints 98.
        """
        text = plain(kind, value)
        if kind == _STRING:
            return b'%d,%d, "%s"' % (kind, len(text), text)
        size = 4
        if kind == _OPAQUE:
            size = len(value)
        elif kind == _BOOLEAN:
            size = 1
        elif kind != _FLOAT and not -0x80000000 <= value <= 0x7FFFFFFF:
            size = 8
        return b"%d,%d,%s" % (kind, size, text)

    def tail(self, i, count):
        """Return `index,flag` of line i of count; the index counts down to 0."""
        return b"%d,0" % (count - 1 - i)


def plain(kind, value):
    """Return value as text without quotes (bytes); raises ValueError if it has none."""
    if kind == _STRING:
        raw = value.encode()
        if raw and (min(raw) < 32 or 34 in raw or 127 in raw):
            raise ValueError("string")
        return raw
    if kind == _OPAQUE:
        return b"".join([b"%02X" % c for c in value])
    if kind == _FLOAT:
        return float_text(value)
    if kind == _BOOLEAN:
        return b"1" if value else b"0"
    if not -(1 << 63) <= value < 1 << 63:
        raise ValueError("integer")
    return b"%d" % value


def float_text(value):
    """Return a number with at most three decimals and no idle zeros: 20.123, 60.2, 0.0, 98."""
    if not -1e9 < value < 1e9:  # also true for NaN
        raise ValueError("float")
    if isinstance(value, int):
        return b"%d" % value
    text = "%.3f" % value
    while text[-1] == "0" and text[-2] != ".":
        text = text[:-1]
    return b"0.0" if text == "-0.0" else text.encode()


def get(name):
    """Return the dialect of that name, for auto the guide's; raises ValueError naming the known.

    That of the M5310-A is loaded for it alone: heap is scarce.
    """
    if name == "m5310a":
        from m5310.m5310a import M5310a

        return M5310a()
    if name not in ("seed", "auto"):
        raise ValueError("dialect %r: known are auto, seed and m5310a" % name)
    dialect = Dialect()
    dialect.name = name
    return dialect
