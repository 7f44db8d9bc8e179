"""From the bytes of a write to a value: the same resource may be written typed or as opaque bytes.

A module that has not seen a resource's type yet hands the value over as opaque bytes, raw
(guide 3.5(3): 01 is 1, 16 is 22) or ASCII text (facts/platform.md 1.8 item 7). Where it could be
either: one byte is raw, as in the guide (0x31 is 49, not "1"); two or more bytes that spell a
decimal number are that number, raw they would be integers from 11056 up or floats next to zero.
"""

import struct

from .codes import BOOLEAN, FLOAT, INTEGER, OPAQUE, STRING

_BOOLEANS = {b"0": False, b"1": True, b"false": False, b"true": True}
_RAW_BOOLEANS = {b"\x00": False, b"\x01": True}

# MicroPython's decoder lets overlong forms pass (C0 A2 becomes a quote), so what may follow these
# bytes is checked here. C2 80..9F are control characters, ED A0.. surrogates, F4 90.. no Unicode.
_SECOND_FROM = {0xC2: 0xA0, 0xE0: 0xA0, 0xF0: 0x90}
_SECOND_TO = {0xED: 0x9F, 0xF4: 0x8F}


def parse(kind, sent, raw, limit=64):
    """Return the value of a resource of type kind that arrived as type sent with the bytes raw.

    sent other than OPAQUE means text, whatever type it claims. limit: characters of a STRING.
    Raises ValueError for anything that is no such value.
    """
    raw = bytes(raw)
    if kind == STRING:
        return text(raw, limit)
    opaque = sent == OPAQUE
    if kind == BOOLEAN:
        value = _RAW_BOOLEANS.get(raw) if opaque else None
        if value is None:
            value = _BOOLEANS.get(raw)
        if value is None:
            raise ValueError("no boolean")
        return value
    if kind == INTEGER:
        return _integer(raw, opaque)
    if kind == FLOAT:
        return _float(raw, opaque)
    if not opaque:
        raise ValueError("opaque bytes wanted")
    return raw


def text(raw, limit=64):
    """Return the UTF-8 bytes raw as a str of at most limit characters.

    Raises ValueError for broken UTF-8 and for a quote or a control character: such a
    string could never be sent inside an AT command.
    """
    if len(raw) > 4 * limit:
        raise ValueError("text too long")
    last = 0
    for byte in raw:
        if byte < 0x20 or byte > 0xF4 or byte in (0x22, 0x7F, 0xC0, 0xC1):
            raise ValueError("character not allowed")
        if byte < _SECOND_FROM.get(last, 0) or byte > _SECOND_TO.get(last, 255):
            raise ValueError("character not allowed")
        last = byte
    value = str(raw, "utf-8")  # raises UnicodeError, a ValueError
    if len(value) > limit:
        raise ValueError("text too long")
    return value


def _integer(raw, opaque):
    if opaque and len(raw) in (1, 2, 4, 8) and (len(raw) == 1 or not _is_integer(raw)):
        value = int.from_bytes(raw, "big")
        if raw[0] & 0x80:
            value -= 1 << (8 * len(raw))
        return value
    if not _is_integer(raw):
        raise ValueError("no integer")
    value = int(str(raw, "utf-8"))
    if not -(1 << 63) <= value < 1 << 63:
        raise ValueError("integer beyond 64 bit")
    return value


def _float(raw, opaque):
    if opaque and len(raw) in (4, 8) and not _is_number(raw):
        value = struct.unpack(">f" if len(raw) == 4 else ">d", raw)[0]
    elif _is_number(raw):
        value = float(str(raw, "utf-8"))
    else:
        raise ValueError("no number")
    if value - value != 0:
        raise ValueError("number not finite")
    return value


def _is_integer(raw):
    digits = raw[1:] if raw[:1] in (b"-", b"+") else raw
    return len(digits) < 20 and digits.isdigit()


def _is_number(raw):
    # float() of MicroPython takes "e5", "1_0" and "nan" too, so the shape is checked first.
    mantissa, mark, exponent = raw.lower().partition(b"e")
    if mantissa[:1] in (b"-", b"+"):
        mantissa = mantissa[1:]
    return (
        len(raw) <= 32
        and mantissa.replace(b".", b"", 1).isdigit()
        and (not mark or (len(exponent) < 6 and _is_integer(exponent)))
    )
