r"""Trace of the UART: the last lines in a ring of bytes, and their text without identities.

`12.345 > AT+CSQ` was sent; `12.371 <a +CSQ:23,0` was received, and the letter is what the driver
took the line for: f final result, a answer, u URC, e echo, l late, x stray or unknown, c cut (too
long). Backslashes and bytes that are not printable ASCII are shown as \xNN; a line that ends in
\... was longer than what was kept of it.
"""

from struct import pack_into

from micropython import const

from . import wall

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from at import Clock
    from m5310.session import Mipl

    from .log import Log

    Line = bytes | bytearray | memoryview

_SENT = const(62)  # ">"
_KEPT = const(120)  # bytes of a line
_CUT = const(128)  # flag in an entry's length: the line was longer
_LENGTH = const(127)
# An entry: ms since the one before (16 bits; from 2^15 on in units of 64 ms), kind, length, line.
_HEAD = const(4)
_COARSE = const(0x8000)
_LEAST = const(128)  # bytes of a ring
_SHOWN = const(200)  # bytes of a line that are logged

# Masked are the digits of an IMEI, IMSI or ICCID, and all arguments of a command with one of these
# words in its name.
_ID_LEAST = const(14)  # digits
_ID_MOST = const(20)
_ID_CUT = const(6)  # digits at the end of a cut line may be the beginning of one
_SECRET = (b"MIPLCREATE", b"MIPLCONF", b"PSK", b"AUTH", b"PASS", b"MCGDEFCONT")


class Trace:
    """A ring of `size` bytes, 128 at least; about 30 lines fit into 1024.

    log: its clock gives the time of each line. session: the OneNET session; its dialect is named
    in the first line, for a replay.
    """

    def __init__(self, size: int, clock: "Clock", log: "Log", session: "Mipl") -> None:
        self.ring = bytearray(max(size, _LEAST))
        self.clock = clock
        self.log = log
        self.session = session
        self.wall: Callable[[], int | None] | None = None  # UNIX time
        self.count = 0
        self.first = 0  # start of the oldest entry
        self.end = 0  # end of the newest entry
        self.top = 0  # where the oldest entries end and the ring goes on at 0
        self.last = clock.ticks_ms()

    def record(self, kind: int, line: "Line") -> None:
        """Add a line (bytes) and its kind (a character code). Allocates nothing."""
        ring = self.ring
        clock = self.clock
        now = clock.ticks_ms()
        passed = clock.ticks_diff(now, self.last)
        self.last = now
        if not 0 <= passed < _COARSE:
            passed = _COARSE | min((passed & 0x3FFFFFFF) >> 6, 0x7FFF)
        size = min(len(line), _KEPT)
        at = self.end
        while True:
            end = at + _HEAD + size
            while self.count and at <= self.first < end:
                self.count -= 1
                self.first += _HEAD + (ring[self.first + 3] & _LENGTH)
                if self.first >= self.top:
                    self.first = 0
            if end <= len(ring):
                break
            self.top = at
            at = 0
        if not self.count:
            self.first = at
        self.count += 1
        self.end = end
        if size < len(line):
            pack_into("<HBB120s", ring, at, passed, kind, size | _CUT, line)
        else:
            pack_into("<HBB", ring, at, passed, kind, size)
            ring[at + _HEAD : end] = line

    def lines(self) -> "Iterator[str]":
        """Yield a heading and then every line as masked text, oldest first."""
        yield "# trace of m5310-node, dialect %s" % self.session.dialect.name
        log = self.log
        log("", 9)  # above every level: prints nothing, and brings log.ms up to date
        now = self.wall and self.wall()
        if now:
            since_start = "%d.%03d" % (log.ms // 1000, log.ms % 1000)
            yield "# %s is %s" % (since_start, wall.text(now))
        ms = log.ms - self.clock.ticks_diff(self.clock.ticks_ms(), self.last)
        for passed, _, _, _ in self._entries():
            ms -= passed
        for passed, kind, line, cut in self._entries():
            ms += passed
            yield "%5d.%03d %s" % (ms // 1000, ms % 1000, shown(kind, line, cut))

    def _entries(self) -> "Iterator[tuple[int, int, bytes, bool]]":
        """Yield (ms since the entry before, kind, bytes, whether the line was longer)."""
        ring = self.ring
        at = self.first
        for i in range(self.count):
            passed = ring[at] | ring[at + 1] << 8
            if passed & _COARSE:
                passed = (passed & 0x7FFF) << 6
            size = ring[at + 3]
            end = at + _HEAD + (size & _LENGTH)
            yield i and passed, ring[at + 2], bytes(ring[at + _HEAD : end]), size >= _CUT
            at = 0 if at >= self.end and end >= self.top else end


class LineLog:
    """Logs every line at level 3 and passes it on to record(kind, line), unless that is None."""

    def __init__(self, log: "Log", record: "Callable[[int, bytearray], None] | None") -> None:
        self.log = log
        self.record = record

    def line(self, kind: int, line: bytearray) -> None:
        """Handle a line: the engine's on_line."""
        if self.record:
            self.record(kind, line)
        self.log(shown(kind, bytes(line[:_SHOWN]), len(line) > _SHOWN), 3)


def shown(kind: int, line: bytes, cut: bool = False) -> str:
    """Return the masked text of a line (bytes). cut: the line was longer than this."""
    prefix = "> " if kind == _SENT else "<%s " % chr(kind)
    raw = masked(line, cut)
    text = "".join([chr(c) if 32 <= c < 127 and c != 92 else "\\x%02x" % c for c in raw])
    return prefix + text + ("\\..." if cut else "")


def masked(line: bytes, cut: bool = False) -> bytearray:
    """Return line with "0" for what identifies the device; the length stays the same."""
    out = bytearray(line)
    n = len(out)
    start = 0
    for i in range(n + 1):
        if i == n or not 48 <= out[i] <= 57:
            broken = cut and i == n and i - start >= _ID_CUT
            if broken or _ID_LEAST <= i - start <= _ID_MOST:
                end = i if broken else i - 4
                out[start + 2 : end] = b"0" * (end - start - 2)
            start = i + 1
    end = 0
    while end < n and out[end] not in b"=:?":
        end += 1
    name = bytes(out[:end]).upper()
    for word in _SECRET:
        if word in name:
            _blank(out, end)
            break
    return out


def _blank(out: bytearray, start: int) -> None:
    """Overwrite everything after start with "0", but commas, spaces, quotes and single digits."""
    quoted = False
    for i in range(start + 1, len(out)):
        c = out[i]
        if c == 34:
            quoted = not quoted
        elif quoted or (c not in b", " and not _is_single(out, i)):
            out[i] = 48


def _is_single(out: bytearray, i: int) -> bool:
    """Return True if the argument at i has one character."""
    return out[i - 1] in b"=:, " and (i + 1 == len(out) or out[i + 1] in b", ")
