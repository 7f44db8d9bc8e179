"""Latency of every operation against the wire floor, idle and under the full load."""

import asyncio
import inspect
import tempfile
from pathlib import Path

from bench.figures import percentile
from measure import virtual
from measure.clock import run
from measure.floor import floor_ms, pauses_ms
from measure.jitter import Jitter
from measure.operations import ALL, BURST, OBJECT, READ
from measure.real import RealNode, environment, sleep_ms
from measure.result import Result, Table, Target
from measure.settings import settings, written
from measure.tap import Tap
from measure.work import Work

from at import AtClient  # isort: skip # measure.virtual has said where it is

BAUDS = (9600, 115200)
WINDOW_MS = 3000
_SAMPLES = 100  # of READ; of the others see operations.py
_BURSTS = 20
_ENOUGH = 20  # samples, for a target to be judged by a percentile of 99
_REPLY_PAUSE_MS = inspect.signature(AtClient).parameters["reply_pause_ms"].default


class Row:
    """All that was measured of one operation at one speed, idle or loaded."""

    def __init__(self, name, baud, loaded, reply_ms, passed):
        self.name = name
        self.baud = baud
        self.loaded = loaded
        good = [each for each in passed if each.latency_ms is not None and each.code]
        self.missing = len(passed) - len(good)
        self.latencies = [each.latency_ms for each in good]
        floors = [floor_ms(each.lengths, baud, reply_ms) for each in good]
        self.ratios = [
            ms / floor for ms, floor in zip(self.latencies, floors, strict=True) if floor
        ]
        self.floor = percentile(floors, 0.5)
        self.lines = max((len(each.lines) for each in good), default=0)
        self.pauses = pauses_ms(self.lines, _REPLY_PAUSE_MS) if self.lines else 0

    def ms(self, part):
        """Return the percentile part (0..1) of the latencies."""
        return percentile(self.latencies, part)

    def ratio(self, part):
        """Return the percentile part (0..1) of latency / floor."""
        return percentile(self.ratios, part)

    @property
    def body(self):
        """Return everything as plain data."""
        return {
            "operation": self.name,
            "baud": self.baud,
            "load": "full" if self.loaded else "idle",
            "samples": len(self.latencies),
            "unanswered": self.missing,
            "lines": self.lines,
            "floor_ms": round(self.floor, 3),
            "pauses_ms": self.pauses,
            **{"p%d_ms" % (part * 100): round(self.ms(part), 3) for part in (0.5, 0.9, 0.99)},
            "max_ms": round(self.ms(1), 3),
            "ratio_p50": round(self.ratio(0.5), 4),
            "ratio_p99": round(self.ratio(0.99), 4),
            "latencies_ms": [round(ms, 3) for ms in self.latencies],
        }


def rows(passed, baud, loaded, reply_ms):
    """Return a Row of each operation that passed, in the order of operations.ALL."""
    named = {}
    for each, name in zip(passed, names(passed), strict=True):
        named.setdefault(name, []).append(each)
    order = list(dict.fromkeys(each.name for each in (*ALL, *BURST)))
    return [
        Row(name, baud, loaded, reply_ms, named[name])
        for name in sorted(named, key=lambda name: order.index(name) if name in order else 99)
    ]


def names(passed):
    """Yield what each is called in operations.ALL; the path of a write of one value names it."""
    for each in passed:
        path = tuple(number for number in each.path if number != -1)
        if each.kind == "write":
            count = 1 if each.path[2] != -1 else 2
            yield "write %s (%d values)" % ("/".join(map(str, path[:2])), count)
        else:
            yield "%s %s" % (each.kind.replace("_", "-"), "/".join(map(str, path)))


async def real(name, baud, loaded, amount):
    """Measure one node in real time; return (its Rows, Jitter of this process)."""
    env = environment(name, written(name, settings(baud, loaded)))
    jitter = Jitter()
    async with RealNode(name, env, baud) as node:
        work = Work(node.module, sleep_ms, seed=baud)
        await node.beside(work.ready())
        if loaded:
            await node.beside(work.prepare())
        tap = Tap(node.port, node.clock)
        watching = asyncio.create_task(jitter.run())
        await node.beside(work.load(amount) if loaded else work.idle(amount))
        watching.cancel()
    return rows(tap.passed, baud, loaded, node.module.options.reply_ms), jitter


def in_virtual_time(baud, loaded, amount):
    """Measure one node in virtual time; return its Rows."""
    with tempfile.TemporaryDirectory(prefix="measure-") as folder:
        passed = virtual.passed(
            settings(baud, loaded),
            Work.prepare if loaded else None,
            lambda work: work.load(amount) if loaded else work.idle(amount),
            str(Path(folder, "outbox")),
        )
    return rows(passed, baud, loaded, 5)


async def _real_rows(scale, say):
    """Measure all, both speeds at a time: most of it is waiting for bytes to pass."""
    found, late = [], {}
    for loaded in (False, True):
        state = "loaded" if loaded else "idle"
        say("latency: %s, at %s baud" % (state, " and ".join(map(str, BAUDS))))
        jobs = {baud: "latency-%d-%s" % (baud, state) for baud in BAUDS}
        done = await asyncio.gather(
            *(real(name, baud, loaded, _amount(loaded, scale)) for baud, name in jobs.items())
        )
        for (some, jitter), name in zip(done, jobs.values(), strict=True):
            found += some
            late[name] = jitter.figures
    return found, late


def _amount(loaded, scale):
    return max(2, round((_BURSTS if loaded else _SAMPLES) * scale))


def measure(scale, say):
    """Return the Result; scale: of the usual number of samples."""
    found, late = run(_real_rows(scale, say))
    exact = []
    say("latency: the same in virtual time")
    for loaded in (False, True):
        for baud in BAUDS:
            exact += in_virtual_time(baud, loaded, _amount(loaded, scale))
    return Result(
        "latency",
        [
            *(_table(found, baud, "real MicroPython, real time") for baud in BAUDS),
            _virtual_table(exact),
        ],
        [*targets(found), *targets(exact, "virtual time")],
        {
            "real": [row.body for row in found],
            "virtual": [row.body for row in exact],
            "timer_lateness_ms": late,
        },
    )


def targets(found, how="real time"):
    """Return the Targets, judged by the Rows found; how: where they come from, for the texts."""
    idle = {row.name: row for row in found if row.baud == BAUDS[0] and not row.loaded}
    load = {row.name: row for row in found if row.baud == BAUDS[0] and row.loaded}
    worst = max((row.ms(1) for row in found if row.loaded), default=0)
    lost = sum(row.missing for row in found)
    figures = [
        ("%s, 9600, idle: median / floor" % READ, idle[READ].ratio(0.5), 1.10),
        ("%s, 9600, idle: p99 / floor" % READ, idle[READ].ratio(0.99), 1.25),
        ("%s, 9600, idle: median / floor" % OBJECT, idle[OBJECT].ratio(0.5), 1.15),
        ("full load: oldest answer, ms", worst, WINDOW_MS),
        ("operations without an answer", lost, 0),
    ]
    for name, row in load.items():
        if name in idle and len(row.latencies) >= _ENOUGH:
            ratio = row.ms(0.99) / idle[name].ms(0.5)
            figures.append(("%s, 9600, full load: p99 / idle median" % name, ratio, 2))
    return [Target.at_most("%s: %s" % (how, what), value, limit) for what, value, limit in figures]


_COLUMNS = ("operation", "load", "n", "lines", "floor", "pauses", "p50", "p90", "p99", "max")
_COLUMNS += ("p50/floor", "p99/floor")


def _table(found, baud, how):
    return Table(
        "Latency at %d baud, ms: %s" % (baud, how),
        _COLUMNS,
        [_cells(row) for row in found if row.baud == baud],
    )


def _cells(row):
    figures = ["%.1f" % row.ms(part) for part in (0.5, 0.9, 0.99, 1)]
    return (
        row.name,
        "full" if row.loaded else "idle",
        str(len(row.latencies)),
        str(row.lines),
        "%.1f" % row.floor,
        "%d" % row.pauses,
        *figures,
        "%.2f" % row.ratio(0.5),
        "%.2f" % row.ratio(0.99),
    )


def _virtual_table(found):
    return Table(
        "The same in virtual time, where computing takes none: the node's rhythm alone",
        ("baud", *_COLUMNS),
        [(str(row.baud), *_cells(row)) for row in found if row.name in (READ, OBJECT)],
    )
