r"""Lines of the UART as texts without identities and credentials; loaded for that alone.

`12.345 > AT+CSQ` was sent; `12.371 <a +CSQ:23,0` was received, and the letter is what the driver
took it for: f final result, a answer, u URC, e echo, l late, x stray or unknown, c cut, too long.
Bytes that are no text, and backslashes, are \xNN; there was more of a line that ends in \...
"""

from micropython import const

from m5310 import borrow

_SENT = const(62)
_HEAD = const(4)
_SHOWN = const(200)
# What is masked: the digits of an IMEI, IMSI or ICCID, and all that stands behind a command with
# one of these in its name.
_FEW = const(14)
_MANY = const(20)
_CUT = const(6)
_SECRET = (b"MIPLCREATE", b"MIPLCONF", b"PSK", b"AUTH", b"PASS", b"MCGDEFCONT")


class Spoken:
    """What logs every line, and records it where record is not None; `line` is an At's on_line."""

    def __init__(self, log, record):
        self.log = log
        self.record = record

    def line(self, kind, line):
        if self.record:
            self.record(kind, line)
        self.log(shown(kind, bytes(line[:_SHOWN]), len(line) > _SHOWN), 3)


def lines(trace):
    """Yield the entries of a Trace as texts, oldest first, behind one that says what it is."""
    yield "# trace of m5310-node, dialect %s" % trace.session.dialect.name
    log = trace.log
    log("", 9)  # above every level: log.ms is that of now
    now = trace.wall and trace.wall()
    if now:
        at = "%d.%03d" % (log.ms // 1000, log.ms % 1000)
        yield "# %s is %s" % (at, borrow("node.wall").text(now))
    ms = log.ms - trace.clock.ticks_diff(trace.clock.ticks_ms(), trace.last)
    for passed, _, _, _ in _entries(trace):
        ms -= passed
    for passed, kind, line, more in _entries(trace):
        ms += passed
        yield "%5d.%03d %s" % (ms // 1000, ms % 1000, shown(kind, line, more))


def _entries(trace):
    """Yield (ms since the one before, kind, bytes, whether there was more) of every entry."""
    ring = trace.ring
    at = trace.first
    for i in range(trace.count):
        passed = ring[at] | ring[at + 1] << 8
        if passed & 0x8000:
            passed = (passed & 0x7FFF) << 6
        size = ring[at + 3]
        end = at + _HEAD + (size & 127)
        yield i and passed, ring[at + 2], bytes(ring[at + _HEAD : end]), size > 127
        at = 0 if at >= trace.end and end >= trace.top else end


def shown(kind, line, more=False):
    """Return the text of a line (bytes) that was kind; more: it is the beginning of a longer."""
    way = "> " if kind == _SENT else "<%s " % chr(kind)
    raw = masked(line, more)
    text = "".join([chr(c) if 32 <= c < 127 and c != 92 else "\\x%02x" % c for c in raw])
    return way + text + ("\\..." if more else "")


def masked(line, more=False):
    """Return line with 0 for what tells who the device is; it is as long as before."""
    out = bytearray(line)
    n = len(out)
    start = 0
    for i in range(n + 1):
        if i == n or not 48 <= out[i] <= 57:
            cut = more and i == n and i - start >= _CUT  # its rest may be behind the end
            if cut or _FEW <= i - start <= _MANY:
                end = i if cut else i - 4
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


def _blank(out, start):
    """Put 0 for all behind start but commas, blanks, quotes and numbers of one digit."""
    quoted = False
    for i in range(start + 1, len(out)):
        c = out[i]
        if c == 34:
            quoted = not quoted
        elif quoted or (c not in b", " and not _alone(out, i)):
            out[i] = 48


def _alone(out, i):
    return out[i - 1] in b"=:, " and (i + 1 == len(out) or out[i + 1] in b", ")
