"""Format of the datagrams: CBOR (RFC 8949) with a signature (RFC 2104).

Of CBOR, integers, texts, bytes, lists, floats, true, false and null. The signature is the first
8 bytes of the HMAC-SHA256 of the body, appended to it.
"""

import struct
from hashlib import sha256

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any

_DEPTH = const(3)  # of nested lists that are read
_LONGEST = const(64)  # items of a list that is read
_SIGNATURE = const(8)
_BLOCK = const(64)  # bytes of a block of SHA-256


def dump(value: object) -> bytes:
    """Return value as CBOR, floats in single precision. Raises ValueError for other types."""
    out = bytearray()
    _dump(value, out)
    return bytes(out)


def _dump(value: object, out: bytearray) -> None:
    if value is None or value is True or value is False:
        out.append({None: 0xF6, True: 0xF5, False: 0xF4}[value])
    elif isinstance(value, int):
        if value < 0:
            _head(1, -1 - value, out)
        else:
            _head(0, value, out)
    elif isinstance(value, float):
        out.append(0xFA)
        out.extend(struct.pack(">f", value))
    elif isinstance(value, str):
        raw = value.encode()
        _head(3, len(raw), out)
        out.extend(raw)
    elif isinstance(value, (bytes, bytearray)):
        _head(2, len(value), out)
        out.extend(value)
    elif isinstance(value, (list, tuple)):
        _head(4, len(value), out)
        for item in value:
            _dump(item, out)
    else:
        raise ValueError("no CBOR for it")


def _head(kind: int, number: int, out: bytearray) -> None:
    kind <<= 5
    if number < 24:
        out.append(kind | number)
    elif number < 0x100:
        out.extend(struct.pack(">BB", kind | 24, number))
    elif number < 0x10000:
        out.extend(struct.pack(">BH", kind | 25, number))
    elif number < 0x100000000:
        out.extend(struct.pack(">BI", kind | 26, number))
    elif number < 1 << 64:
        out.extend(struct.pack(">BQ", kind | 27, number))
    else:
        raise ValueError("too large")


def load(data: bytes) -> "Any":
    """Return the value in data (bytes). Raises ValueError unless it is exactly one."""
    try:
        value, end = _load(data, 0, 0)
    except (IndexError, TypeError, UnicodeError):
        raise ValueError("cut off")
    if end != len(data):
        raise ValueError("more than one value")
    return value


def _load(data: bytes, place: int, depth: int) -> tuple:
    """Return (value, the place after it)."""
    kind = data[place] >> 5
    more = data[place] & 31
    place += 1
    if kind == 7:
        return _simple(data, more, place)
    if more < 24:
        number = more
    elif more < 28:
        size = 1 << (more - 24)
        number = int.from_bytes(_part(data, place, size), "big")
        place += size
    else:
        raise ValueError("length")
    if kind == 0:
        return number, place
    if kind == 1:
        return -1 - number, place
    if kind in (2, 3):
        raw = _part(data, place, number)
        return raw if kind == 2 else str(raw, "utf-8"), place + number
    if kind != 4 or number > _LONGEST or depth == _DEPTH:
        raise ValueError("type")
    items = []
    for _ in range(number):
        item, place = _load(data, place, depth + 1)
        items.append(item)
    return items, place


def _simple(data: bytes, more: int, place: int) -> tuple:
    if 20 <= more <= 22:
        return (False, True, None)[more - 20], place
    if more == 26:
        return struct.unpack(">f", _part(data, place, 4))[0], place + 4
    if more == 27:
        return struct.unpack(">d", _part(data, place, 8))[0], place + 8
    raise ValueError("type")


def _part(data: bytes, place: int, size: int) -> bytes:
    if place + size > len(data):
        raise ValueError("cut off")
    return bytes(data[place : place + size])


def sign(body: bytes, key: "bytes | None") -> bytes:
    """Return body with its signature; unchanged where key is None."""
    return body + _signature(body, key) if key else body


def verify(data: bytes, key: "bytes | None") -> bytes:
    """Return the body of data without its signature. Raises ValueError if that is wrong."""
    if not key:
        return data
    body = data[:-_SIGNATURE]
    wrong = len(data) <= _SIGNATURE
    for a, b in zip(_signature(body, key), data[-_SIGNATURE:]):  # in constant time
        wrong |= a != b
    if wrong:
        raise ValueError("signature")
    return body


def _signature(body: bytes, key: bytes) -> bytes:
    if len(key) > _BLOCK:
        key = sha256(key).digest()
    key = key + bytes(_BLOCK - len(key))
    inner = sha256(bytes([b ^ 0x36 for b in key]) + body).digest()
    return sha256(bytes([b ^ 0x5C for b in key]) + inner).digest()[:_SIGNATURE]
