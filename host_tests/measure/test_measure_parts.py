"""Memory, parsing, scale: what the programs inside the interpreter say, and how it is judged."""

import json

import pytest

from measure import inside, memory, parse, plots, scale, tour
from measure.clock import run
from measure.jitter import Jitter
from measure.result import Result
from measure.work import Unmeasurable


@pytest.fixture(scope="module")
def device(tmp_path_factory):
    saved, inside._CODE = inside._CODE, tmp_path_factory.mktemp("device")
    inside.build()
    yield inside._CODE
    inside._CODE = saved


@pytest.fixture(scope="module")
def allocated(device):
    return inside.run("allocation.py", folder=device)


def test_a_urc_allocates_nothing_on_its_way_to_its_handler(allocated):
    assert allocated["urc"] == 0


def test_the_answers_of_one_line_allocate_little(allocated):
    rows = [row for row in allocated["operations"] if row["lines"] == 1]
    assert len(rows) == 7
    assert all(row["reply"] <= memory.REPLY_BYTES for row in rows)


def test_the_heap_is_flat_over_operations_and_nothing_fails(device):
    soak = inside.run("soak.py", 1000, heap="256K", folder=device)
    assert soak["replies"] == 1001
    assert soak["faults"] == 0
    assert len(soak["heap"]) > 50
    assert memory.growth(soak["heap"]) <= 0


def test_turns_that_find_nothing_cause_no_collection(device):
    assert inside.run("soak.py", 4000, heap="256K", folder=device)["idle_turns_each"] >= 400


def test_every_way_to_parse_finds_the_same_operations(device):
    rates = inside.run("parse.py", 0.01, 64, folder=device)  # it ends with an error otherwise
    assert len(rates) == 3
    assert all(rate > 0 for found in rates.values() for rate in found)


def test_a_program_that_fails_says_what_it_said(device):
    with pytest.raises(Unmeasurable, match=r"soak\.py ended with status 1: [^$]*MemoryError"):
        inside.run("soak.py", 10, heap="24K", folder=device)


DATA = {
    "memory": {
        "allocated": {"urc": 0, "operations": [{"operation": memory._ONE_LINE, "reply": 192}]},
        "least_heap_k": 160,
        "soak": {"step": 10, "heap": [9, 10, *[20] * 18], "faults": 0},
        "sizes": [{"module": "a", "file": 10, "loaded": 20}],
    },
    "parse": {"rates": {256: {"driver": 50, "readline": 10, "re": 8}}},
    "scale": {
        "processors": 2,
        "rows": [
            {
                "modules": 200,
                "answers": 9,
                "unanswered": 0,
                "p50_ms": 60,
                "p99_ms": 3000,
                "max_ms": 4000,
                "cpu": 150,
            }
        ],
    },
}
JUDGES = {"memory": memory.targets, "parse": parse.targets, "scale": scale.targets}


@pytest.mark.parametrize("part", DATA)
def test_a_part_that_meets_all_its_targets(part):
    assert all(target.met for target in JUDGES[part](DATA[part]))


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("memory", {"allocated": {**DATA["memory"]["allocated"], "urc": 32}}),
        ("memory", {"least_heap_k": 162}),
        ("memory", {"soak": {**DATA["memory"]["soak"], "heap": [9, 10, *[20] * 10, *[52] * 8]}}),
        ("memory", {"soak": {**DATA["memory"]["soak"], "faults": 1}}),
        ("parse", {"rates": {256: {"driver": 49, "readline": 10, "re": 8}}}),
        ("scale", {"rows": [{**DATA["scale"]["rows"][0], "unanswered": 1}]}),
        ("scale", {"rows": [{**DATA["scale"]["rows"][0], "p99_ms": 3001}]}),
        ("scale", {"rows": [{**DATA["scale"]["rows"][0], "answers": 0}]}),
    ],
)
def test_a_part_that_misses_one(part, change):
    assert not all(target.met for target in JUDGES[part]({**DATA[part], **change}))


@pytest.mark.parametrize("part", DATA)
def test_each_part_has_a_plot(part, tmp_path):
    (path,) = plots.draw(tmp_path, Result(part, [], [], DATA[part]))
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("edge", [48, 64, 90, 128])
def test_the_least_heap_is_found(edge, monkeypatch):
    tried = []

    async def passes(heap, name):
        tried.append(heap)
        return "" if heap >= edge else "no room in %d" % heap

    monkeypatch.setattr(tour, "passes", passes)
    said = []
    assert tour.least(said.append)[0] == edge
    assert len(set(tried)) <= 8
    assert said


def test_a_tour_that_never_passes_is_told(monkeypatch):
    async def passes(heap, name):
        return "no"

    monkeypatch.setattr(tour, "passes", passes)
    with pytest.raises(Unmeasurable, match="256 K"):
        tour.least(lambda text: None)


def test_the_loops_timers_and_the_rest_are_watched():
    async def scene():
        import asyncio

        jitter = Jitter()
        task = asyncio.create_task(jitter.run())
        await asyncio.sleep(0.05)
        task.cancel()
        return jitter

    for jitter in (run(scene()), Jitter().rest(0.02)):
        assert set(jitter.figures) == {"p50", "p99", "max"}
        assert jitter.figures["max"] >= jitter.figures["p50"]
        assert "p99" in str(jitter)
        json.dumps(jitter.figures)
