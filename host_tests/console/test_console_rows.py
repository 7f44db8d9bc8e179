"""Rows of the live lists, states and pictures: what they say of what is the case."""

import re
from types import SimpleNamespace

import pytest

from bench.boardlink import new_board
from bench.console import pictures, state
from bench.console.rows import MAX_CELL, Filter, line_row, newest, operation_row
from bench.platform import Platform
from bench.station import Station
from bench.ticks import BenchClock
from bench.trace import Line, Measured, Trace
from bench.wiring import Wiring

STATES = {"low": (1, 0), "high": (0, 1), "off": (0, 0)}


def trace_of(*texts):
    trace = Trace(lambda: 1_795_000_000_000)
    for text in texts:
        trace.line(text[0], text[2:])
    return trace


def texts(rows):
    return [row["cells"][2] for row in rows]


TRACE = ("> AT+CSQ", "< +CSQ:23,99", "< OK", "! noise \x00\xff", "> AT+MIPLREADRSP=0", "< OK")


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        (Filter(), ["AT+CSQ", "+CSQ:23,99", "OK", "noise \\x00\\xff", "AT+MIPLREADRSP=0", "OK"]),
        (Filter(frozenset(">")), ["AT+CSQ", "AT+MIPLREADRSP=0"]),
        (Filter(frozenset("!")), ["noise \\x00\\xff"]),
        (Filter(frozenset()), []),
        (Filter(text="csq"), ["AT+CSQ", "+CSQ:23,99"]),
        (Filter(hide="ok"), ["AT+CSQ", "+CSQ:23,99", "noise \\x00\\xff", "AT+MIPLREADRSP=0"]),
        (Filter(text="csq", hide="AT+"), ["+CSQ:23,99"]),
        (Filter(text=".*"), []),
    ],
)
def test_a_filter_leaves_the_lines_it_names(wanted, left):
    assert texts(newest(trace_of(*TRACE), wanted, 100)) == left


def test_the_newest_lines_are_shown_oldest_first():
    assert texts(newest(trace_of(*TRACE), Filter(), 2)) == ["AT+MIPLREADRSP=0", "OK"]


def test_a_line_is_shown_as_text_with_its_time_and_way():
    row = line_row(Line(7, 1_795_000_000_123.4, "<", "<script>alert(1)</script>"))
    assert row["id"] == 7 and row["tone"] == "from"
    assert re.fullmatch(r"\d\d:\d\d:\d\d\.123", row["cells"][0])
    assert row["cells"][1:] == ["←", "<script>alert(1)</script>"]


def test_a_monstrous_line_is_cut():
    assert len(line_row(Line(1, 0, ">", "A" * 100_000))["cells"][2]) == MAX_CELL


@pytest.mark.parametrize(
    ("latency", "code", "printed", "tone", "bar", "cells"),
    [
        (60, 205, 1, "quick", 0.02, ["2.05 Content", "60 ms"]),
        (0, 204, 1, "quick", 0.004, ["2.04 Changed", "0 ms"]),
        (1500, 404, 1, "slow", 0.5, ["4.04 Not Found", "1500 ms"]),
        (3000, 205, 1, "late", 1.0, ["2.05 Content", "3000 ms"]),
        (9000, 205, 2, "late", 1.0, ["2.05 Content, printed 2 times", "9000 ms"]),
        (None, 0, 3, "late", 1.0, ["no answer, printed 3 times", "> 3 s"]),
        (60, 599, 1, "quick", 0.02, ["599", "60 ms"]),
    ],
)
def test_a_bar_is_the_part_of_the_window_an_answer_took(latency, code, printed, tone, bar, cells):
    measured = Measured(3, 0, 1008, "write_attributes", (3303, 0, -1), latency, code, printed)
    row = operation_row(measured)
    assert (row["tone"], row["bar"], row["cells"][2:]) == (tone, bar, cells)
    assert row["cells"][1] == "attributes 3303/0"


# -- board ---------------------------------------------------------------------------------------


def test_pictures_follow_the_pins_of_the_wiring():
    board = new_board()
    wiring = Wiring(switch=26, dimmer=25, pins=(32, 33), states=STATES)
    assert state.relay(wiring, board) is None and state.dimmer(wiring, board) is None
    assert state.multistate(wiring, board) == ("off", (0, 0))
    board.set_pin(26, 1)
    board.set_duty(25, 14418)
    board.set_pin(33, 1)
    assert state.relay(wiring, board) is True and state.dimmer(wiring, board) == 22
    assert state.multistate(wiring, board) == ("high", (0, 1))
    board.set_pin(32, 1)
    assert state.multistate(wiring, board) == (None, (1, 1))


def test_a_relay_that_is_active_low_is_on_at_0():
    board = new_board()
    board.set_pin(26, 0)
    assert state.relay(Wiring(active=0), board) is True


def test_parts_that_are_not_wired_have_no_state():
    bare = Wiring(switch=None, dimmer=None)
    assert state.relay(bare, new_board()) is None and state.dimmer(bare, new_board()) is None


def test_the_knob_points_at_its_positions_in_order():
    assert state.state_names(Wiring(states=STATES)) == ["off", "low", "high"]
    assert [pictures.turn(place, 3) for place in range(3)] == [-120.0, 0.0, 120.0]
    assert pictures.turn(0, 1) == 0.0
    for positions in range(1, 9):
        assert pictures.knob(positions).count('class="dot"') == positions


# -- module and platform -------------------------------------------------------------------------


@pytest.fixture
def station():
    clock = BenchClock()
    return Station(clock, Platform(clock), imei="867725030000018")


def test_the_module_is_told_from_boot_to_registration(station):
    module = station.module
    assert state.module_status(station).word == "booting"
    module.booted = True
    assert state.module_status(station).word == "radio off"
    module.radio.cfun = 1
    assert state.module_status(station).word == "no network"
    module.radio.stat = 2
    assert state.module_status(station).word == "searching"
    assert dict(state.module_status(station).facts)["signal"] == "none"
    module.radio.stat = 1
    module.session.created = True
    status = state.module_status(station)
    assert (status.word, status.tone) == ("registered", "good")
    assert dict(status.facts)["signal"] == "-67 dBm" and dict(status.facts)["session"] == "closed"


def test_the_platform_is_told_with_the_lifetime_that_is_left():
    assert state.platform_status(None, 0).word == "unknown"
    device = SimpleNamespace(
        online=True,
        expires_ms=3_600_000,
        registrations=1,
        notifications=40,
        observed={},
        id=100001,
    )
    facts = dict(state.platform_status(device, 15_000).facts)
    assert facts["lifetime left"] == "0:59:45" and facts["notifications"] == "40"
    assert dict(state.platform_status(device, 9_000_000).facts)["lifetime left"] == "0:00:00"
    device.online = False
    assert state.platform_status(device, 0).word == "offline"


def test_faults_leave_their_traces_in_the_counters(station):
    station.faults.reboot()
    assert dict(state.counters(station))["reboots"] == 1
