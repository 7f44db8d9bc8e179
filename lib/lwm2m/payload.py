"""How large an answer is on the air, known before it is sent (guide 3.5: CoAP below 512 bytes).

A single resource travels as plain text, instances and objects as TLV
(facts/platform.md 1.8 item 6, OMA TS 1.0 6.4.3).
"""

from micropython import const

_STRING = const(1)  # as in codes.py; a private const takes no heap
_INTEGER = const(3)
_FLOAT = const(4)
_BOOLEAN = const(5)
_LIMIT = const(512)
# Header 4, token up to 8, observe option up to 4, content format 3, payload marker 1.
_OVERHEAD = const(20)
_TEXT_NUMBER = const(24)


def size(values, single=False):
    """Return the payload bytes of values, [(iid, rid, type, value), ...] from Registry.read.

    single: one resource was asked for. Never too small: each instance is counted with its wrapper.
    """
    if single:
        _, _, kind, value = values[0]
        return _length(kind, value) if kind < _INTEGER else _TEXT_NUMBER
    total = inner = 0
    for i in range(len(values)):
        iid, rid, kind, value = values[i]
        inner += _tlv(rid, _length(kind, value))
        if i + 1 == len(values) or values[i + 1][0] != iid:
            total += _tlv(iid, inner)
            inner = 0
    return total


def fits(values, single=False):
    """Return True if values can be answered in one CoAP message below 512 bytes."""
    return size(values, single) + _OVERHEAD < _LIMIT


def _tlv(ident, length):
    # One type byte, the id in 1 or 2 bytes, no length byte below 8.
    head = 2 if ident < 256 else 3
    if length > 7:
        head += 1 if length < 256 else 2
    return head + length


def _length(kind, value):
    if kind == _STRING:
        return len(value.encode())
    if kind == _BOOLEAN:
        return 1
    if kind == _FLOAT:
        return 4 if abs(value) < 3.4e38 else 8
    if kind == _INTEGER:
        length = 1
        while value >> (8 * length - 1) not in (0, -1):  # more than sign bits
            length *= 2
        return length
    return len(value)
