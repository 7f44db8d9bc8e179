"""The node keeps to its latency where computing takes no time; tables and targets say the rest."""

import json

import pytest

from measure import latency
from measure.operations import ALL, BURST, OBJECT, READ, Operation
from measure.result import Target
from measure.tap import Passed

ANSWERED = {"code": 205, "started": 100.0}


def passed(kind="read", path=(3303, 0, 5700), ms=60.0, length=48, **more):
    lines = [(100 + ms, length)]
    return Passed(1, kind, path, 0, **{"lines": lines, **ANSWERED, **more})


def test_each_operation_is_found_again_under_its_name():
    for each in (*ALL, *BURST):
        path = (*each.path, -1, -1)[:3]
        if each.kind == "write":
            path = (*each.path, 5850 if len(each.args[0]) == 1 else -1)
        assert list(latency.names([passed(each.kind, path)])) == [each.name]


def test_a_row_counts_what_has_no_answer_apart():
    row = latency.Row(READ, 9600, False, 5, [passed(ms=51.04), passed(code=0), passed(lines=[])])
    assert (row.missing, row.latencies) == (2, [pytest.approx(51.04)])
    assert row.ratio(0.5) == pytest.approx(1, abs=1e-3)
    assert json.loads(json.dumps(row.body))["samples"] == 1


def test_targets_are_missed_when_a_figure_is_above_its_limit():
    def found(read_ms, object_ms, loaded_ms):
        idle = [passed(ms=read_ms)] * 30
        idle += [passed(path=(3303, -1, -1), ms=object_ms)]
        load = [passed(ms=loaded_ms)] * 30
        return latency.rows(idle, 9600, False, 5) + latency.rows(load, 9600, True, 5)

    assert all(each.met for each in latency.targets(found(52, 52, 103)))
    for figures, what in (
        ((57, 52, 103), "median / floor"),
        ((65, 52, 103), "p99 / floor"),
        ((52, 60, 103), "read 3303, 9600, idle"),
        ((52, 52, 105), "idle median"),
        ((52, 52, 3001), "oldest answer"),
    ):
        missed = [each.what for each in latency.targets(found(*figures)) if not each.met]
        assert any(what in each for each in missed)


def test_limits_hold_at_the_limit_and_not_beyond():
    assert Target.at_most("a", 2, 2).met and not Target.at_most("a", 2.01, 2).met
    assert Target.at_least("a", 5, 5).met and not Target.at_least("a", 4.99, 5).met


def test_operations_have_names_that_tell_them_apart():
    names = [each.name for each in ALL]
    assert len(names) == len(set(names))
    assert {READ, OBJECT} <= set(names)
    assert Operation("write", (3306, 0), ({1: 1, 2: 2},)).name == "write 3306/0 (2 values)"


@pytest.fixture(scope="module")
def idle():
    return {row.name: row for row in latency.in_virtual_time(9600, False, 20)}


def test_idle_an_answer_of_one_line_takes_a_tenth_more_than_its_bytes(idle):
    assert idle[READ].ratio(0.5) <= 1.10
    assert idle[READ].ratio(0.99) <= 1.25
    assert idle[READ].missing == 0


def test_idle_an_object_of_twelve_lines_takes_little_more_than_its_bytes(idle):
    assert idle[OBJECT].lines == 12
    assert idle[OBJECT].ratio(0.99) <= 1.15


def test_under_full_load_no_answer_takes_twice_as_long_as_idle(idle):
    load = [row for row in latency.in_virtual_time(9600, True, 12) if len(row.latencies) > 10]
    assert len(load) > 5
    for row in load:
        assert row.missing == 0
        assert row.ms(1) <= 2 * idle[row.name].ms(0.5), row.name
