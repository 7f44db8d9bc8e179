"""datapoints: what the device has reported, as a table, CSV, JSON or a plot."""

import csv
import io
import shutil
import sys

import click

from onenet.errors import Misuse
from onenet.fetch import PAGE, fetch
from onenet.names import name_of
from onenet.options import PAST, PATH, Command
from onenet.paths import parse_stream
from onenet.plot import draw
from onenet.replies import as_dicts, data_of, label, points_of
from onenet.show import print_table
from onenet.text import plain, shown
from onenet.times import LONGEST, now, sent

_MOST = 100_000
_PLOTTED = 300  # newest ones, where neither --since nor --limit says more


@click.command(cls=Command)
@click.argument("paths", nargs=-1, type=PATH, metavar="[PATH]...")
@click.option("--since", metavar="TIME", type=PAST, help="From 90s, 15m, 1h, 2d ago or a time on.")
@click.option("--until", metavar="TIME", type=PAST, help="With --since: up to then.")
@click.option(
    "--limit",
    type=click.IntRange(1, _MOST),
    metavar="N",
    help="At most N of each resource: the newest, with --since the first (%d)." % _MOST,
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV: at, path, value.")
@click.option("--plot", is_flag=True, help="Draw each resource that holds numbers.")
@click.pass_obj
def datapoints(session, paths, since, until, limit, as_csv, plot):
    """Show the newest values, or those reported --since.

    PATH chooses an object, an instance or a resource.
    """
    if session.as_json + as_csv + plot > 1:
        raise Misuse("--json, --csv and --plot: give one of them")
    _check(since, until, limit)
    start, end = (moment and sent(moment) for moment in (since, until))
    limit = limit or (_MOST if since else _PLOTTED if plot else None)
    streams = [path.stream for path in paths if path.rid is not None]
    chosen = streams if len(streams) == len(paths) else None
    reply, complete = fetch(session.onenet, session.device_id(), chosen, start, end, limit)
    _choose(reply, paths)
    session.answer(reply, _plot if plot else _csv if as_csv else _table)
    if not complete:
        click.echo("onenet: there is more: raise --limit, or a later --since", err=True)


def _check(since, until, limit):
    if until and not since:
        raise Misuse("--until goes with --since")
    if since and (until or now()) <= since:
        raise Misuse("--since has to be before %s" % ("--until" if until else "now"))
    if since and (until or now()) - since > LONGEST:
        raise Misuse("--since: the platform looks at most at 365 days")
    if limit and not since and limit > PAGE:
        raise Misuse("--limit above %d goes with --since" % PAGE)


def _choose(reply, paths):
    """Leave only the streams paths name."""

    def wanted(stream):
        path = parse_stream(str(stream.get("id")))
        return path is not None and any(one.holds(path) for one in paths)

    if paths:
        data = data_of(reply)
        data["datastreams"] = list(filter(wanted, as_dicts(data.get("datastreams"))))


def _rows(reply):
    """Return [(at, stream, value)], oldest first."""
    return sorted(
        (
            (at, stream, value)
            for stream, points in points_of(reply).items()
            for at, value in points
        ),
        key=lambda row: row[:2],
    )


def _table(reply):
    rows = []
    for at, stream, value in _rows(reply):
        path = parse_stream(stream)
        rows.append((at, label(stream), name_of(path) if path else "", value))
    print_table(("at (Beijing)", "path", "name", "value"), rows, _NOTHING)


_NOTHING = "no datapoints: have something reported with `onenet observe 3303/0/5700 --pmax 60`"


def _csv(reply):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("at", "path", "value"))
    for at, stream, value in _rows(reply):
        writer.writerow((plain(at), plain(label(stream)), shown(value)))
    click.echo(text.getvalue(), nl=False)


def _plot(reply):
    width = min(shutil.get_terminal_size().columns, 120) if sys.stdout.isatty() else 80
    text, left_out = draw(points_of(reply), width)
    click.echo(text or _NOTHING)
    if left_out:
        click.echo("onenet: no numbers to draw: %s" % plain(", ".join(left_out)), err=True)


COMMANDS = (datapoints,)
