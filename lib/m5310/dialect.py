"""How the guide's generation of the MIPL command set speaks (G3 in facts/protocol.md 0.1).

All that the M5310-A's does otherwise is in m5310a.py.
"""

from micropython import const

from m5310.fields import put

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
        _put_text(out, kind, value)

    def flag(self, i, count):
        """Return the flag of line i of count; the index counts down to 0."""
        return 0


def _put_text(out, kind, value):
    if kind == _STRING:
        out.extend(b' "')
        out.extend(value)
        out.append(34)
    elif kind == _OPAQUE:
        for c in value:
            out.extend(b"%02X" % c)
    elif kind == _FLOAT:
        put_float(out, value)
    elif kind == _BOOLEAN:
        out.append(49 if value else 48)
    else:
        put(out, value)


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
