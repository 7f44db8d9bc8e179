"""watch: new datapoints and on- and offline as they come, until Ctrl-C."""

import time

import click

from onenet.names import name_of
from onenet.options import DURATION, Command
from onenet.paths import parse_stream
from onenet.replies import label
from onenet.text import as_json, plain, shown
from onenet.watcher import Watcher


@click.command(cls=Command)
@click.option(
    "--interval",
    metavar="S",
    type=click.FloatRange(0.1, 3600),
    default=2.0,
    help="Seconds between two looks, 0.1 to 3600 (2).",
)
@click.option("--for", "length", metavar="TIME", type=DURATION, help="Stop after such as 90s.")
@click.pass_obj
def watch(session, interval, length):
    """Print what is new as it comes, until Ctrl-C.

    New values, online and offline. With --json one object on each line.
    """
    say = _say_json if session.as_json else _say
    end = time.monotonic() + length.total_seconds() if length else float("inf")
    try:
        watcher = Watcher(session.onenet, session.device_id)
        for event in watcher.start():
            say(event)
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(interval, left))
            for event in watcher.turn():
                say(event)
    except KeyboardInterrupt:
        click.echo(err=True)  # behind the ^C of the terminal


def _say_json(event):
    named = {("path" if name == "stream" else name): value for name, value in event.items()}
    if "path" in named:
        named["path"] = label(named["path"])
    click.echo(as_json(named))


def _say(event):
    if event["type"] == "datapoint":
        path = parse_stream(event["stream"])
        name = name_of(path) if path else ""
        text = "%-12s %-20s %s" % (plain(label(event["stream"])), name, shown(event["value"]))
    elif event["type"] == "presence":
        text = "online" if event["online"] else "offline"
    elif event["reachable"]:
        text = "the platform answers again"
    else:
        text = "%s; trying again" % plain(event["reason"])
    click.echo("%s  %s" % (plain(event["at"]), text))


COMMANDS = (watch,)
