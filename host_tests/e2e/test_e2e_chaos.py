"""make chaos REAL=1, in small: the real MicroPython under faults, its power cut in between."""

from dataclasses import replace

import pytest
from click.testing import CliRunner

from bench.faults.script import Fault, Script
from chaos import run
from chaos.__main__ import main
from chaos.plan import real

# A busy computer answers late by itself: these hold whatever its speed.
TIMELESS = tuple("invariant %d," % number for number in (2, 3, 4, 5, 6))
HEAP = "256K"


def faults(*given):
    return Script(tuple(Fault(at, do, args) for at, do, args in given))


def test_a_node_whose_power_is_cut_under_noise_comes_back_and_works(monkeypatch):
    from chaos.real import play

    monkeypatch.setattr(run, "SETTLE_S", 3)
    script = faults(
        (1, "burst", {"count": 3, "kinds": ["write", "read"]}),
        (2, "noise", {"way": "down", "skip": 5, "bytes": 30}),
        (3, "restart", {}),
    )
    plan = replace(real(0, 8), script=script, baud=57600, gap_s=1.0)
    story = []
    tally = play(plan, HEAP, story)
    assert [text for text in tally.problems if text.startswith(TIMELESS)] == []
    assert tally.restarts == 1
    assert tally.in_window > 5 and tally.drives > 0
    assert 40_000 < tally.memory_end < 224 << 10
    assert tally.memory_free > 1000
    assert sum("online" in text for text in story) == 2
    assert any("de-registered" in text for text in story)


def test_a_heap_that_is_too_small_is_told_and_the_run_ends():
    result = CliRunner().invoke(main, ["--real", "--for", "20", "--heap", "40K"])
    assert result.exit_code == 1
    assert "the node does not start, with a heap of 40K" in result.output
    assert "invariant 9" in result.output


@pytest.mark.parametrize("heap", ["", "x", "96 K", "1K", "-96K", "9999999999", "96KB"])
def test_a_heap_that_is_no_size_is_refused(heap):
    result = CliRunner().invoke(main, ["--real", "--heap", heap])
    assert result.exit_code == 2
    assert "--heap" in result.output
