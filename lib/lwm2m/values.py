"""Values of resources: LwM2M's numbers, from the bytes of a write to a value, sizes on the air.

The same resource may be written typed or as opaque bytes. A module that has not seen a resource's
type yet hands the value over as opaque bytes, raw (guide 3.5(3): 01 is 1, 16 is 22) or ASCII text
(facts/platform.md 1.8 item 7). Where it could be either, one byte is raw, as in the guide (0x31 is
49, not "1"); two or more bytes that spell a decimal number are that number: raw they would be
integers from 11056 up or floats next to zero.

A ValueError bears no reason: all that the platform can be told is 4.00.
"""

import struct

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any

# Value types, numbered as MIPL's valuetype (guide 3.5). TEXT occurs in writes only: characters
# that came where the hex of opaque bytes was announced.
TEXT = const(0)
STRING = const(1)
OPAQUE = const(2)
INTEGER = const(3)
FLOAT = const(4)
BOOLEAN = const(5)

# Operations that a resource allows, as a bit mask.
READ = const(1)
WRITE = const(2)
EXECUTE = const(4)

# Resources whose value is a reading, and the one with its time (version 1.1 of the objects).
READINGS = (5700, 5500)
TIMESTAMP = const(5518)

# Results: CoAP's codes as an int, 4.04 = 404 (OMA TS 1.0 7.1.2).
CONTENT = const(205)
CHANGED = const(204)
BAD_REQUEST = const(400)
UNAUTHORIZED = const(401)
NOT_FOUND = const(404)
NOT_ALLOWED = const(405)
NOT_ACCEPTABLE = const(406)

# MicroPython's decoder accepts overlong forms (C0 A2 becomes a quote), so pairs of bytes that must
# not occur are looked up here by their first 12 bits: C2 80..9F are control characters,
# E0 80..9F and F0 80..8F overlong, ED A0..BF surrogates, F4 90..BF beyond Unicode.
_NO_PAIRS = const((0xC28, 0xC29, 0xE08, 0xE09, 0xF08, 0xEDA, 0xEDB, 0xF49, 0xF4A, 0xF4B))

_MESSAGE_LIMIT = const(512)  # bytes of a CoAP message (guide 3.5)
# Header 4, token up to 8, observe option up to 4, content format 3, payload marker 1.
_OVERHEAD = const(20)
_NUMBER_LENGTH = const(24)  # the longest number as plain text


def parse(kind: int, sent: int, raw: bytes, limit: int = 64) -> "Any":
    """Return the value of a resource of type kind that arrived as type sent with the bytes raw.

    sent other than OPAQUE means text, whatever type it claims. TEXT is never a number: it may be
    hex of which a digit was lost. limit: characters of a STRING. Raises ValueError if raw is no
    value of that type.
    """
    raw = bytes(raw)
    if sent == TEXT and kind != STRING:
        raise ValueError
    opaque = sent == OPAQUE
    if kind == STRING:
        return text(raw, limit)
    if kind == BOOLEAN:
        return _boolean(raw, opaque)
    if kind == INTEGER:
        return _integer(raw, opaque)
    if kind == FLOAT:
        return _float(raw, opaque)
    if not opaque:
        raise ValueError
    return raw


def text(raw: bytes, limit: int = 64) -> str:
    """Return the UTF-8 bytes raw as a str of at most limit characters and 3 * limit bytes.

    Raises ValueError for malformed UTF-8, and for a quote or a control character: such a string
    cannot be sent inside an AT command. The bytes are bounded so that an instance with two such
    strings still fits into one answer (guide 3.5: below 512 bytes).
    """
    if len(raw) > 3 * limit:
        raise ValueError
    # Bytes, not characters: MicroPython interns every character of a str that is iterated.
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


def _boolean(raw: bytes, opaque: bool) -> bool:
    if opaque and len(raw) == 1 and raw[0] < 2:
        return raw[0] == 1
    word = str(raw, "utf-8")
    if word not in ("0", "1", "false", "true"):
        raise ValueError
    return word in ("1", "true")


def _integer(raw: bytes, opaque: bool) -> int:
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


def _float(raw: bytes, opaque: bool) -> float:
    if _is_number(raw):
        value = float(raw)
    elif opaque and len(raw) in (4, 8):
        value = struct.unpack(">f" if len(raw) == 4 else ">d", raw)[0]
    else:
        raise ValueError
    if value - value != 0:  # infinity or NaN
        raise ValueError
    return value


def _is_integer(raw: bytes) -> bool:
    digits = raw[1:] if raw[:1] in b"+-" else raw
    return len(digits) < 20 and digits.isdigit()


def _is_number(raw: bytes) -> bool:
    # float() of MicroPython accepts "e5", "1_0" and "nan" too.
    mantissa, mark, exponent = raw.lower().partition(b"e")
    if mantissa[:1] in b"+-":
        mantissa = mantissa[1:]
    return (
        len(raw) <= 32
        and mantissa.replace(b".", b"", 1).isdigit()
        and (not mark or (len(exponent) < 6 and _is_integer(exponent)))
    )


def payload_size(values: "list[tuple[int, int, int, Any]]", single: bool = False) -> int:
    """Return the payload bytes of values, [(iid, rid, type, value), ...] from Registry.read.

    A single resource travels as plain text, instances and objects as TLV (facts/platform.md 1.8
    item 6, OMA TS 1.0 6.4.3). Never too small: each instance is counted with its TLV wrapper.
    """
    if single:
        _, _, kind, value = values[0]
        return _length(kind, value) if kind < INTEGER else _NUMBER_LENGTH
    total = inner = 0
    for i in range(len(values)):
        iid, rid, kind, value = values[i]
        inner += _tlv(rid, _length(kind, value))
        if i + 1 == len(values) or values[i + 1][0] != iid:
            total += _tlv(iid, inner)
            inner = 0
    return total


def fits(values: "list[tuple[int, int, int, Any]]", single: bool = False) -> bool:
    """Return True if values can be answered in one CoAP message below 512 bytes."""
    return payload_size(values, single) + _OVERHEAD < _MESSAGE_LIMIT


def _tlv(ident: int, length: int) -> int:
    """Return the bytes of a TLV entry: type, identifier, length field from 8 bytes on, value."""
    head = 2 if ident < 256 else 3
    if length > 7:
        head += 1 if length < 256 else 2
    return head + length


def _length(kind: int, value: "Any") -> int:
    """Return the bytes of a value in TLV."""
    if kind == STRING:
        return len(value.encode())
    if kind == BOOLEAN:
        return 1
    if kind == FLOAT:
        return 4 if abs(value) < 3.4e38 else 8
    if kind == INTEGER:
        length = 1
        while value >> (8 * length - 1) not in (0, -1):  # more than sign bits
            length *= 2
        return length
    return len(value)
