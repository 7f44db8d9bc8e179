"""Rows of the two live lists: the AT trace, and the operations with how long they took."""

from dataclasses import dataclass
from datetime import datetime

from bench.console.orders import WORDS
from bench.platform.operations import NAMES
from bench.report import WINDOW_MS
from bench.trace import FAULT, FROM_MODULE, TO_MODULE

MAX_CELL = 600
TONES = {TO_MODULE: "to", FROM_MODULE: "from", FAULT: "fault"}
ARROWS = {TO_MODULE: "→", FROM_MODULE: "←", FAULT: "!"}
WAYS = {TO_MODULE: "MCU → module", FROM_MODULE: "module → MCU", FAULT: "faults"}
SLOW_MS = WINDOW_MS / 2


@dataclass
class Filter:
    """Which lines of a trace are shown: of these ways, with this text, without that one."""

    ways: frozenset = frozenset(WAYS)
    text: str = ""
    hide: str = ""

    def match(self, line):
        """Return whether a bench.trace.Line is to be shown; upper and lower case are one."""
        body = line.text.casefold()
        return (
            line.way in self.ways
            and self.text.casefold() in body
            and not (self.hide and self.hide.casefold() in body)
        )


def newest(trace, wanted, count):
    """Return the rows of the newest `count` lines of a Trace that the Filter lets through."""
    found = []
    for line in reversed(trace.lines):
        if wanted.match(line):
            found.append(line_row(line))
            if len(found) == count:
                break
    return found[::-1]


def line_row(line):
    """Return the row of a trace's Line."""
    text = line.text if len(line.text) <= MAX_CELL else line.text[: MAX_CELL - 1] + "…"
    cells = [clock(line.at_ms), ARROWS.get(line.way, "?"), text]
    return {"id": line.seq, "tone": TONES.get(line.way, "fault"), "cells": cells}


def operation_row(measured):
    """Return the row of a Measured operation; bar is the part of the window it took, 0 to 1."""
    path = "/".join(str(number) for number in measured.path if number >= 0)
    what = "%s %s" % (WORDS.get(measured.kind, measured.kind), path)
    latency = measured.latency_ms
    if latency is None:
        tone, name, time = "late", "no answer", "> %d s" % (WINDOW_MS / 1000)
    else:
        tone = "late" if latency >= WINDOW_MS else "slow" if latency >= SLOW_MS else "quick"
        name, time = NAMES.get(measured.code, "%s" % measured.code), "%d ms" % latency
    if measured.printed > 1:
        name += ", printed %d times" % measured.printed
    bar = 1.0 if latency is None else min(max(latency / WINDOW_MS, 0.004), 1.0)
    cells = [clock(measured.at_ms), what, name, time]
    return {"id": measured.seq, "tone": tone, "cells": cells, "bar": round(bar, 4)}


def clock(at_ms):
    """Return UNIX ms as the time of day, 23:15:26.123."""
    at = datetime.fromtimestamp(at_ms / 1000).astimezone()
    return "%s.%03d" % (at.strftime("%T"), at_ms % 1000)
