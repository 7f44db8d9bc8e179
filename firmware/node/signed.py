"""Datagrams with a signature: the first 8 bytes of HMAC-SHA256 (RFC 2104) behind the body."""

from hashlib import sha256

from micropython import const

_SIZE = const(8)
_BLOCK = const(64)


def sign(body, key):
    """Return body with its signature; as it is where key is None."""
    return body + _code(body, key) if key else body


def opened(data, key):
    """Return the body of data; raises ValueError if it is not signed with key."""
    if not key:
        return data
    body = data[:-_SIZE]
    wrong = len(data) <= _SIZE
    for a, b in zip(_code(body, key), data[-_SIZE:]):
        wrong |= a != b
    if wrong:
        raise ValueError("signature")
    return body


def _code(body, key):
    if len(key) > _BLOCK:
        key = sha256(key).digest()
    key = key + bytes(_BLOCK - len(key))
    inner = sha256(bytes([b ^ 0x36 for b in key]) + body).digest()
    return sha256(bytes([b ^ 0x5C for b in key]) + inner).digest()[:_SIZE]
