"""Commands: their text, which lines answer them, and final results."""

from micropython import const

from at import errors

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from asyncio import Event
    from collections.abc import Callable
    from typing import Any

    Test = Callable[[bytearray], object]

_LONGEST = const(3072)  # bytes: real lines have up to 2.8 kB
_LONGEST_MS = const(86400000)  # differences of ticks must stay below half their period
_MAX_LINES = const(16)  # information lines kept of one answer
_OK = (0, 0)

# What begins a final result other than OK and ERROR, with a number behind it: its error kind.
FINALS = {b"+CME ERROR:": errors.CME, b"+CMS ERROR:": errors.ERROR}


class Command:
    """One AT command: its text, the form of its answer, its timeout.

    `prefix` begins its information lines, `shape(line)` tells them from a URC of the same prefix;
    `bare(line)` accepts information lines without a prefix. A prefix of b"" means that it has no
    information lines with one. Without a prefix it is taken from the text: `AT+CSQ` has `+CSQ:`.
    If nothing at all is declared, lines without a prefix that nobody else claims are its own too.
    A `slow` command may hold the line longer than the hold time. `data` is sent behind the
    modem's prompt `>`. `reply` is the reply whose line it is, if it is one; `ended`, an event, is
    set when all other commands end.
    """

    def __init__(
        self,
        text: bytes,
        timeout_ms: int,
        prefix: "bytes | None" = None,
        shape: "Test | None" = None,
        bare: "Test | None" = None,
        slow: bool = False,
        data: "bytes | None" = None,
        ended: "Event | None" = None,
    ) -> None:
        self.text = text
        self.timeout_ms = timeout_ms
        self.shape = shape
        self.bare = bare
        self.slow = slow
        self.data = data
        self.reply: "Any" = None
        self.error: errors.AtError | None = None
        self.lines: list[bytes] = []
        self.ended = ended
        self.declared = prefix is not None
        # Whether it may have lines that nobody else claims.
        self.open = not self.declared and bare is None
        # MicroPython compares the beginning of a line with bytes only.
        self.prefix = bytes(prefix) if prefix is not None else prefix_of(text)

    @property
    def asks(self) -> bool:
        """True if it sets nothing: AT+CEREG? and AT+CEREG=?, not AT+CEREG=1."""
        return b"=" not in self.text or self.text.endswith(b"=?")

    def keep(self, line: bytearray) -> bool:
        """Keep an information line; return False if there are too many."""
        if len(self.lines) >= _MAX_LINES:
            return False
        self.lines.append(bytes(line))
        return True


def check(
    text: bytes,
    timeout_ms: int,
    prefix: "bytes | None" = None,
    shape: "Test | None" = None,
    bare: "Test | None" = None,
    data: "bytes | None" = None,
) -> None:
    """Raise TypeError or ValueError for what cannot be a command."""
    if not isinstance(text, (bytes, bytearray)):
        raise TypeError("command %r: bytes without line ending" % (text,))
    if not 0 < len(text) <= _LONGEST:
        raise ValueError("command of %d bytes: 1 to %d" % (len(text), _LONGEST))
    if not is_printable(text):
        raise ValueError("command %r: no control characters" % (bytes(text[:40]),))
    if not isinstance(timeout_ms, int):
        raise TypeError("timeout %r: whole milliseconds" % (timeout_ms,))
    if not 0 < timeout_ms <= _LONGEST_MS:
        raise ValueError("timeout %r: 1 to %d ms" % (timeout_ms, _LONGEST_MS))
    if prefix is not None and not isinstance(prefix, (bytes, bytearray)):
        raise TypeError("prefix %r: bytes" % (prefix,))
    for test in (shape, bare):
        if test is not None and not callable(test):
            raise TypeError("%r: a function of the line" % (test,))
    if data is not None and not isinstance(data, (bytes, bytearray)):
        raise TypeError("data %r: bytes" % (data,))
    if data is not None and not 0 < len(data) <= _LONGEST:
        raise ValueError("data of %d bytes: 1 to %d" % (len(data), _LONGEST))


def is_printable(text: "bytes | bytearray") -> bool:
    """Return True if text (bytes) is not empty and holds no control character."""
    return len(text) > 0 and min(text) >= 32 and b"\x7f" not in text


def prefix_of(text: bytes) -> bytes:
    """Return what begins the information lines of a command by its text, b"" if it has no name."""
    end = 2
    while end < len(text) and text[end] not in b"=?;":
        end += 1
    name = bytes(text[2:end]).upper()
    return name + b":" if name[:1] in (b"+", b"*", b"^") else b""


def is_unnamed(line: bytearray) -> bool:
    """Return True if line is not of the form `+NAME: ...`.

    A line of that form answers a command of that name, or is a URC.
    """
    return line[0] not in b"+*^" or line.find(b":") < 0


def final_result(
    line: bytearray, finals: "dict[bytes, int]", results: "dict[bytes, int]"
) -> "tuple[int, int] | None":
    """Return (kind, code) if line is a final result, kind 0 for success; None if it is not.

    finals: what begins the final results with a number, and their error kinds. results: whole
    lines that are final results besides OK and ERROR, and their kinds.
    """
    if line == b"OK":
        return _OK
    if line == b"ERROR":
        return errors.ERROR, 0
    for text in results:  # items() would allocate
        if line == text:
            return results[text], 0
    for head in finals:
        if line.startswith(head):
            digits = bytes(line[len(head) :]).strip()
            return finals[head], int(digits) if digits.isdigit() and len(digits) <= 10 else 0
    return None
