"""The guide's flows, end to end: node, simulated module and platform at 9600 baud.

All of them with the guide's module and with an M5310-A; the node finds out which one it has.
"""

from itertools import pairwise

import node_rig
import pytest

DISCOVER_3303 = '34,"5700;5701;5601;5602;5603;5604;5605"'


CREATEEX = 'AT+MIPLCREATEEX="nbiotbt.heclouds.com:5683",1'
OF_3306 = '24,"5850;5851;5852;5853;5750"'


@pytest.fixture(autouse=True, params=["seed", "m5310a"])
def profile(request):
    """The module's generation; play() takes it from here."""
    play.profile = request.param
    return request.param


def play(scene, module=None, **options):
    """Run scene as node_rig.play, with a module of the profile."""
    return node_rig.play(scene, module={"profile": play.profile, **(module or {})}, **options)


def test_bring_up_and_registration_follow_the_guide(profile):
    async def scene(r):
        await r.online()
        return r.sent

    sent = play(scene)
    order = [
        "AT",
        "AT+CSCON=1",
        "AT+CEREG=1",
        "AT+CGDCONT?",
        "AT+MIPLVER?",
        "AT+MIPLCREATE",
        'AT+MIPLADDOBJ=0,3303,2,"11",6,1',
        'AT+MIPLADDOBJ=0,3306,1,"1",5,0',
        "AT+MIPLOPEN=0,3600,30",
    ]
    if profile == "m5310a":
        order[5] = CREATEEX
        order.insert(7, "AT+MIPLDISCOVERRSP=0,3303,1," + DISCOVER_3303)
        order.insert(9, "AT+MIPLDISCOVERRSP=0,3306,1," + OF_3306)
    assert [line for line in sent if line in order and line != "AT"] == order[1:]
    assert sent[0] == "AT"


def test_registration_by_bootstrap():
    async def scene(r):
        await r.online()
        return [text for _, way, text in r.lines if way == "<" and "EVENT" in text]

    assert play(scene, module={"bootstrap": True}) == [
        "+MIPLEVENT: 0,1",
        "+MIPLEVENT: 0,2",
        "+MIPLEVENT: 0,6",
    ]


def test_operator_and_frequency_are_set_when_configured():
    async def scene(r):
        await r.online()
        return r.sent

    sent = play(scene, config={"network.cops": "46000", "network.earfcn": 3555})
    at = sent.index('AT+COPS=1,2,"46000"')
    assert sent[at + 1] == "AT+NEARFCN=0,3555"
    assert sent.index("AT+CSCON=1") > at


def test_every_observed_resource_is_notified_once_after_registration():
    async def scene(r):
        await r.online()
        return r.sent

    notified = [line.split(",")[2:5] for line in play(scene) if "NOTIFY" in line]
    for path in (["3303", "0", "5700"], ["3303", "1", "5701"], ["3306", "0", "5850"]):
        assert notified.count(path) == 1


READS = {
    (3303, 0, 5700): 1,
    (3303, 0): 6,
    (3303,): 12,
    (3306, 0, 5853): 1,
    (3306, 0): 5,
    (3306,): 5,
}


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("chunk", [0, 1, 7])
def test_reads_at_every_level_answer_within_a_second(path, chunk):
    async def scene(r):
        await r.online()
        r.board.set_temp("ds18x20-0", 31.0)  # notifications compete for the line
        await r.sleep(9.5)
        op = await r.ask("read", *path)
        return op, r.records[-1]

    op, record = play(scene, chunk=chunk)
    assert (op.code, len(op.values)) == (205, READS[path])
    assert op.latency_ms < 1000, record


def test_the_temperature_read_is_the_sensors(profile):
    async def scene(r):
        r.board.set_temp("ds18x20-0", 20.125)
        r.board.set_temp("ds18x20-1", -7.5)
        await r.online()
        first = await r.ask("read", 3303, 0, 5700)
        second = await r.ask("read", 3303, 1, 5700)
        return first.values[0].value, second.values[0].value, r.sent

    first, second, sent = play(scene)
    assert (first, second) == (20.125, -7.5)
    answers = [line for line in sent if "READRSP" in line]
    form = '4,6,"20.125"' if profile == "m5310a" else "4,4,20.125"
    assert answers[0].endswith(",1,3303,0,5700,%s,0,0" % form)


def test_writes_move_the_pins_and_are_all_or_nothing():
    async def scene(r):
        await r.online()
        steps = []
        for values in (
            {5850: 1},
            {5850: 1, 5851: 22},
            {5853: "high"},
            {5850: 0, 5851: 101},
            {5851: 50, 5853: "no such state"},
            {5750: 'say "no"'},
            {5852: 0},
            {5852: 7},
        ):
            op = await r.ask("write", 3306, 0, values)
            pins = r.board.pins
            steps.append((op.code, pins[26], round(r.board.pwm[25] / 655.35), pins[32], pins[33]))
        return steps

    assert play(scene) == [
        (204, 1, 0, 0, 0),
        (204, 1, 22, 0, 0),
        (204, 1, 22, 0, 1),
        (400, 1, 22, 0, 1),
        (400, 1, 22, 0, 1),
        (400, 1, 22, 0, 1),
        (204, 1, 22, 0, 1),
        (400, 1, 22, 0, 1),
    ]


def test_execute_resets_minimum_and_maximum_to_the_current_value():
    async def scene(r):
        await r.online()
        for celsius in (10.0, 30.0, 20.0):
            r.board.set_temp("ds18x20-0", celsius)
            await r.sleep(11)
        values = []
        for _ in range(2):
            for rid in (5601, 5602):
                values.append((await r.ask("read", 3303, 0, rid)).values[0].value)
            assert (await r.ask("execute", 3303, 0, 5605, "reset")).code == 204
        return values

    assert play(scene) == [10.0, 30.0, 20.0, 20.0]


ERRORS = (
    ("read", (3311,), 404),
    ("read", (3303, 5), 404),
    ("read", (3303, 0, 1), 404),
    ("read", (3303, 0, 5605), 405),
    ("write", (3303, 0, {5700: 1}), 405),
    ("write", (3306, 0, {1: 1}), 404),
    ("write", (3306, 4, {5850: 1}), 404),
    ("write", (3306, 0, {5850: "x"}), 400),
    ("execute", (3303, 0, 5700), 405),
    ("execute", (3303, 0, 5605, "explode"), 400),
    ("execute", (3303, 7, 5605), 404),
    ("observe", (3303, 7), 404),
    ("cancel", (3306, 0, 5850), 404),
    ("write_attributes", (3303, 0, 9), 404),
)


def test_what_cannot_be_done_is_answered_with_its_code():
    async def scene(r):
        await r.online()
        codes = []
        for kind, args, _ in ERRORS:
            extra = {"pmin": 5} if kind == "write_attributes" else {}
            codes.append((await r.ask(kind, *args, **extra)).code)
        return codes, r.node.status()["operations"]["faults"]

    codes, faults = play(scene)
    assert codes == [code for _, _, code in ERRORS]
    assert faults == 0


def test_observe_and_cancel_at_the_three_levels():
    async def scene(r):
        await r.online()
        codes = []
        for kind in ("observe", "cancel"):
            for path in ((3303, 0, 5700), (3303, 0), (3303,)):
                codes.append((await r.ask(kind, *path)).code)
        return codes

    assert play(scene) == [205] * 6


def test_attributes_decide_what_is_notified():
    """The guide's attributes: pmin 15, pmax 60, lt 0, gt 50, st 2 (guide 3.5(5))."""

    async def scene(r):
        await r.online()
        op = await r.ask("observe", 3303, 0, 5700, pmin=15, pmax=60, gt=50, lt=0, st=2)
        assert op.code == 205
        await r.sleep(2)
        start = r.clock.ticks_ms()
        seen = len(r.lines)
        for celsius, seconds in ((21.0, 30), (60.0, 30), (59.0, 130)):
            r.board.set_temp("ds18x20-0", celsius)
            await r.sleep(seconds)
        return [
            (round((when - start) / 1000), text.split(",")[7].strip('"'))
            for when, way, text in r.lines[seen:]
            if way == ">" and ",3303,0,5700,4," in text
        ]

    sent = play(scene)
    values = [value for _, value in sent]
    assert values[:2] == ["60.0", "59.0"] or values[:3] == ["21.0", "60.0", "59.0"], sent
    gaps = [b - a for (a, _), (b, _) in pairwise(sent)]
    assert all(15 <= gap <= 61 for gap in gaps), sent


def test_shutdown_takes_the_session_down_in_the_guides_order():
    async def scene(r):
        await r.online()
        await r.node.shutdown()
        await r.sleep(1)
        return r.sent[-4:], r.device.online, r.node.supervisor.state

    assert play(scene) == (
        ["AT+MIPLCLOSE=0", "AT+MIPLDELETE=0", "AT+MIPLDELOBJ=0,3303", "AT+MIPLDELOBJ=0,3306"],
        False,
        "de-registered",
    )


def test_status_shows_counters_and_the_latency_of_operations(profile):
    async def scene(r):
        await r.online()
        await r.ask("read", 3303)
        return r.node.status()

    status = play(scene)
    assert status["at"]["replies"] == (1 if profile == "m5310a" else 6)
    assert 500 < status["at"]["latency_max"] < 1000
    assert 500 < status["operations"]["read"] < 1000
    assert status["node"]["state"] == "online"
    assert status["session"]["state"] == "registered"
    assert status["network"]["imei"] == "867725030000018"
