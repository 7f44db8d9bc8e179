"""python -m replay FILE (make replay TRACE=file): a node's trace, run through the driver."""

import sys
from collections import Counter

from replay import paths  # noqa: F401 - first: it says where the driver is

import click  # isort: skip

from bench.trace import printable
from replay.player import play
from replay.record import TraceError, load

_WIDTH = 46


@click.command()
@click.argument("file")
@click.option("--quiet", is_flag=True, help="Only what differs, and the summary.")
def main(file, quiet):
    """Run FILE, a trace or a log of level 3, through the driver; say what it decides.

    Exit status 0: it decides about every line as the node did.
    """
    try:
        record = load(file)
    except TraceError as error:
        click.echo("replay: %s" % error, err=True)
        sys.exit(2)
    counts = Counter()
    for decision in play(record):
        counts[_class(decision)] += 1
        counts["odd"] += decision.odd
        if not quiet or not decision.same:
            click.echo(_shown(decision))
    received = sum(counts[each] for each in ("same", "other", "unknown"))
    click.echo("lines         %d sent, %d received" % (counts["sent"], received))
    if record.remarks:
        click.echo("remarks       %d lines of the file are no lines of a trace" % record.remarks)
    if counts["odd"]:
        click.echo("sent          %d for a reason outside of the driver" % counts["odd"])
    text = "%d as the node did, %d otherwise" % (counts["same"], counts["other"])
    if counts["unknown"]:
        text += ", %d unknown: what led to them is before the trace" % counts["unknown"]
    click.echo("decided       %s" % text)
    sys.exit(1 if counts["other"] else 0)


def _class(decision):
    if decision.line.kind == ">":
        return "sent"
    if not decision.known:
        return "unknown"
    return "same" if decision.same else "other"


def _shown(decision):
    line = decision.line
    way = "> " if line.kind == ">" else "<%s " % (decision.kind if decision.known else "?")
    text = "%5d.%03d %s%s" % (
        *divmod(line.ms, 1000),
        way,
        printable(line.raw.decode("latin-1")) + ("..." if line.shortened else ""),
    )
    notes = list(decision.notes)
    if not decision.same:
        notes.insert(0, "THE NODE: %s" % line.kind)
    if decision.odd:
        notes.append("not by the driver itself")
    return "%-*s  %s" % (_WIDTH, text, "; ".join(notes)) if notes else text


if __name__ == "__main__":
    main()
