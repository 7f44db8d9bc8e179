"""What one serial line has seen, in memory: lines with time and direction, operations measured."""

import itertools
from collections import deque
from dataclasses import dataclass
from datetime import datetime

TO_MODULE, FROM_MODULE, FAULT = ">", "<", "!"


@dataclass(frozen=True, slots=True)
class Line:
    """One line; way is ">" from the MCU, "<" to it, "!" a fault the bench made. at_ms: UNIX ms."""

    seq: int
    at_ms: float
    way: str
    text: str

    def __str__(self):
        # The wall clock of whoever reads the trace.
        at = datetime.fromtimestamp(self.at_ms / 1000).astimezone()
        return "%s.%03d %s %s" % (at.strftime("%F %T"), self.at_ms % 1000, self.way, self.text)


@dataclass(frozen=True, slots=True)
class Measured:
    """One operation at the module's pins; latency_ms None and code 0 = the node was silent."""

    seq: int
    at_ms: float
    msgid: int
    kind: str
    path: tuple
    latency_ms: float | None
    code: int
    printed: int


class Trace:
    """The newest `keep` lines and `keep` / 10 operations of one module.

    wall_ms: returns UNIX ms.
    """

    def __init__(self, wall_ms, keep=5000):
        self._wall_ms = wall_ms
        self._seqs = itertools.count(1)
        self.lines = deque(maxlen=keep)
        self.operations = deque(maxlen=keep // 10)
        self.on_line = None  # called with each Line
        self.on_operation = None  # called with each Measured

    def line(self, way, raw, now_ms=None):
        """Note a line; has the shape of Module.on_line."""
        text = raw.decode("latin-1") if isinstance(raw, bytes | bytearray) else raw
        line = Line(next(self._seqs), self._wall_ms(), way, printable(text))
        self.lines.append(line)
        if self.on_line:
            self.on_line(line)

    def operation(self, record):
        """Note a measured operation; has the shape of Module.on_operation."""
        measured = Measured(
            next(self._seqs),
            self._wall_ms(),
            record.msgid,
            record.kind,
            record.path,
            record.latency_ms,
            record.code,
            record.printed,
        )
        self.operations.append(measured)
        if self.on_operation:
            self.on_operation(measured)

    def since(self, seq):
        """Return the lines newer than seq, oldest first."""
        return _newer(self.lines, seq)

    def operations_since(self, seq):
        """Return the operations newer than seq, oldest first."""
        return _newer(self.operations, seq)

    def export(self):
        """Return all lines as text."""
        return "".join("%s\n" % line for line in self.lines)


def printable(text):
    """Return text with everything but printable ASCII as \\xNN: a trace may hold garbage."""
    return "".join(c if " " <= c <= "~" else "\\x%02x" % (ord(c) & 0xFF) for c in text)


def _newer(entries, seq):
    found = []
    for entry in reversed(entries):
        if entry.seq <= seq:
            break
        found.append(entry)
    return found[::-1]
