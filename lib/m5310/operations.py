"""Platform operations: parsed from their URCs, and the lines that answer them.

Every form of facts/protocol.md 6 is accepted; which ones and why is in docs/reference/mipl.md.
The head of a line says which message to answer. Whatever is wrong behind it marks the operation
`bad`, so that it is refused and not left unanswered.
"""

from micropython import const

from m5310.codes import (
    BAD_REQUEST,
    BOOLEAN,
    DISCOVER,
    EXECUTE,
    OBSERVE,
    OPAQUE,
    READ,
    STRING,
    TEXT,
    WRITE,
)
from m5310.fields import put, unhex

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from at.port import Ticks
    from m5310.errors import AtError
    from m5310.requests import Requests

KINDS = (b"READ", b"WRITE", b"EXECUTE", b"OBSERVE", b"PARAMETER", b"DISCOVER")  # +MIPL...:
NAMES = ("read", "write", "execute", "observe", "write-attributes", "discover")

# Tuples written where they are used would be made each time.
_TELLING = (READ, DISCOVER)  # answered by more than a result
_OF_OBJECTS = (READ, OBSERVE)  # without an instance they are about the whole object
_LONGEST = const(1160)  # bytes behind the msgid: 480 of data in hex (guide 3.5) and room
_DIGITS = const(10)  # of the longest number


class Operation:
    """A platform operation, which is also the reply to itself that At.reply() sends.

    kind, msgid, oid, iid, rid (-1: all), and by kind: `values` of a write are (resource, type,
    bytes), opaque ones decoded from hex; `args` of an execute and `attributes` of a
    write-attributes are bytes; `cancel` is True for an observe that ends an observation. `arrived`
    is the tick of its last line: before that it could not be answered. `content` and `ends` tell a
    write or an execute from another of its msgid, see requests.fingerprint.
    """

    values: "tuple | list" = ()
    args = b""
    attributes = b""
    cancel = False
    bad = False
    # The two fields at the end of a part of a write; both 0 in the last or only part. Where there
    # is one field it is the index, and where they could not be read the index is -1. See parts.py.
    flag = 0
    index = -1
    content: tuple = ()
    ends: "tuple | list" = ()
    count = 1
    next = 0
    again = 0
    stopped = False
    # The answer: its result on the line, what was read, (instance, resource, type, value), or the
    # ids of a discover, and the Requests that is told how it fared.
    result = 0
    found: "tuple | list" = ()
    resources = ""
    requests: "Requests" = None

    def __init__(self, kind: int, msgid: int, arrived: "Ticks") -> None:
        self.kind = kind
        self.msgid = msgid
        self.arrived = arrived
        self.oid = self.iid = self.rid = -1

    @property
    def path(self) -> "tuple | None":
        """(object, instance, resource) as far as the operation names them; None if unreadable."""
        if self.bad:
            return None
        return self.oid, self.iid, -1 if self.kind == WRITE else self.rid

    @property
    def refusable(self) -> bool:
        """True if a refusal can take the place of what was to be sent.

        Not once the module has some of the values: it would send these as the whole answer
        (facts/protocol.md 5.9).
        """
        return self.result == 1 and self.kind in _TELLING and not self.next

    def line(self, i: int, out: bytearray) -> None:
        """Append line i of the answer to out."""
        self._short(self.result, out)
        if self.result != 1:
            return
        if self.kind == DISCOVER:
            put_resources(self.resources, out)
        elif self.kind == READ:
            iid, rid, kind, value = self.found[i]
            for number in (self.oid, iid, rid):
                out.append(44)
                put(out, number)
            out.append(44)
            dialect = self.requests.dialect
            dialect.value(out, kind, value)
            for number in (self.count - 1 - i, dialect.flag(i, self.count)):
                out.append(44)
                put(out, number)

    def late(self, out: bytearray) -> None:
        """Append the short refusal to out."""
        self._short(BAD_REQUEST, out)

    def done(self, error: "AtError | None", age_ms: int) -> None:
        """Tell the Requests how the answer fared."""
        self.requests.done(self, error, age_ms)

    def _short(self, result: int, out: bytearray) -> None:
        out.extend(b"AT+MIPL")
        out.extend(KINDS[self.kind])
        out.extend(b"RSP=")
        put(out, self.requests.ref)
        out.append(44)
        put(out, self.msgid)
        out.append(44)
        put(out, result)


def describe(op: Operation) -> str:
    """Return an Operation for a log: `read 3303/0/5700`."""
    path = "/".join([str(n) for n in (op.oid, op.iid, op.rid) if n >= 0])
    return "%s %s" % ("cancel" if op.cancel else NAMES[op.kind], path)


def put_resources(resources: str, out: bytearray) -> None:
    """Append what an answer to a discover says of them, `,len,"id;id;..."`."""
    out.append(44)
    put(out, len(resources))
    out.extend(b',"')
    out.extend(resources.encode())
    out.append(34)


class _Numbers:
    """Reads the numbers in a line's fields one after the other, without allocating."""

    line: "bytes | bytearray"
    place: int
    more: bool

    def start(self, line: "bytes | bytearray", place: int) -> None:
        """Begin with the field at index place."""
        self.line = line
        self.place = place
        self.more = True

    def next(self) -> int:
        """Return the number of the next field; raises ValueError if there is none.

        Blanks and quotes may stand around it.
        """
        line = self.line
        i = self.place
        if not self.more:
            raise ValueError("number")
        end = line.find(b",", i)
        self.more = end >= 0
        if end < 0:
            end = len(line)
        self.place = end + 1
        n = digits = 0
        sign = 1
        quoted = False
        while i < end:
            c = line[i] - 48
            i += 1
            if 0 <= c <= 9 and digits < _DIGITS:
                n = n * 10 + c
                digits += 1
            elif c == -3 and not digits and sign > 0:  # a minus
                sign = -1
            elif c == -16 or c == -14:  # noqa: PLR1714 - a blank, a quote
                quoted = quoted != (c == -14)
                if digits:
                    digits = _DIGITS  # none may follow
            else:
                raise ValueError("number")
        if quoted or not digits:
            raise ValueError("number")
        return n * sign


_numbers = _Numbers()


def kind_of(line: "bytes | bytearray") -> int:
    """Return the kind of the operation in line; raises ValueError if it is none that we know."""
    end = line.find(b":")
    for kind in range(len(KINDS)):
        if line.find(KINDS[kind], 5, end) == 5 and end == 5 + len(KINDS[kind]):
            return kind
    raise ValueError("kind")


def parse(kind: int, line: "bytes | bytearray", arrived: "Ticks") -> Operation:
    """Return the Operation in line; raises ValueError only if even its msgid cannot be read."""
    numbers = _numbers
    numbers.start(line, line.find(b":") + 1)
    numbers.next()
    op = Operation(kind, numbers.next(), arrived)
    try:
        if len(line) - numbers.place > _LONGEST:
            raise ValueError("length")
        if kind == OBSERVE:
            op.cancel = numbers.next() == 0
        op.oid = numbers.next()
        whole = not numbers.more and kind in _OF_OBJECTS  # no instance: the whole object
        if kind != DISCOVER and not whole:
            op.iid = numbers.next()
            _fill(op, kind, numbers)
    except (ValueError, IndexError):
        op.bad = True
    return op


def short(op: Operation, kind: int, line: bytearray, arrived: "Ticks") -> Operation:
    """Make op the refusal of the operation in line, and return it; raises ValueError as parse.

    Allocates nothing where op has all of these attributes.
    """
    _numbers.start(line, line.find(b":") + 1)
    _numbers.next()
    op.kind = kind
    op.msgid = _numbers.next()
    op.arrived = arrived
    op.again = 0
    op.count = 1
    op.next = 0
    return op


def _fill(op: Operation, kind: int, numbers: _Numbers) -> None:
    if kind in _OF_OBJECTS:
        if numbers.more:
            op.rid = numbers.next()
        for _ in range(2):  # some firmware counts
            if numbers.more:
                numbers.next()
        if numbers.more:
            raise ValueError("fields")
        return
    op.rid = numbers.next()
    if kind == WRITE:
        _fill_write(op, numbers)
    elif kind == EXECUTE:
        if numbers.more:
            size = numbers.next()
            op.args = _text(_rest(numbers), size)[0]
    else:
        size = numbers.next()
        op.attributes = _attributes(_rest(numbers), size)


def _attributes(rest: bytes, size: int) -> bytes:
    """Return the attributes at the start of rest; numbers may follow them."""
    if rest[:1] == b'"':
        text, tail = _text(rest, size)
    else:
        text, _, tail = rest.partition(b",")
    if tail.strip(b", 0123456789"):
        raise ValueError("fields")
    return text


def _rest(numbers: _Numbers) -> bytes:
    """Return what follows the numbers read, without blanks."""
    return bytes(numbers.line[numbers.place :]).strip()


def _fill_write(op: Operation, numbers: _Numbers) -> None:
    kind = numbers.next()
    if kind < STRING:
        raise ValueError("type")
    size = numbers.next()
    line = numbers.line
    at = numbers.place
    while line[at] == 32:
        at += 1
    if kind == STRING or line[at] == 34:
        value, tail = _text(_rest(numbers), size)
        if tail[:1] != b",":
            raise ValueError("tail")
        numbers.start(tail, 1)
    else:
        end = line.find(b",", at)
        if end < 0:
            raise ValueError("tail")
        value = bytes(line[at:end]).strip()
        numbers.start(line, end + 1)
    flag = 0
    index = numbers.next()
    if numbers.more:
        flag = index
        index = numbers.next()
    if numbers.more:  # one more field is passed over
        numbers.next()
    if numbers.more or flag < 0 or index < 0:
        raise ValueError("fields")
    op.flag = flag
    op.index = index
    if kind == OPAQUE or kind > BOOLEAN:
        kind, value = _opaque(value, size)
    op.values = [(op.rid, kind, value)]


def _opaque(value: bytes, size: int) -> "tuple[int, bytes]":
    """Return (type, bytes) of an opaque value; size bytes or size characters were announced.

    It is hex; only where size counts characters and these cannot be hex, it is the text itself.
    """
    if len(value) == 2 * size:
        return OPAQUE, unhex(value)
    if len(value) != size:
        raise ValueError("length")
    try:
        return OPAQUE, unhex(value)
    except ValueError:
        return TEXT, value


def _text(rest: bytes, size: int) -> "tuple[bytes, bytes]":
    """Return the text of size characters at the start of rest, quoted or raw, and what follows."""
    quote = 1 if rest[:1] == b'"' else 0
    end = quote + size
    if quote and rest[end : end + 1] != b'"':
        end = rest.find(b'"', 1)  # the length did not count what stands there
    if quote > end or end > len(rest):
        raise ValueError("length")
    return rest[quote:end], rest[end + quote :].lstrip()
