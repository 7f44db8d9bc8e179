"""Listens to a serial line: which bytes of each operation passed, and when."""

import re
from dataclasses import dataclass, field

_ANSWER = re.compile(rb"AT\+MIPL[A-Z]+RSP=\d+,(\d+),")


@dataclass
class Passed:
    """One operation as it passed. Times in ms of the clock.

    started: its CR reached the MCU. lines: [(when its CR reached the module, length)] of its
    answer. code: CoAP, 0 = silence. printed: how often the module asked.
    """

    msgid: int
    kind: str
    path: tuple
    end: int  # bytes ever printed up to the CR of its last line
    started: float | None = None
    lines: list = field(default_factory=list)
    code: int = 0
    printed: int = 1

    @property
    def latency_ms(self):
        """Return ms from the last needed byte of the operation to that of the answer, or None."""
        if self.started is None or not self.lines:
            return None
        return self.lines[-1][0] - self.started

    @property
    def lengths(self):
        return [length for _, length in self.lines]


class Tap:
    """Collects the operations of a module behind a port, in `passed`, as they are answered."""

    def __init__(self, port, clock):
        self.passed = []
        self.on_passed = None  # called with each
        self._clock = clock
        self._open = {}
        self._got = port.module.taken  # bytes that have reached the MCU
        port.on_bytes = self._bytes
        port.module.on_line = self._line
        port.module.on_print = self._printed
        port.module.on_operation = self._answered
        self._module = port.module

    def _printed(self, request, count):
        if count > 1:
            self._open[request.msgid].printed = count
            return
        end = self._module.emitted - 1  # its LF is not needed
        self._open[request.msgid] = Passed(request.msgid, request.kind, request.path, end)

    def _bytes(self, way, data):
        if way != "got":
            return
        self._got += len(data)
        for each in self._open.values():
            if each.started is None and each.end <= self._got:
                each.started = self._clock.ticks_ms()

    def _line(self, way, line, now_ms):
        match = _ANSWER.match(line) if way == ">" else None
        each = match and self._open.get(int(match[1]))
        if each:
            each.lines.append((now_ms, len(line)))

    def _answered(self, record):
        each = self._open.pop(record.msgid)
        each.code = record.code
        self.passed.append(each)
        if self.on_passed:
            self.on_passed(each)
