"""All that differs between the generations of the MIPL command set, in one place.

`seed` is the guide's (G3 in facts/protocol.md 0.1), `m5310a` that of the M5310-A (G2).
"""

from micropython import const

from m5310.fields import put

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

    def value(self, out, kind, value):
        """Append value as `type,len,text` to out (a bytearray).

        An int given for a _FLOAT is printed without decimals, as the guide prints 98. Raises
        ValueError if it has no form on the line; then out may hold a part of it.
        """
        size = 4
        if kind == _STRING:
            value = value.encode()
            if value and (min(value) < 32 or 34 in value or 127 in value):
                raise ValueError("string")
            size = len(value)
        elif kind == _OPAQUE:
            size = len(value)
        elif kind == _BOOLEAN:
            size = 1
        elif kind != _FLOAT:
            if not -(1 << 63) <= value < 1 << 63:
                raise ValueError("integer")
            if not -0x80000000 <= value <= 0x7FFFFFFF:
                size = 8
        put(out, kind)
        out.append(44)
        put(out, size)
        out.append(44)
        if kind == _STRING and self.blank:
            out.append(32)
        if kind == _STRING or self.quoted:
            out.append(34)
        self._text(out, kind, value)
        if kind == _STRING or self.quoted:
            out.append(34)

    def _text(self, out, kind, value):
        if kind == _STRING:
            out.extend(value)
        elif kind == _OPAQUE:
            for c in value:
                out.extend(b"%02X" % c)
        elif kind == _FLOAT:
            put_float(out, value)
        elif kind == _BOOLEAN:
            out.append(49 if value else 48)
        else:
            put(out, value)

    def flag(self, i, count):
        """Return the flag of line i of count."""
        if self.positions and i + 1 < count:
            return 2 if i else 1
        return 0


def put_float(out, value):
    """Append value with at most three decimals and no idle zeros: 20.123, 60.2, 0.0, 98.

    Whole and rest apart: a board's float has 24 bits. Raises ValueError for what is no reading.
    """
    if not -1e9 < value < 1e9:  # also true for NaN
        raise ValueError("float")
    if isinstance(value, int):
        put(out, value)
        return
    whole = int(abs(value))
    rest = int((abs(value) - whole) * 1000 + 0.5)
    if rest == 1000:
        whole += 1
        rest = 0
    if value < 0 and (whole or rest):
        out.append(45)
    put(out, whole)
    out.append(46)
    while True:
        out.append(48 + rest // 100)
        rest = rest % 100 * 10
        if not rest:
            break


def get(name):
    """Return the dialect of that name; raises ValueError naming the known ones."""
    if name == "seed":
        return Dialect(name, False)
    if name == "m5310a":
        return Dialect(name, True)
    raise ValueError("dialect %r: known are seed and m5310a" % name)
