"""From the bytes of a write to a value: the same resource may be written typed or as opaque bytes.

A module that has not seen a resource's type yet hands the value over as opaque bytes, raw
(guide 3.5(3): 01 is 1, 16 is 22) or ASCII text (facts/platform.md 1.8 item 7). Where it could be
either: one byte is raw, as in the guide (0x31 is 49, not "1"); two or more bytes that spell a
decimal number are that number, raw they would be integers from 11056 up or floats next to zero.

What is wrong with a value is nowhere said: all the platform can be told is 4.00.
"""

import struct

from micropython import const

_TEXT = const(0)
_STRING = const(1)  # as in codes.py; a private const takes no heap
_OPAQUE = const(2)
_INTEGER = const(3)
_FLOAT = const(4)
_BOOLEAN = const(5)

# MicroPython's decoder lets overlong forms pass (C0 A2 becomes a quote), so what may follow some
# bytes is checked here, by the first 12 bits of the two: C2 80..9F are control characters,
# E0 80..9F and F0 80..8F overlong, ED A0..BF surrogates, F4 90..BF no Unicode.
_NO_PAIRS = const((0xC28, 0xC29, 0xE08, 0xE09, 0xF08, 0xEDA, 0xEDB, 0xF49, 0xF4A, 0xF4B))


def parse(kind, sent, raw, limit=64):
    """Return the value of a resource of type kind that arrived as type sent with the bytes raw.

    sent other than OPAQUE means text, whatever type it claims. TEXT is no number: it may as well
    be hex of which a digit was lost. limit: characters of a STRING. Raises ValueError for anything
    that is no such value.
    """
    raw = bytes(raw)
    if sent == _TEXT and kind != _STRING:
        raise ValueError
    opaque = sent == _OPAQUE
    if kind == _STRING:
        return text(raw, limit)
    if kind == _BOOLEAN:
        return _boolean(raw, opaque)
    if kind == _INTEGER:
        return _integer(raw, opaque)
    if kind == _FLOAT:
        return _float(raw, opaque)
    if not opaque:
        raise ValueError
    return raw


def text(raw, limit=64):
    """Return the UTF-8 bytes raw as a str of at most limit characters and 3 * limit bytes.

    Raises ValueError for broken UTF-8 and for a quote or a control character: such a
    string could never be sent inside an AT command. The bytes are bounded so that an instance
    with two such strings still fits into one answer (guide 3.5: below 512 bytes).
    """
    if len(raw) > 3 * limit:
        raise ValueError
    # Bytes are looked at, as MicroPython keeps every character of a str it steps through for good.
    last = 0
    for byte in raw:
        if byte < 0x20 or byte > 0xF4 or byte in (0x22, 0x7F, 0xC0, 0xC1):
            raise ValueError
        if (last << 4 | byte >> 4) in _NO_PAIRS:
            raise ValueError
        last = byte
    value = str(raw, "utf-8")  # raises UnicodeError, a ValueError
    if len(value) > limit:
        raise ValueError
    return value


def _boolean(raw, opaque):
    if opaque and len(raw) == 1 and raw[0] < 2:
        return raw[0] == 1
    word = str(raw, "utf-8")
    if word not in ("0", "1", "false", "true"):
        raise ValueError
    return word in ("1", "true")


def _integer(raw, opaque):
    digits = _is_integer(raw)
    if opaque and len(raw) in (1, 2, 4, 8) and (len(raw) == 1 or not digits):
        value = int.from_bytes(raw, "big")
        if raw[0] & 0x80:
            value -= 1 << (8 * len(raw))
        return value
    if not digits:
        raise ValueError
    value = int(raw)
    if value >> 63 not in (0, -1):  # beyond 64 bit
        raise ValueError
    return value


def _float(raw, opaque):
    if _is_number(raw):
        value = float(raw)
    elif opaque and len(raw) in (4, 8):
        value = struct.unpack(">f" if len(raw) == 4 else ">d", raw)[0]
    else:
        raise ValueError
    if value - value != 0:  # infinite, or no number
        raise ValueError
    return value


def _is_integer(raw):
    digits = raw[1:] if raw[:1] in b"+-" else raw
    return len(digits) < 20 and digits.isdigit()


def _is_number(raw):
    # float() of MicroPython takes "e5", "1_0" and "nan" too, so the shape is checked first.
    mantissa, mark, exponent = raw.lower().partition(b"e")
    if mantissa[:1] in b"+-":
        mantissa = mantissa[1:]
    return (
        len(raw) <= 32
        and mantissa.replace(b".", b"", 1).isdigit()
        and (not mark or (len(exponent) < 6 and _is_integer(exponent)))
    )
