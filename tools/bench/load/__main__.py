"""python -m bench.load: does the bench keep up with many nodes, and answer meanwhile?"""

import asyncio
import sys
import tempfile
from pathlib import Path

import click
import httpx

from bench.load.measure import Measurement, Settings
from bench.load.node import NodeError
from bench.load.report import report


@click.command()
@click.option("--seconds", default=60.0, show_default=True, type=click.FloatRange(2, 86400))
@click.option(
    "--rate",
    default=1000,
    show_default=True,
    type=click.IntRange(1, 100_000),
    help="Datapoints a second, of all nodes together; a NOTIFY each.",
)
@click.option("--modules", default=50, show_default=True, type=click.IntRange(1, 500))
@click.option(
    "--asks",
    default=20,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="HTTP API calls a second; a real-time read a second comes on top.",
)
@click.option("--kill", is_flag=True, help="End with SIGKILL and look what became of the data.")
def main(seconds, rate, modules, asks, kill):
    """Measure m5310-bench under load on this computer, in a database of its own.

    Exit status 0: every target is met.
    """
    with tempfile.TemporaryDirectory(prefix="bench-load-") as folder:
        settings = Settings(Path(folder) / "onenet.db", seconds, rate, modules, asks, kill)
        measured = Measurement(settings)
        try:
            asyncio.run(measured.run())
        except (OSError, NodeError, TimeoutError, httpx.HTTPError) as error:
            click.echo("bench.load: %s" % (error or type(error).__name__), err=True)
            sys.exit(2)
        good = report(measured)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
