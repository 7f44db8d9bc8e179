"""Datagrams to what they say, and back (docs/udp-uplink.md)."""

import hashlib
import hmac
from dataclasses import dataclass

import cbor2

VERSION = 1
READINGS, ANSWER = 0, 1
ACK, COMMAND = 0, 1
OPERATIONS = ("read", "write", "execute")
TAG = 8  # bytes of the signature
MAX_DATAGRAM = 512


class DatagramError(ValueError):
    """What came is none of the node's datagrams."""


@dataclass(frozen=True)
class Reading:
    """number: in its stream. time: UNIX seconds, None where the node did not know it."""

    number: int
    oid: int
    iid: int
    rid: int
    time: int | None
    value: object


@dataclass(frozen=True)
class Readings:
    """first: the number of the first one, or of the next there will be."""

    imei: int
    stream: int
    first: int
    readings: tuple


@dataclass(frozen=True)
class Answer:
    """The answer to command id; values: ((iid, rid, value), ...)."""

    imei: int
    stream: int
    id: int
    code: int
    values: tuple


def decode(data, key=None):
    """Return the Readings or the Answer in data (bytes). Raises DatagramError."""
    message = _message(data, key)
    try:
        imei, stream, kind = message[1:4]
        whole = isinstance(imei, int) and isinstance(stream, int)
        if not whole or kind not in (READINGS, ANSWER):
            raise DatagramError("no datagram of a node")
        if kind == READINGS:
            first, base = message[4:6]
            return Readings(imei, stream, first, _readings(first, base, message[6:]))
        number, code = message[4:6]
        return Answer(imei, stream, number, code, _groups(message[6:], 3))
    except (ValueError, TypeError) as error:
        raise DatagramError("no datagram of a node: %s" % error) from None


def ack(stream, number, key=None):
    """Return the datagram that says that everything before number is there."""
    return _signed([VERSION, stream, ACK, number], key)


def command(stream, number, operation, path, values=(), key=None):
    """Return a command; path: (oid, iid, rid), values: as on the wire behind it."""
    body = [VERSION, stream, COMMAND, number, OPERATIONS.index(operation), *path, *values]
    return _signed(body, key)


def _message(data, key):
    if key:
        data, tag = data[:-TAG], data[-TAG:]
        if not hmac.compare_digest(_tag(data, key), tag):
            raise DatagramError("wrong signature")
    try:
        message = cbor2.loads(data)
    except (cbor2.CBORError, ValueError, EOFError) as error:
        raise DatagramError("no CBOR: %s" % error) from None
    if not isinstance(message, list) or len(message) < 6 or message[0] != VERSION:
        raise DatagramError("no datagram of a node")
    return message


def _readings(first, base, fields):
    return tuple(
        Reading(first + i, oid, iid, rid, None if dt is None else base + dt, value)
        for i, (oid, iid, rid, dt, value) in enumerate(_groups(fields, 5))
    )


def _groups(fields, size):
    if len(fields) % size:
        raise DatagramError("cut off")
    return tuple(tuple(fields[i : i + size]) for i in range(0, len(fields), size))


def _signed(body, key):
    data = cbor2.dumps(body)
    return data + _tag(data, key) if key else data


def _tag(data, key):
    return hmac.digest(key, data, hashlib.sha256)[:TAG]
