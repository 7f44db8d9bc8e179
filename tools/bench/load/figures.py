"""What the benchmark prints, and its verdict."""

import os
import platform
import sqlite3
import time
from importlib.metadata import version
from pathlib import Path

from bench.load.client import API_KINDS, READ, percentile

MB = 1 << 20
P95_MS = 50
MAX_GROWTH = 0.05  # of the memory after the warm-up
RATE_SHARE = 0.99  # of the rate asked for
PACKAGES = ("fastapi", "uvicorn", "httpx")


def machine():
    """Return the lines that say where this was measured."""
    cpu = "unknown CPU"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
            break
    versions = ", ".join("%s %s" % (name, version(name)) for name in PACKAGES)
    return [
        ("date", time.strftime("%F %T %z")),
        ("machine", "%s, %d cores, shared by bench and benchmark" % (cpu, os.cpu_count())),
        ("system", "%s, Python %s" % (platform.platform(), platform.python_version())),
        ("versions", "SQLite %s, %s" % (sqlite3.sqlite_version, versions)),
    ]


def table(rows):
    """Return lines of (title, text)."""
    return ["  %-24s %s" % row for row in rows]


def latencies(samples):
    """Return lines with p50, p95, p99 and the longest of every kind of call."""
    lines = ["  %-24s %6s %8s %8s %8s %8s" % ("ms", "calls", "p50", "p95", "p99", "max")]
    kinds = [(kind, [kind]) for kind in API_KINDS] + [("API, all", API_KINDS), (READ, [READ])]
    for title, chosen in kinds:
        found = [ms for _, kind, ms in samples if kind in chosen]
        figures = [percentile(found, part) for part in (0.5, 0.95, 0.99, 1)]
        lines.append("  %-24s %6d %8.1f %8.1f %8.1f %8.1f" % (title, len(found), *figures))
    return lines


class Verdict:
    """Targets, each met or missed."""

    def __init__(self):
        self._rows = []

    @property
    def good(self):
        return all(met for met, _ in self._rows)

    def add(self, met, text):
        self._rows.append((met, text))

    def lines(self):
        return ["  %-7s %s" % ("met" if met else "MISSED", text) for met, text in self._rows]


def api_p95(samples):
    """Return the p95 of every platform-only call, the worst kind last in the text, in ms."""
    return max(
        percentile([ms for _, each, ms in samples if each == kind], 0.95) for kind in API_KINDS
    )
