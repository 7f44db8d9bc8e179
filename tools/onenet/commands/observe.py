"""observe and cancel: what the device reports by itself."""

import re

import click

from onenet.errors import Misuse
from onenet.options import PATH, Command, Parsed

_DECIMAL = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?\Z")


def parse_threshold(text):
    """Return a decimal number as it was typed. Raises ValueError for anything else."""
    if not _DECIMAL.match(text):
        raise ValueError("%r is no number such as 2 or -0.5" % text)
    return text


_SECONDS = click.IntRange(1, 2**31 - 1)
_NUMBER = Parsed(parse_threshold, "number")
_GET = click.option(
    "--get", is_flag=True, help="Send GET, as the examples of the guide do, instead of POST."
)


@click.command(cls=Command)
@click.argument("path", type=PATH)
@click.option("--pmin", metavar="S", type=_SECONDS, help="Not more often than every S seconds.")
@click.option("--pmax", metavar="S", type=_SECONDS, help="At least every S seconds.")
@click.option("--gt", metavar="X", type=_NUMBER, help="When the value crosses X (upper).")
@click.option("--lt", metavar="X", type=_NUMBER, help="When the value crosses X (lower).")
@click.option("--st", metavar="X", type=_NUMBER, help="When the value has changed by X.")
@_GET
@click.pass_obj
def observe(session, path, get, **attributes):
    """Have values reported, under these conditions.

    onenet observe 3303/0/5700 --pmin 15 --pmax 60 --gt 50 --lt 0 --st 2
    """
    _check(path, **attributes)
    method = "GET" if get else "POST"
    reply = session.onenet.observe(session.imei(), path, method, **attributes)
    session.answer(reply, lambda reply: click.echo("observed: %s%s" % (path, _list(attributes))))


@click.command(cls=Command)
@click.argument("path", type=PATH)
@_GET
@click.pass_obj
def cancel(session, path, get):
    """End an observation, by the path it was made with."""
    method = "GET" if get else "POST"
    reply = session.onenet.observe(session.imei(), path, method, cancel=True)
    session.answer(reply, lambda reply: click.echo("no longer observed: %s" % path))


def _list(attributes):
    given = ["%s=%s" % item for item in attributes.items() if item[1] is not None]
    return " with " + ", ".join(given) if given else ""


def _check(path, pmin, pmax, gt, lt, st):
    """Refuse what the platform has to refuse (facts platform.md 1.4), with the rule in words."""
    if path.rid is None and not gt == lt == st is None:
        raise Misuse("--gt, --lt and --st need a resource, such as 3303/0/5700")
    if pmin and pmax and pmax < pmin:
        raise Misuse("--pmax %d is below --pmin %d" % (pmax, pmin))
    if st is not None and float(st) <= 0:
        raise Misuse("--st has to be above 0")
    if gt is not None and lt is not None and float(lt) + 2 * float(st or 0) >= float(gt):
        raise Misuse("--lt has to be below --gt, with room for two --st between them")


COMMANDS = (observe, cancel)
