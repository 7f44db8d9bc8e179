"""Faults of the console: what each does to the module's line, and that it stops doing it."""

import pytest
from bench_rig import Rig

from bench.faults import Faults
from bench.trace import Trace, printable


@pytest.fixture
def rig():
    rig = Rig().register()
    rig.trace = Trace(rig.platform.wall_ms)
    rig.module.on_line = rig.trace.line
    rig.faults = Faults(rig.module, rig.trace)
    return rig


def read(rig, ms=200):
    """Ask for a resource, answer at once when the module prints it; return the Operation."""
    operation = rig.platform.read(rig.imei, 3303, 0, 5700)
    for line in rig.run(ms):
        if line.startswith("+MIPLREAD"):
            rig.send("AT+MIPLREADRSP=0,%d,1,3303,0,5700,4,4,20.5,0,0" % operation.msgid, ms=ms)
    return operation


def notify(rig, value, ackid=""):
    msgid = rig.observed((3303, 0, -1))
    return rig.send("AT+MIPLNOTIFY=0,%d,3303,0,5700,4,4,%s,0,0%s" % (msgid, value, ackid), ms=200)


def values(rig):
    return [point.value for point in rig.platform.store.points.page(rig.device.id)[0]]


def test_delay_is_added_each_way(rig):
    rig.faults.set(delay_ms=3000)
    operation = rig.platform.read(rig.imei, 3303, 0, 5700)
    assert rig.run(3000) == []
    assert len(rig.run(200)) == 1
    rig.send("AT+MIPLREADRSP=0,%d,1,3303,0,5700,4,4,20.5,0,0" % operation.msgid, ms=3000)
    assert not operation.done
    rig.run(200)
    assert operation.ok
    rig.faults.set(delay_ms=0)
    assert read(rig).ok


def test_lost_messages_come_late_or_never_and_never_twice(rig):
    rig.faults.set(loss=0.5)
    for number in range(60):
        notify(rig, number, ",%d" % (number + 1))
        rig.run(25_000)
    air = rig.module.air
    assert air.lost > 30
    assert air.repeated > 20
    stored = values(rig)
    assert len(stored) == len(set(stored))
    assert 40 <= len(stored) < 60  # three tries of one half each: some 7 in 8
    rig.faults.set(loss=0)
    assert read(rig).ok


def test_a_notification_nobody_confirms_is_sent_once(rig):
    rig.faults.set(loss=0.9)
    for number in range(40):
        notify(rig, number)
    rig.run(60_000)
    assert len(values(rig)) < 20
    assert rig.module.air.repeated == 0


def test_a_lost_request_reaches_the_node_at_the_second_try(rig):
    rig.faults.set(loss=0.9)
    operations = [rig.platform.read(rig.imei, 3303, 0, 5700, 40_000) for _ in range(4)]
    rig.run(100)
    rig.faults.set(loss=0)
    lines = rig.run(19_000)
    assert any(line.startswith("+MIPLREAD") for line in lines)
    for operation in operations:
        rig.send("AT+MIPLREADRSP=0,%d,1,3303,0,5700,4,4,20.5,0,0" % operation.msgid, ms=500)
    assert all(operation.done for operation in operations)


def test_a_request_that_is_sent_again_does_not_reach_the_next_registration(rig):
    rig.faults.set(loss=0.9)
    operations = [rig.platform.read(rig.imei, 3303, 0, 5700, 40_000) for _ in range(4)]
    rig.run(100)
    rig.faults.set(loss=0)
    rig.send("AT+MIPLCLOSE=0", "AT+MIPLOPEN=0,3600,30", ms=200)
    lines = rig.run(19_000)
    assert rig.module.session.is_open and rig.module.air.repeated
    assert not [line for line in lines if line.startswith("+MIPLREAD")]
    assert all(operation.name == "OFFLINE" for operation in operations)


def test_noise_comes_between_the_lines_and_they_stay_whole(rig):
    rig.faults.set(garbage=10)
    rig.raw = b""
    for _ in range(20):
        rig.send("AT+CSQ", ms=250)
    assert rig.raw.count(b"\r\n+CSQ:23,99\r\n") == 20
    assert rig.raw.count(b"\r\nOK\r\n") == 20
    assert rig.faults.bursts >= 40
    rest = rig.raw.replace(b"\r\n+CSQ:23,99\r\n", b"").replace(b"\r\nOK\r\n", b"")
    assert len(rest) >= 40
    rig.faults.set(garbage=0)
    bursts = rig.faults.bursts
    rig.run(5000)
    assert rig.faults.bursts == bursts


def test_noise_outlives_a_reboot_of_the_module(rig):
    rig.faults.set(garbage=5)
    rig.faults.reboot()
    bursts = rig.faults.bursts
    rig.run(5000)
    assert rig.faults.bursts > bursts + 10
    assert b"REBOOT_CAUSE" in rig.raw


def test_without_a_cell_nothing_arrives_until_it_is_back(rig):
    rig.faults.set(network=False)
    operation = read(rig)
    assert rig.faults.active == ["no cell"]
    rig.run(30_000)
    assert operation.name == "TIME_OUT"
    rig.faults.set(network=True)
    rig.run(5000)
    assert rig.module.radio.registered
    assert rig.faults.active == []
    assert read(rig).ok


def test_every_fault_is_noted_in_the_trace_once(rig):
    for _ in range(2):
        rig.faults.set(delay_ms=100, loss=0.1, garbage=1, network=False)
    rig.faults.reboot()
    notes = [line.text for line in rig.trace.lines if line.way == "!"]
    assert notes == [
        "every message takes 100 ms longer",
        "10 % of the messages are lost",
        "1 bursts of noise a second",
        "the cell is gone",
        "the module is reset",
    ]
    assert len(rig.faults.active) == 4


@pytest.mark.parametrize(
    "wrong",
    [
        {"delay_ms": -1},
        {"delay_ms": 20_001},
        {"loss": 1},
        {"loss": float("nan")},
        {"garbage": 1000},
        {"garbage": "5"},
        {"loss": True},
    ],
)
def test_what_is_out_of_range_is_refused_and_changes_nothing(rig, wrong):
    name = next(iter(wrong))
    with pytest.raises(ValueError, match=name):
        rig.faults.set(network=False, **wrong)
    assert rig.faults.active == []
    assert rig.module.radio.registered


def test_the_trace_is_bounded_and_gives_what_is_new():
    trace = Trace(lambda: 1_700_000_000_000, keep=20)
    for number in range(50):
        trace.line("<", b"line %d" % number)
    assert trace.lines[0].text == "line 30"
    last = trace.lines[-1].seq
    assert trace.since(last) == []
    trace.line(">", "AT")
    assert [line.text for line in trace.since(last)] == ["AT"]
    assert len(trace.since(0)) == 20
    assert trace.export().count("\n") == 20
    assert trace.export().endswith(" > AT\n")


def test_a_trace_shows_garbage_as_what_it_is():
    assert printable("a\x1b[2J\xff\n") == "a\\x1b[2J\\xff\\x0a"
