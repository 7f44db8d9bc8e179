"""What the MIPL commands hold each other to: values, lengths, groups (facts protocol.md 5.8)."""

import re

from bench.module.syntax import PARAMETER, STATE, Field, cis
from bench.platform.messages import FLOAT, INTEGER

MAX_PAYLOAD = 512  # bytes of one CoAP message, guide 3.5(2)
COAP_OVERHEAD = 20  # header, token, options and marker of an answer or a notification
_RAI = ("0", "0x200", "0x400")


def text_of(text, length):
    """Return the text of length bytes that stands in a line. Raises Refused 601."""
    if len(text) != length:
        raise cis(PARAMETER)
    return text.encode("latin-1").decode("utf-8", "replace")


def hex_of(text, digits):
    """Return the bytes of hex text with so many digits. Raises Refused 601."""
    if len(text) != digits or digits % 2 or not re.fullmatch(r"[0-9A-Fa-f]*", text):
        raise cis(PARAMETER)
    return bytes.fromhex(text)


def number_of(kind, text, size):
    """Return the number, or bool, of text that fits into size bytes. Raises Refused 601."""
    wrong = cis(PARAMETER)
    if kind == INTEGER:
        limit = 1 << (size * 8 - 1)
        return Field(text).number(-limit, limit - 1, wrong)
    if kind == FLOAT:
        if not re.fullmatch(r"[-+]?[0-9]{1,20}(\.[0-9]{1,20})?", text):
            raise wrong
        return float(text)
    if text not in ("0", "1"):
        raise wrong
    return text == "1"


def rai(field):
    """Check a release assistance value. Raises Refused 601."""
    if field.quoted or field.text.lower() not in _RAI:
        raise cis(PARAMETER)


class Group:
    """The lines of one message: index counts from N-1 down to 0, flag stays 0 (guide 3.5(2)).

    positions: flag is 1 on the first of several lines, 2 on those between, 0 on the last.
    """

    def __init__(self, positions=False):
        self._positions = positions
        self._interrupted = 0
        self._begin()

    def _begin(self):
        self.values = []
        self._left = None
        self._size = COAP_OVERHEAD

    def restart(self):
        """Drop the lines that came: the message has to begin anew.

        What goes on where it was interrupted is refused: it would make a message of its rest.
        """
        if self._left is not None:
            self._interrupted = self._left
        self._begin()

    def add(self, value, size, index, flag):
        """Add a Value of size bytes; return whether it was the last.

        Raises Refused: 601, or 602 for what belongs to a message that was interrupted.
        """
        wrong = cis(PARAMETER)
        index = index.number(0, 999, wrong)
        if self._left is None and index < self._interrupted:
            raise cis(STATE)
        wanted = (2 if self.values else 1) if self._positions and index else 0
        flag.number(wanted, wanted, wrong)
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


def covers(path, oid, iid, rid):
    """Return whether path, -1 standing for all, holds the resource oid/iid/rid."""
    return path[0] == oid and path[1] in (-1, iid) and path[2] in (-1, rid)


def ids_of(text, count, wrong):
    """Return the ids of "5700;5701;…", count different ones (None: any). Raises wrong."""
    parts = text.split(";")
    if count not in (None, len(parts)) or len(set(parts)) != len(parts):
        raise wrong
    if not all(re.fullmatch(r"[0-9]{1,5}", part) and int(part) <= 65535 for part in parts):
        raise wrong
    return [int(part) for part in parts]
