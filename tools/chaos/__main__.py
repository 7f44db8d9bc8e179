"""python -m chaos (make chaos, make soak): the node under faults, judged from the outside."""

import re
import sys
import time
from dataclasses import replace

import click

from bench.faults.script import ScriptError, load
from chaos import shrink
from chaos.plan import of_seed, real, soak
from chaos.report import heading, summary
from chaos.tally import Tally
from chaos.workers import MAX_JOBS, each_seed, no_garbage, processors

_MAX_SEEDS = 1_000_000
_LEAST_HEAP, _MOST_HEAP = 32 << 10, 64 << 20


class _Heap(click.ParamType):
    """As MicroPython takes it: bytes, or with K or M behind it."""

    name = "heap"

    def convert(self, value, param, ctx):
        match = re.fullmatch(r"([0-9]{1,8})([kKmM]?)", value)
        if match:
            size = int(match[1]) << {"": 0, "k": 10, "m": 20}[match[2].lower()]
            if _LEAST_HEAP <= size <= _MOST_HEAP:
                return value
        self.fail("%r is no size from 32K to 64M" % value, param, ctx)


HEAP = _Heap()


@click.command()
@click.option("--seeds", default=100, show_default=True, type=click.IntRange(1, _MAX_SEEDS))
@click.option("--first", default=0, show_default=True, type=click.IntRange(0), help="First seed.")
@click.option("--seed", type=click.IntRange(0), help="Only this one, with all that happens.")
@click.option("--script", metavar="FILE", help="With --seed: these faults instead of its own.")
@click.option("--save", metavar="FILE", help="With --seed: write its fault script there.")
@click.option("--shrink", "smaller", is_flag=True, help="With --seed: fewest faults.")
@click.option("--quiet", is_flag=True, help="Only the summary.")
@click.option("--jobs", default=processors(), show_default=True, type=click.IntRange(1, MAX_JOBS))
@click.option("--soak", "days", type=click.FloatRange(0.01, 60), help="DAYS in virtual time.")
@click.option("--real", is_flag=True, help="The real MicroPython, in real time.")
@click.option(
    "--for", "seconds", default=60.0, type=click.FloatRange(20, 86400), help="Of --real."
)
@click.option(
    "--heap", default="256K", show_default=True, type=HEAP, help="Of the node of --real."
)
def main(**options):
    """Run the node under generated faults and say what it lost, and why.

    Exit status 0: no invariant was broken.
    """
    began = time.monotonic()
    try:
        tally, broken = _run(options)
    except ScriptError as error:
        click.echo("chaos: %s" % error, err=True)
        sys.exit(2)
    except BrokenPipeError:  # nobody reads what we print: click ends with that
        raise
    except OSError as error:
        click.echo("chaos: %s: %s" % (error.filename or "a file", error.strerror), err=True)
        sys.exit(2)
    summary(tally, broken, time.monotonic() - began, click.echo)
    sys.exit(1 if broken else 0)


def _run(options):
    """Return (Tally, {seed: problems})."""
    if options["real"]:
        from chaos.real import play

        plan = real(options["seed"] or 0, options["seconds"])
        click.echo("chaos         %g s in real time, heap %s" % (plan.seconds, options["heap"]))
        shown = ("node| ", "BROKEN ") if options["seed"] is None else None
        return _one(plan, lambda plan, story: play(plan, options["heap"], story), options, shown)
    if options["days"]:
        from chaos.virtual import play

        no_garbage()
        shown = ("look| ", "BROKEN ")
        return _one(soak(options["days"], options["seed"] or 0), play, options, shown)
    if options["seed"] is not None:
        from chaos.virtual import play

        return _one(of_seed(options["seed"]), play, options)
    return _many(options)


def _one(plan, play, options, shown=None):
    """Run one plan, with its story, or those lines of it with a text of shown in them."""
    if options.get("script"):
        plan = replace(plan, script=load(options["script"]))
    if options.get("smaller"):
        plan = shrink.smallest(plan, play, click.echo)
    if options.get("save"):
        with open(options["save"], "w") as file:
            file.write(plan.script.to_json())
    heading(plan, click.echo)
    tally = play(plan, None if options["quiet"] else Teller(shown))
    return tally, {plan.seed: tally.problems} if tally.problems else {}


def _many(options):
    """Run many seeds on several processors; Ctrl-C ends it with what is known."""
    total, broken = Tally(), {}
    seeds = range(options["first"], options["first"] + options["seeds"])
    click.echo("chaos         seeds %d to %d" % (seeds[0], seeds[-1]))
    try:
        for seed, tally in each_seed(seeds, options["jobs"]):
            total.add(tally)
            total.runs += 1
            if tally.problems:
                broken[seed] = tally.problems
                click.echo("seed %-8d %s" % (seed, tally.problems[0]))
    except KeyboardInterrupt:
        click.echo("chaos         stopped after %d seeds" % total.runs)
    return total, broken


class Teller:
    """A story that is told at once; shown: texts one of which is in a line, None: every line."""

    def __init__(self, shown=None):
        self._shown = shown

    def append(self, text):
        """Print a line."""
        if self._shown is None or any(part in text for part in self._shown):
            click.echo(text)


if __name__ == "__main__":
    main()
