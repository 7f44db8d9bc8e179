"""How many modules with running nodes this computer carries, and what one of them costs.

Each worker process has its share of the modules, and the nodes beside them are processes of their
own. Every node samples, notifies and is asked, until the answers leave the window.
"""

import os
import time

from bench.figures import percentile
from bench.load.process import cpu_s
from measure import crowd
from measure.result import Result, Table, Target

_STEP, _MOST = 50, 300  # modules
_SECONDS = 12  # of each measurement
_SETTLE_S = 2
WINDOW_MS = 3000
ENOUGH = 200
_BAUD = 9600


def measure(scale, say):
    """Return the Result; scale: of the usual number of modules."""
    workers = [crowd.Worker(number) for number in range(_processors())]
    rows = []
    try:
        while True:
            wanted = (rows[-1]["modules"] if rows else 0) + max(len(workers), round(_STEP * scale))
            for number, worker in enumerate(workers):
                worker.grow(wanted // len(workers) + (number < wanted % len(workers)))
            for worker in workers:
                worker.done()
            time.sleep(_SETTLE_S)
            rows.append(_measured(wanted, workers))
            say(
                "scale: %(modules)d modules, p99 %(p99_ms).0f ms, %(cpu).0f %% of a processor"
                % rows[-1]
            )
            if not _inside(rows[-1]) or wanted >= _MOST * scale:
                break
    finally:
        for worker in workers:
            worker.end()
    data = {"rows": rows, "baud": _BAUD, "processors": len(workers), "every_s": crowd.EVERY_S}
    return Result("scale", [_table(data)], targets(data, scale), data)


def targets(data, scale=1):
    """Return the Targets of the data of a Result."""
    carried = max((row["modules"] for row in data["rows"] if _inside(row)), default=0)
    return [
        Target.at_least(
            "modules with nodes, p99 inside the window", carried, round(ENOUGH * scale)
        )
    ]


def _measured(count, workers):
    """Return a row of figures of what happens within _SECONDS."""
    pids = [pid for worker in workers for pid in worker.pids()]
    hosts = [worker.pid for worker in workers]
    nodes = [pid for pid in pids if pid not in hosts]
    began, of_nodes, of_hosts = time.monotonic(), _cpu(nodes), _cpu(hosts)
    for worker in workers:
        worker.measure(_SECONDS)
    latencies, missing = [], 0
    for worker in workers:
        some, none = worker.done()
        latencies += some
        missing += none
    took = time.monotonic() - began
    of_nodes = (_cpu(nodes) - of_nodes) / took * 100
    of_hosts = (_cpu(hosts) - of_hosts) / took * 100
    return {
        "modules": count,
        "answers": len(latencies),
        "unanswered": missing,
        "p50_ms": percentile(latencies, 0.5),
        "p99_ms": percentile(latencies, 0.99),
        "max_ms": percentile(latencies, 1),
        "cpu": of_nodes + of_hosts,
        "node_cpu": of_nodes / count,
        "module_cpu": of_hosts / count,
        "node_kb": _kb(nodes) / count,
        "module_kb": _kb(hosts) / count,
    }


def _inside(row):
    return row["p99_ms"] <= WINDOW_MS and not row["unanswered"] and row["answers"] > 0


def _cpu(pids):
    return sum(cpu_s(pid) for pid in pids)


def _kb(pids):
    """Return the memory that these processes do not share with others, in KB."""
    total = 0
    for pid in pids:
        with open("/proc/%d/smaps_rollup" % pid) as file:
            for line in file:
                if line.startswith("Private_"):
                    total += int(line.split()[1])
    return total


def _processors():
    return len(os.sched_getaffinity(0))


def _table(data):
    return Table(
        "Modules with nodes on %d processors, %d baud, each asked every %g s, ms"
        % (data["processors"], data["baud"], data["every_s"]),
        (
            "modules",
            "answers",
            "none",
            "p50",
            "p99",
            "max",
            "CPU %",
            "node CPU %",
            "module CPU %",
            "node KB",
            "module KB",
        ),
        [
            (
                str(row["modules"]),
                str(row["answers"]),
                str(row["unanswered"]),
                *("%.0f" % row[name] for name in ("p50_ms", "p99_ms", "max_ms", "cpu")),
                *("%.2f" % row[name] for name in ("node_cpu", "module_cpu")),
                *("%.0f" % row[name] for name in ("node_kb", "module_kb")),
            )
            for row in data["rows"]
        ],
    )
