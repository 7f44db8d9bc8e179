"""Plans, runs and the command line: reproducible by seed, green where the node is right."""

import json
from collections import Counter
from dataclasses import replace

import pytest
import sabotage
from chaos_rig import plan
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.faults.script import FIELDS, parse
from chaos import __main__ as cli
from chaos import shrink
from chaos.plan import TICKS, of_seed, soak
from chaos.tally import Tally
from chaos.virtual import play
from chaos.workers import each_seed

SEEDS = (3, 391, 563, 596, 638, 799)  # each of the latter found something once
NEVER = settings(max_examples=60, deadline=None, derandomize=True)


def run(*args):
    """Return (exit status, output) of python -m chaos."""
    result = CliRunner().invoke(cli.main, list(args))
    assert not isinstance(result.exception, BaseException) or result.exc_info[0] is SystemExit
    assert "Traceback" not in result.output
    return result.exit_code, result.output


# -- plans ------------------------------------------------------------------------------------


def test_a_seed_always_means_the_same():
    assert of_seed(7) == of_seed(7)
    assert of_seed(7).script.to_json() == of_seed(7).script.to_json()
    assert of_seed(7) != of_seed(8)
    assert soak(30) == soak(30)


def test_seeds_bring_every_fault_there_is_and_every_start():
    plans = [of_seed(seed) for seed in range(300)]
    kinds = Counter(fault.do for each in plans for fault in each.script.faults)
    assert set(kinds) == set(FIELDS)
    starts = {each.start for each in plans}
    assert 0 in starts and any(TICKS - 200_000 < each for each in starts)
    assert {each.outbox for each in plans} == {0, 256}
    assert {each.pins for each in plans} == {False, True}


@NEVER
@given(seed=st.integers(0, 10**6))
def test_what_a_seed_makes_is_a_script_the_bench_takes(seed):
    script = of_seed(seed).script
    assert parse(script.to_json()) == script


def test_thirty_days_hold_a_wrap_of_the_ticks_and_100_000_operations():
    plan = soak(30)
    assert plan.start + plan.seconds * 1000 > TICKS + 86_400_000
    assert plan.seconds / plan.gap_s > 100_000
    assert soak(1).start < TICKS < soak(1).start + 86_400_000


# -- runs -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_no_invariant_is_broken_and_every_operation_is_accounted_for(seed):
    tally = play(of_seed(seed))
    assert tally.problems == []
    ends = (tally.refused, tally.late, tally.lost)
    assert tally.in_window + sum(sum(each.values()) for each in ends) == tally.delivered > 20
    assert tally.replied + sum(tally.unreplied.values()) == tally.heard > 20


def test_the_same_seed_runs_the_same_way():
    first, second = [], []
    assert play(of_seed(3), first) == play(of_seed(3), second)
    assert first == second and len(first) > 500


def test_a_quiet_day_with_a_wrap_of_the_ticks_inside():
    given = replace(soak(0.05), gap_s=60)
    tally = play(given)
    assert given.start < TICKS < given.start + given.seconds * 1000
    assert tally.problems == []
    assert tally.memory_most and tally.in_window > 50


def test_a_node_that_waits_for_an_ok_is_not_idle():
    """A long run's naps are made longer, but none in which the node has a limit to keep."""
    story = []
    lost = (20, "lose", {"way": "up", "skip": 0, "bytes": 60})
    tally = play(plan(lost, baud=0, idle_ms=5000, gap_s=20, seconds=90), story)
    lines = [(float(text.split()[0]), text.split()[1]) for text in story]
    begun = next(at for at, sign in lines if sign == "!")
    told = [at for at, sign in lines if sign == ">" and at > begun]
    assert 1.4 < told[0] - begun < 2.6  # its limit, then an AT or the line once more
    assert tally.problems == []


def test_a_harness_that_breaks_is_seen(monkeypatch):
    monkeypatch.setattr("chaos.virtual.play", lambda plan: 1 / 0)
    ((seed, tally),) = each_seed([5], 1)
    assert seed == 5 and "ZeroDivisionError" in tally.problems[0]


def test_a_script_is_shrunk_to_what_breaks_the_same(monkeypatch):
    sabotage.gives_up(monkeypatch)
    boot = (12, "reboot", {"cause": "REBOOT_CAUSE_SECURITY_UNKNOWN"})
    others = [(at, "noise", {"way": "up", "skip": 0, "bytes": 1}) for at in (5, 20)]
    said = []
    small = shrink.smallest(plan(others[0], boot, others[1], seconds=30), play, said.append)
    assert [fault.do for fault in small.script.faults] == ["reboot"]
    assert said == ["shrink        1 faults of 3 break invariant 8"]


# -- the command line -------------------------------------------------------------------------


def test_what_is_printed_says_what_was_asked_and_answered():
    status, said = run("--seeds", "2", "--first", "10", "--jobs", "1")
    assert status == 0
    for word in ("faults", "operations", "in window", "recoveries", "outage", "memory", "result"):
        assert word in said
    assert "no invariant broken" in said


def test_a_broken_invariant_is_an_exit_status(monkeypatch):
    broken = Tally(problems=["invariant 4, 1.000 s: said"])
    monkeypatch.setattr("chaos.virtual.play", lambda plan, story=None: broken)
    status, said = run("--seeds", "2", "--jobs", "1")
    assert status == 1
    assert "seed 0" in said and "invariant 4" in said and "2 with broken invariants" in said


def test_a_long_run_says_now_and_then_how_far_it_is():
    status, said = run("--soak", "0.05")
    looks = [line for line in said.splitlines() if "look| " in line]
    assert status == 0 and len(looks) == 60
    assert "1.2 hours: " in looks[-1] and " bytes held" in looks[-1]
    assert "look| " not in run("--soak", "0.05", "--quiet")[1]


def test_a_seeds_script_can_be_saved_and_played_again(tmp_path):
    file = tmp_path / "script.json"
    status, first = run("--seed", "3", "--quiet", "--save", str(file))
    assert status == 0
    assert json.loads(file.read_text())["faults"]
    status, second = run("--seed", "3", "--quiet", "--script", str(file))

    def numbers(text):
        return [line for line in text.splitlines() if not line.startswith("ran ")]

    assert status == 0 and numbers(first) == numbers(second)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--seeds", "0"), "--seeds"),
        (("--seeds", "many"), "--seeds"),
        (("--seed", "-1"), "--seed"),
        (("--jobs", "0"), "--jobs"),
        (("--soak", "1000"), "--soak"),
        (("--real", "--for", "1"), "--for"),
        (("--seed", "1", "--script", "there/is/no.such"), "no.such"),
        (("--seed", "1", "--save", "there/is/no/folder"), "folder"),
    ],
)
def test_wrong_input_is_answered_in_a_sentence(args, said):
    status, text = run(*args)
    assert status == 2
    assert said in text


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"faults": 1}', '{"faults": [{"at": 1e999, "do": "lose"}]}', "\0" * 9]
)
def test_a_hostile_script_is_refused_in_a_sentence(tmp_path, text):
    file = tmp_path / "script.json"
    file.write_text(text)
    status, said = run("--seed", "1", "--script", str(file))
    assert status == 2
    assert said.startswith("chaos: ") and len(said) < 300
