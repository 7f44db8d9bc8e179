"""What the node allocates, what its code takes, the least heap of the tour, the heap over time."""

from concurrent.futures import ThreadPoolExecutor

import pcnode
from bench.figures import percentile
from measure import inside, tour
from measure.result import Result, Table, Target

_SOAK = 100_000
_SOAK_HEAP = "256K"
_GROWN = 0.1  # of the operations, until tables have grown as far as they do
HEAP_K = 160  # of the 64-bit port; 80 K of a board of 32 bits
REPLY_BYTES = 192
_ONE_LINE = "read 3303/0/5700"


def measure(scale, say):
    """Return the Result; scale: of the usual number of operations."""
    say("memory: allocation, sizes, %d operations" % (_SOAK * scale))
    inside.build()
    allocated = inside.run("allocation.py")
    sizes = _sizes()
    with ThreadPoolExecutor(1) as pool:  # beside the tours, which mostly wait
        soaking = pool.submit(inside.run, "soak.py", int(_SOAK * scale), heap=_SOAK_HEAP)
        heap_k, why = tour.least(say)
        soak = soaking.result()
    data = {
        "allocated": allocated,
        "sizes": sizes,
        "soak": soak,
        "least_heap_k": heap_k,
        "next_smaller": why,
    }
    return Result("memory", _tables(data), targets(data), data)


def targets(data):
    """Return the Targets of the data of a Result."""
    rows = {row["operation"]: row for row in data["allocated"]["operations"]}
    soak = data["soak"]
    return [
        Target.at_most("URC up to its handler", data["allocated"]["urc"], 0, "bytes"),
        Target.at_most("one-line reply", rows[_ONE_LINE]["reply"], REPLY_BYTES, "bytes"),
        Target.at_most("least heap of the tour", data["least_heap_k"], HEAP_K, "K"),
        Target.at_most(
            "heap after %d operations" % (soak["step"] * (len(soak["heap"]) - 1)),
            growth(soak["heap"]),
            0,
            "bytes more",
        ),
        Target.at_most("faults in them", soak["faults"], 0),
    ]


def growth(heap):
    """Return by how much heap, bytes in use over the operations, grows once it has its size.

    From the median of a third to that of another: one value may hold a block more by chance.
    """
    grown = heap[int(len(heap) * _GROWN) :]
    third = len(grown) // 3
    return percentile(grown[-third:], 0.5) - percentile(grown[:third], 0.5)


def _sizes():
    """Return [{module, file, loaded}] in bytes; loaded None: it does not load by itself."""
    files = {}
    for path in sorted(pcnode.BUILD.rglob("*.mpy")):
        name = path.relative_to(pcnode.BUILD).with_suffix("").as_posix().replace("/", ".")
        files[name.removesuffix(".__init__")] = path.stat().st_size
    order = sorted(files, key=lambda name: ("." in name, name))  # what others need comes first
    found = inside.run("loaded.py", *order, folder=pcnode.BUILD)
    return [
        {"module": name, "file": size, "loaded": found["loaded"].get(name)}
        for name, size in files.items()
    ]


def _tables(data):
    allocated, soak = data["allocated"], data["soak"]
    return [
        Table(
            "Bytes allocated (64-bit port); a URC up to its handler: %d" % allocated["urc"],
            ("operation", "lines", "URC and record", "objects", "answer", "a line", "in all"),
            [_row(row) for row in allocated["operations"]],
        ),
        Table(
            "Modules, bytes: compiled, and of heap when loaded",
            ("module", "file", "loaded"),
            [
                (each["module"], str(each["file"]), _known(each["loaded"]))
                for each in sorted(data["sizes"], key=lambda each: -each["file"])
            ],
        ),
        Table(
            "The heap",
            ("what", "figure"),
            [
                ("least heap in which the whole tour passes", "%d K" % data["least_heap_k"]),
                ("  and in 2 K less", data["next_smaller"]),
                ("heap used at first", "%d bytes" % soak["heap"][0]),
                ("  after a tenth", "%d bytes" % soak["heap"][len(soak["heap"]) // 10]),
                (
                    "  after %d operations" % (soak["step"] * (len(soak["heap"]) - 1)),
                    "%d bytes" % soak["heap"][-1],
                ),
                ("operations between two collections", "%.1f" % soak["operations_each"]),
                ("turns without any", "%.0f" % soak["idle_turns_each"]),
                (
                    "longest gc.collect() in a heap of %s" % _SOAK_HEAP,
                    "%.1f ms" % (soak["gc_us"] / 1000),
                ),
            ],
        ),
    ]


def _row(row):
    parts = (row["record"], row["handled"], row["reply"])
    figures = (row["lines"], *parts, row["reply"] // row["lines"], sum(parts))
    return (row["operation"], *map(str, figures))


def _known(size):
    return "-" if size is None else str(size)
