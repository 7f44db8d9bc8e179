"""python -m energy (make energy): settings side by side, for a day in virtual time each."""

import json
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import click

from energy import paths  # noqa: F401 - first: it says where the device's code is
from energy.measure import day

HERE = Path(__file__).resolve().parent
_MCU = ("awake", "asleep")


@click.command()
@click.option("--hours", default=24.0, show_default=True, type=click.FloatRange(0.1, 240))
@click.option("--settings", default=HERE / "settings.json", type=click.Path(path_type=Path))
@click.option("--currents", default=HERE / "currents.json", type=click.Path(path_type=Path))
@click.option("--period", default=900, show_default=True, help="A reading every so many seconds.")
@click.option("--battery", default=8000.0, show_default=True, help="mAh, for the days it lasts.")
def main(hours, settings, currents, period, battery):
    """Print time in each state, traffic and charge for each of the settings in a file."""
    try:
        named = json.loads(settings.read_text())
        amperes = json.loads(currents.read_text())
        for part, states in (("module", 6), ("mcu", 2)):
            if len(amperes[part]) != states:
                raise ValueError("%s: %d currents are needed" % (part, states))
        with ProcessPoolExecutor(2) as pool:
            work = [pool.submit(day, config, hours, period) for config in named.values()]
            measured = [each.result() for each in work]
    except (OSError, ValueError, KeyError, TypeError) as error:
        click.echo("energy: %s" % error, err=True)
        sys.exit(2)
    for line in table(list(named), measured, amperes, battery):
        click.echo(line)


def table(names, measured, currents, battery):
    """Yield the lines of the comparison; measured: of measure.day."""
    first = measured[0]
    yield "%-22s" % "" + "".join("%18s" % name for name in names)

    def row(title, values):
        return "%-22s" % title + "".join("%18s" % value for value in values)

    for state in first.module:
        if any(each.module[state] for each in measured):
            yield row("module " + state, [_time(each.module[state]) for each in measured])
    for state in _MCU:
        yield row("MCU " + state, [_time(each.mcu[state]) for each in measured])
    yield row("AT bytes out, in", ["%d, %d" % each.at_bytes for each in measured])
    yield row("messages up, down", ["%d, %d" % each.messages for each in measured])
    yield row("readings there", [each.readings for each in measured])
    charges = [charge(each, currents) for each in measured]
    for part in ("module", "mcu"):
        yield row(part.replace("mcu", "MCU") + " mAh", ["%.2f" % c[part] for c in charges])
    totals = [c["module"] + c["mcu"] for c in charges]
    yield row("mAh", ["%.2f" % total for total in totals])
    days = [
        battery / total * each.hours / 24 for total, each in zip(totals, measured, strict=True)
    ]
    yield row("days with %g mAh" % battery, ["%d" % each for each in days])


def charge(measured, currents):
    """Return {"module": mAh, "mcu": mAh}."""
    out = {}
    for part in ("module", "mcu"):
        spent = getattr(measured, part)
        out[part] = sum(currents[part][state] * ms for state, ms in spent.items()) / 3_600_000
    return out


def _time(ms):
    seconds = round(ms / 1000)
    return "%d:%02d:%02d" % (seconds // 3600, seconds // 60 % 60, seconds % 60)


if __name__ == "__main__":
    main()
