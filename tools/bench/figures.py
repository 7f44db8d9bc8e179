"""What every benchmark says: percentiles, and on what it was measured."""

import os
import platform
import time
from importlib.metadata import version
from pathlib import Path


def percentile(values, part):
    """Return the value that `part` (0..1) of the values do not exceed, 0 of none."""
    ordered = sorted(values)
    if not ordered:
        return 0.0
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)]


def machine(packages=()):
    """Return [(what, text)]: date, processor, system, and the versions of packages."""
    rows = [
        ("date", time.strftime("%F %T %z")),
        ("machine", "%s, %d cores" % (_processor(), os.cpu_count())),
        ("system", "%s, Python %s" % (platform.platform(), platform.python_version())),
    ]
    if packages:
        rows.append(("versions", ", ".join("%s %s" % (name, version(name)) for name in packages)))
    return rows


def _processor():
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:  # macOS
        pass
    return platform.processor() or "unknown processor"
