"""The generations of the MIPL command set, and telling them apart (facts/protocol.md 0.1).

`Dialect` is the guide's (G3 of that source), `M5310a` what the M5310-A, and the M5310 from SP3 on,
do otherwise (G2). What the rest of the driver asks of a generation are the methods of `Dialect`.
"""

from micropython import const

from m5310.codes import BOOLEAN, DISCOVER, FLOAT, OBSERVE, OPAQUE, READ, STRING
from m5310.errors import AtError
from m5310.fields import body, put

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any

    from at import AtClient
    from m5310.operations import Operation

# Tuples written where they are used would be made each time.
_BYTES = (STRING, OPAQUE)
_ITS_OWN = (OBSERVE, DISCOVER)
_NAME = b"M5310"  # begins what a starting module prints, and here it is an answer

_BOOTSTRAP = b"nbiotbt.heclouds.com:5683"  # facts/protocol.md 5.2
_DIRECT = b"183.230.40.40:5683"


class Dialect:
    """The guide's generation, and the interface that each generation has.

    `name` is "auto" until the session has found out which one the module speaks.
    """

    name = "seed"
    # True where the module answers discover and observe itself: it is told the resources before
    # OPEN, and a notification is not addressed to an observation.
    answers_itself = False

    def answers(self, op: "Operation") -> bool:
        """Return True if the module answers the operation op itself."""
        return False

    def creates(self, server: "str | None", bootstrap: bool) -> "tuple[bytes, ...]":
        """Return the commands that create a session, to be tried in this order.

        server ("host:port", or None for the platform's own) and bootstrap are for the M5310-A.
        """
        return (b"AT+MIPLCREATE",)

    def value(self, out: bytearray, kind: int, value: "Any") -> None:
        """Append value as `type,len,text` to out (a bytearray).

        An int given for a FLOAT is printed without decimals, as the guide prints 98. Raises
        ValueError if it has no form on the line; then out may hold a part of it.
        """
        if kind == STRING:
            value = _encoded(value)
        put(out, kind)
        out.append(44)
        put(out, _size(kind, value))
        if kind == STRING:
            out.extend(b', "')
            out.extend(value)
            out.append(34)
        else:
            out.append(44)
            _put_text(out, kind, value)

    def flag(self, i: int, count: int) -> int:
        """Return the flag field of line i (0 first) of an answer of count lines."""
        return 0


class M5310a(Dialect):
    """The M5310-A's generation.

    Where modules of this generation differ, what is sent here suits each of them: the length of a
    value counts the characters between its quotes, and the flag tells first, middle and last while
    the index counts down (facts/protocol.md 5.8, facts/traces.md 3).
    """

    name = "m5310a"
    answers_itself = True

    def answers(self, op: "Operation") -> bool:
        """Return True if the module answers op itself.

        That is what it was told before OPEN, and reads of its own objects 3 to 5, which it reports
        nevertheless (facts/traces.md 3b).
        """
        return op.kind in _ITS_OWN or (op.kind == READ and 3 <= op.oid <= 5)

    def creates(self, server: "str | None", bootstrap: bool) -> "tuple[bytes, ...]":
        """Return CREATEEX, and for older firmware CREATE with a configuration."""
        host = server.encode() if server else _BOOTSTRAP if bootstrap else _DIRECT
        config = _configuration(host, bootstrap)
        size = len(config) // 2
        return (
            b'AT+MIPLCREATEEX="%s",%d' % (host, bootstrap),
            b"AT+MIPLCREATE=%d,%s,0,%d,0" % (size, config, size),
        )

    def value(self, out: bytearray, kind: int, value: "Any") -> None:
        """Append value as `type,len,"text"` to out; raises as Dialect.value does."""
        text = bytearray()
        if kind == STRING:
            text.extend(_encoded(value))
        else:
            _put_text(text, kind, value)
        put(out, kind)
        out.append(44)
        put(out, len(text))
        out.extend(b',"')
        out.extend(text)
        out.append(34)

    def flag(self, i: int, count: int) -> int:
        """Return the flag of line i of count: 1 first, 2 middle, 0 last."""
        if i + 1 < count:
            return 2 if i else 1
        return 0


def get(name: str) -> Dialect:
    """Return a new dialect by its name, the guide's for "auto"; raises ValueError."""
    if name == "m5310a":
        return M5310a()
    if name not in ("seed", "auto"):
        raise ValueError("dialect %r: known are auto, seed and m5310a" % name)
    dialect = Dialect()
    dialect.name = name
    return dialect


# -- values ------------------------------------------------------------------------------------


def _encoded(value: str) -> bytes:
    """Return the string value in UTF-8; raises ValueError where it could end the line or text."""
    text = value.encode()
    if text and (min(text) < 32 or 34 in text or 127 in text):
        raise ValueError("string")
    return text


def _size(kind: int, value: "Any") -> int:
    """Return the length that the guide's generation prints before a value."""
    if kind in _BYTES:
        return len(value)
    if kind == BOOLEAN:
        return 1
    if kind == FLOAT or -0x80000000 <= value <= 0x7FFFFFFF:
        return 4
    return 8


def _put_text(out: bytearray, kind: int, value: "Any") -> None:
    """Append the text of a value that is no string; raises ValueError."""
    if kind == OPAQUE:
        for c in value:
            out.extend(b"%02X" % c)
    elif kind == FLOAT:
        put_float(out, value)
    elif kind == BOOLEAN:
        out.append(49 if value else 48)
    elif -(1 << 63) <= value < 1 << 63:
        put(out, value)
    else:
        raise ValueError("integer")


def put_float(out: bytearray, value: float) -> None:
    """Append value with at most three decimals and no idle zeros: 20.123, 60.2, 0.0, 98.

    Whole and rest apart: a board's float has 24 bits. Raises ValueError for what is no reading.
    """
    if not -1e9 < value < 1e9:  # also true for NaN
        raise ValueError("float")
    if isinstance(value, int):
        put(out, value)
        return
    whole = int(abs(value))
    rest = int((abs(value) - whole) * 1000 + 0.5)
    if rest == 1000:
        whole += 1
        rest = 0
    if value < 0 and (whole or rest):
        out.append(45)
    put(out, whole)
    out.append(46)
    while True:
        out.append(48 + rest // 100)
        rest = rest % 100 * 10
        if not rest:
            break


def _configuration(host: bytes, bootstrap: bool) -> bytes:
    """Return the configuration of AT+MIPLCREATE as hex text (layout: facts/protocol.md 5.2)."""
    # MTU 1024, link 0x11, no APN, user or password; behind the host one byte of user data.
    net = b"040011000000000000%02X%02X%s000131" % (
        0x10 if bootstrap else 0,
        len(host),
        b"".join([b"%02X" % c for c in host]),
    )
    size = 3 + 3 + 3 + len(net) // 2 + 8
    return b"13%04XF10003F2%04X%sF30008C000000000" % (size, 3 + len(net) // 2, net)


# -- telling them apart ------------------------------------------------------------------------


async def ask_version(at: "AtClient") -> "str | None":
    """Return the version of the module's LwM2M suite as text, None if unknown; raises AtError."""
    try:
        lines = await at.command(b"AT+MIPLVER?", 2000, b"+MIPLVER:")
    except AtError as e:  # firmware of the first generation does not know it
        if not e.refused:
            raise
        return None
    version = body(lines[0]).strip() if lines else b""
    return "".join([chr(c) for c in version if 32 <= c < 127]) or None


async def detect(at: "AtClient", version: "str | None", model: bytes = b"") -> Dialect:
    """Return the Dialect of the module; raises AtError if the line fails.

    version is that of ask_version(), model what the module called itself when it started, if it
    did. An M5310-A says so when it starts or when it is asked. A version of 2 or more is that of
    the guide's suite. Without one, firmware from SP3 on is of the M5310-A's kind. Everything else
    is taken for the guide's module.
    """
    model = model or await _ask(at, b"AT+CGMM")
    name = "seed"
    if b"M5310-A" in model.upper():
        name = "m5310a"
    elif not _is_guides(version):
        if _service_pack(await _ask(at, b"AT+CMVER")) >= 3:
            name = "m5310a"
    return get(name)


def _is_guides(version: "str | None") -> bool:
    """Return True if version, text or None, is that of the guide's suite: 2.2.0, 10.01."""
    major = (version or "").split(".")[0]
    return major.isdigit() and int(major) >= 2


def _service_pack(text: bytes) -> int:
    """Return the number behind the last SP in text, 0 if there is none."""
    number = 0
    for c in text.upper().rpartition(b"SP")[2] if b"SP" in text.upper() else b"":
        if not 48 <= c <= 57:
            break
        number = number * 10 + c - 48
    return number


async def _ask(at: "AtClient", text: bytes) -> bytes:
    """Return the first line of the answer; b"" where it is refused."""
    try:
        lines = await at.command(text, 2000, _NAME, None, _is_text)
    except AtError as e:
        if not e.refused:  # noise is no answer
            raise
        return b""
    return lines[0] if lines else b""


def _is_text(line: bytearray) -> bool:
    return bytes(line[:2]).upper() != b"AT"
