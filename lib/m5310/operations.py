"""Platform operations out of their URCs, in every form of facts/protocol.md 6.

The head of a line says whom to answer; whatever is wrong behind it marks the operation `bad`, so
that it is refused and not left unanswered.
"""

from micropython import const

from m5310.fields import body, num, split, unhex, unquote

_STRING = const(1)  # as in codes.py; a private const takes no heap
_OPAQUE = const(2)
_BOOLEAN = const(5)
_READ = const(0)
_WRITE = const(1)
_EXECUTE = const(2)
_OBSERVE = const(3)
_DISCOVER = const(5)

KINDS = (b"READ", b"WRITE", b"EXECUTE", b"OBSERVE", b"PARAMETER", b"DISCOVER")  # +MIPL...:

_LONGEST = const(1160)  # bytes behind the msgid: 480 of data in hex (guide 3.5) and room


class Operation:
    """What the platform asks: kind, msgid, path (-1 = all), and what the kind brings along.

    `values` of a write are (resource, type, bytes); opaque ones are decoded from hex. `args` of an
    execute and `attributes` of a write-attributes are bytes. `cancel` turns an observe around.
    `arrived` is the tick of its first line.
    """

    values = ()  # type: tuple | list
    args = b""
    attributes = b""
    cancel = False
    bad = False
    index = 0  # parts of a write still to come
    flag = 0  # where only that is told: 1 first part of several, 2 another, 0 the last or only one

    def __init__(self, kind, msgid, arrived):
        self.kind = kind
        self.msgid = msgid
        self.arrived = arrived
        self.oid = self.iid = self.rid = -1

    @property
    def path(self):
        """What tells operations of one kind and msgid apart; None where it could not be read."""
        if self.bad:
            return None
        return self.oid, self.iid, -1 if self.kind == _WRITE else self.rid


def parse(kind, line, arrived):
    """Return the Operation in line; raises ValueError only if even its msgid cannot be read."""
    head, rest = _head(body(line), 2)
    num(head[0])
    op = Operation(kind, num(head[1]), arrived)
    try:
        if len(rest) > _LONGEST:
            raise ValueError("length")
        _fill(op, kind, rest)
    except (ValueError, IndexError):
        op.bad = True
    return op


def _fill(op, kind, rest):
    if kind == _DISCOVER:
        op.oid = num(split(rest, 3)[0])
        return
    if kind in (_READ, _OBSERVE):
        fields = [num(f) for f in split(rest, 5)]
        if kind == _OBSERVE:
            op.cancel = fields[0] == 0
            del fields[0]
        op.oid = fields[0]
        op.iid = fields[1]
        op.rid = fields[2] if len(fields) > 2 else -1
        return
    head, rest = _head(rest, 3)
    op.oid = num(head[0])
    op.iid = num(head[1])
    op.rid = num(head[2])
    if kind == _WRITE:
        _fill_write(op, rest)
    elif kind == _EXECUTE:
        if rest:
            size, rest = _head(rest, 1)
            op.args = _text(rest, num(size[0]))[0]
    else:
        size, rest = _head(rest, 1)
        op.attributes = unquote(rest)
        num(size[0])


def _fill_write(op, rest):
    head, rest = _head(rest, 2)
    kind = num(head[0])
    if kind < _STRING:
        raise ValueError("type")
    size = num(head[1])
    if kind == _STRING or rest[:1] == b'"':
        value, tail = _text(rest, size)
    else:
        end = rest.find(b",")
        if end < 0:
            raise ValueError("tail")
        value = rest[:end].strip()
        tail = rest[end:]
    if tail[:1] != b",":
        raise ValueError("tail")
    numbers = [num(f) for f in split(tail[1:], 3)]
    op.index = numbers[-1]  # flag,index or the flag alone: 0 ends the group either way
    if len(numbers) == 1:
        op.flag = op.index
    if kind == _OPAQUE or kind > _BOOLEAN:
        if len(value) not in (size * 2, size):  # bytes, or hex digits (M5310-A)
            raise ValueError("length")
        value = unhex(value)
        kind = _OPAQUE
    op.values = [(op.rid, kind, value)]


def _head(text, count):
    """Return the first count fields of text, and what stands behind them without blanks."""
    out = []
    for _ in range(count):
        end = text.find(b",")
        if end < 0:
            end = len(text)
            if not text:
                raise ValueError("fields")
        out.append(text[:end].strip())
        text = text[end + 1 :]
    return out, text.strip()


def _text(rest, size):
    """Return the text of size characters at the start of rest, quoted or raw, and what follows."""
    quote = 1 if rest[:1] == b'"' else 0
    end = quote + size
    if quote and rest[end : end + 1] != b'"':
        end = rest.find(b'"', 1)  # the length did not count what stands there
    if quote > end or end > len(rest):
        raise ValueError("length")
    return rest[quote:end], rest[end + quote :].lstrip()
