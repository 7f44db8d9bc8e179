"""What the MIPL commands hold each other to: values, lengths, groups (facts protocol.md 5.8)."""

import re

from bench.module.syntax import PARAMETER, cis
from bench.platform.messages import BOOLEAN, FLOAT, INTEGER, OPAQUE, STRING, Value

MAX_PAYLOAD = 512  # bytes of one CoAP message, guide 3.5(2)
COAP_OVERHEAD = 20  # header, token, options and marker of an answer or a notification
_RAI = ("0", "0x200", "0x400")


def value_of(kind, length, field):
    """Return the Python value of value type, length and value Fields. Raises Refused 601.

    Text stands in quotes and length counts its bytes; opaque is hex of length bytes; an integer
    has length 2, 4 or 8 and fits in; a float 4 or 8; a bool is 0 or 1 with length 1.
    """
    wrong = cis(PARAMETER)
    kind = kind.number(STRING, BOOLEAN, wrong)
    length = length.number(0, 1024, wrong)
    text = field.text
    if field.quoted != (kind == STRING):
        raise wrong
    if kind == STRING:
        return kind, _text(text, length, wrong)
    if kind == OPAQUE:
        if len(text) != 2 * length or not re.fullmatch(r"[0-9A-Fa-f]*", text):
            raise wrong
        return kind, bytes.fromhex(text)
    if kind == INTEGER:
        if length not in (2, 4, 8):
            raise wrong
        limit = 1 << (length * 8 - 1)
        return kind, field.number(-limit, limit - 1, wrong)
    if kind == FLOAT:
        if length not in (4, 8) or not re.fullmatch(r"[-+]?[0-9]{1,20}(\.[0-9]{1,20})?", text):
            raise wrong
        return kind, float(text)
    if length != 1 or text not in ("0", "1"):
        raise wrong
    return kind, text == "1"


def _text(text, length, wrong):
    if len(text) != length:
        raise wrong
    return text.encode("latin-1").decode("utf-8", "replace")


def rai(field):
    """Check a release assistance value. Raises Refused 601."""
    if field.quoted or field.text.lower() not in _RAI:
        raise cis(PARAMETER)


class Group:
    """The lines of one message: index counts from N-1 down to 0, flag stays 0 (guide 3.5(2))."""

    def __init__(self):
        self.values = []
        self._left = None
        self._size = COAP_OVERHEAD

    def add(self, value, size, index, flag):
        """Add a Value of size bytes; return whether it was the last. Raises Refused 601."""
        wrong = cis(PARAMETER)
        index = index.number(0, 999, wrong)
        flag.number(0, 0, wrong)
        if self._left is not None and index != self._left - 1:
            raise wrong
        if any(value.path == known.path for known in self.values):
            raise wrong
        total = self._size + _tlv_size(size)
        if not any(value.iid == known.iid for known in self.values):
            total += 5  # header of the instance
        if total >= MAX_PAYLOAD:
            raise wrong
        self._size = total
        self._left = index
        self.values.append(value)
        return index == 0


def _tlv_size(size):
    """Return the bytes of a TLV entry: type, two bytes id, none to two of length, value."""
    return 3 + (0 if size < 8 else 1 if size < 256 else 2) + size


def value_from(oid, iid, rid, args):
    """Return (Value, its size in bytes) from the Fields type, length, value. Raises 601."""
    kind, value = value_of(*args)
    return Value(oid, iid, rid, kind, value), int(args[1].text)


def covers(path, oid, iid, rid):
    """Return whether path, -1 standing for all, holds the resource oid/iid/rid."""
    return path[0] == oid and path[1] in (-1, iid) and path[2] in (-1, rid)


def ids_of(text, count, wrong):
    """Return the ids of "5700;5701;…" if there are count different ones, else raise wrong."""
    parts = text.split(";")
    if len(parts) != count or len(set(parts)) != count:
        raise wrong
    if not all(re.fullmatch(r"[0-9]{1,5}", part) and int(part) <= 65535 for part in parts):
        raise wrong
    return [int(part) for part in parts]
