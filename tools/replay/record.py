"""A recorded trace as its lines; hostile files are refused in a sentence."""

import re
from dataclasses import dataclass

from m5310.dialects import get

MAX_FILE = 4 << 20  # bytes
MAX_LINES = 50_000
MAX_TEXT = 1200  # bytes of a line; a node records 120, a log of level 3 shows 200
MAX_STEP_S = 5 * 86400  # differences of ticks do not reach further
KINDS = "fauelxc"
_HEAD = re.compile(r"# trace of m5310-node, dialect (\S{1,20})")
_LINE = re.compile(r" *([0-9]{1,9})\.([0-9]{3}) (> |<([a-z]) )(.*)")
_ESCAPE = re.compile(r"\\x([0-9a-f]{2})")
_SHORTENED = "\\..."


class TraceError(ValueError):
    """A file that cannot be replayed, in a sentence that names the place."""


@dataclass(frozen=True)
class Line:
    """One line: number in the file, ms, kind (">" it was sent, else one of KINDS), raw, and
    whether there was more of it than raw."""

    number: int
    ms: int
    kind: str
    raw: bytes
    shortened: bool


@dataclass(frozen=True)
class Record:
    """Lines in their order, the dialect they were spoken in, how many others the file has."""

    lines: tuple
    dialect: str
    remarks: int


def load(path):
    """Return the Record in the file at path. Raises TraceError, naming the file."""
    if not path:
        raise TraceError("no file: make replay TRACE=file, as make trace has printed it")
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_FILE + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise TraceError("%s: cannot be read: %s" % (path, reason)) from None
    try:
        return parse(data)
    except TraceError as error:
        raise TraceError("%s: %s" % (path, error)) from None


def parse(data):
    """Return the Record in data (bytes). What is no line of a trace is a remark."""
    if len(data) > MAX_FILE:
        raise TraceError("longer than %d bytes" % MAX_FILE)
    lines, remarks, dialect = [], 0, "seed"
    for number, text in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        text = text.rstrip("\r")
        head = _HEAD.fullmatch(text.strip())
        match = None if head else _LINE.fullmatch(text)
        if head:
            dialect = _dialect(head[1], number)
        elif match:
            lines.append(_line(match, number, lines))
            if len(lines) > MAX_LINES:
                raise TraceError("more than %d lines of a trace" % MAX_LINES)
        else:
            remarks += bool(text.strip())
    if not lines:
        raise TraceError("no line of a trace in it: make trace on a board prints one")
    return Record(tuple(lines), dialect, remarks)


def _dialect(name, number):
    try:
        return get(name).name
    except ValueError as error:
        raise TraceError("line %d: %s" % (number, error)) from None


def _line(match, number, before):
    seconds, thousandths, way, kind, text = match.groups()
    ms = int(seconds) * 1000 + int(thousandths)
    if before and not -1000 < ms - before[-1].ms < MAX_STEP_S * 1000:
        raise TraceError("line %d: its time does not follow that of the line before" % number)
    ms = max(ms, before[-1].ms) if before else ms
    if kind and kind not in KINDS:
        raise TraceError("line %d: %r is no kind of line, but one of %s" % (number, kind, KINDS))
    shortened = text.endswith(_SHORTENED)
    raw = _bytes(text.removesuffix(_SHORTENED), number)
    if not 0 < len(raw) <= MAX_TEXT:
        raise TraceError("line %d: has to have 1 to %d bytes" % (number, MAX_TEXT))
    if b"\r" in raw or b"\n" in raw:
        raise TraceError("line %d: a line end inside" % number)
    if way == "> " and not all(32 <= byte < 127 for byte in raw):
        raise TraceError("line %d: a node sends printable ASCII only" % number)
    return Line(number, ms, kind or ">", raw, shortened)


def _bytes(text, number):
    """Return the bytes that a text of a trace stands for."""
    if not all(" " <= c <= "~" for c in text):
        raise TraceError("line %d: what is not printable is written \\xNN" % number)
    parts = _ESCAPE.split(text)
    if any("\\" in part for part in parts[::2]):
        raise TraceError("line %d: a backslash that is no \\xNN" % number)
    return b"".join(
        bytes([int(part, 16)]) if odd % 2 else part.encode() for odd, part in enumerate(parts)
    )
