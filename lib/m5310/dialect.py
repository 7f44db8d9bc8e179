"""All that differs between the generations of the MIPL command set, in one place.

`seed` is the guide's (G3 in facts/protocol.md 0.1), `m5310a` that of the M5310-A (G2).
"""

from micropython import const

# As in codes.py; a private const takes no heap.
_STRING = const(1)
_OPAQUE = const(2)
_FLOAT = const(4)
_BOOLEAN = const(5)


class Dialect:
    """One generation. The switches are named after facts/protocol.md 8."""

    def __init__(self, name, g2):
        self.name = name
        self.module_answers = g2  # OBSERVE and DISCOVER are answered by the module itself
        self.positions = g2  # the flag is 1 first, 2 middle, 0 last; else 0 on every line
        self.quoted = g2  # numbers stand in quotes
        self.blank = not g2  # the guide prints a blank before a string

    def create(self, server):
        """Return the command that makes the session; server "host:port" is for m5310a only."""
        if self.module_answers and server:
            return b'AT+MIPLCREATEEX="%s",1' % server.encode()
        return b"AT+MIPLCREATE"

    def value(self, kind, value):
        """Return value as `type,len,text`; raises ValueError if it has no form on the line.

        An int given for a _FLOAT is printed without decimals, as the guide prints 98.
        """
        if kind == _STRING:
            raw = value.encode()
            if raw and (min(raw) < 32 or 34 in raw or 127 in raw):
                raise ValueError("string")
            text = b'"%s"' % raw
            return b"%d,%d,%s%s" % (kind, len(raw), b" " if self.blank else b"", text)
        if kind == _OPAQUE:
            size = len(value)
            text = b"".join([b"%02X" % c for c in value])
        elif kind == _FLOAT:
            size = 4
            text = float_text(value)
        elif kind == _BOOLEAN:
            size = 1
            text = b"1" if value else b"0"
        else:
            size = 4 if -0x80000000 <= value <= 0x7FFFFFFF else 8
            if not -(1 << 63) <= value < 1 << 63:
                raise ValueError("integer")
            text = b"%d" % value
        return (b'%d,%d,"%s"' if self.quoted else b"%d,%d,%s") % (kind, size, text)

    def tail(self, i, count):
        """Return `index,flag` of line i of count; the index counts down to 0."""
        flag = 0
        if self.positions and i + 1 < count:
            flag = 2 if i else 1
        return b"%d,%d" % (count - 1 - i, flag)


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
    """Return the dialect of that name; raises ValueError naming the known ones."""
    if name == "seed":
        return Dialect(name, False)
    if name == "m5310a":
        return Dialect(name, True)
    raise ValueError("dialect %r: known are seed and m5310a" % name)
