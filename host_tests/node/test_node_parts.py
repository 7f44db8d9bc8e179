"""Operations of many lines on the whole node at 9600 baud: parts of a write, lines of a read."""

import node_rig
import pytest

from bench.faults.tricks import Tricks
from lwm2m.registry import Instance
from lwm2m.values import OPAQUE, READ, WRITE

WIDE = 3399


class Wide(Instance):
    """An instance of more resources than any of the node's own has."""

    oid = WIDE
    resources = tuple((5500 + i, OPAQUE, READ | WRITE) for i in range(96))


@pytest.fixture(autouse=True, params=["seed", "m5310a"])
def profile(request):
    play.profile = request.param
    return request.param


def play(scene, **module):
    return node_rig.play(scene, module={"profile": play.profile, **module})


def answers(rig, operation, name):
    return [line for line in rig.sent if line.startswith(f"AT+MIPL{name}RSP=0,{operation.msgid},")]


@pytest.mark.parametrize("count, size", [(16, 30), (34, 1), (8, 60), (1, 240), (60, 1), (48, 10)])
def test_a_write_within_the_guide_s_480_bytes_is_done_however_many_parts_it_has(count, size):
    values = {5500 + i: bytes([i + 1]) * size for i in range(count)}

    async def scene(rig):
        wide = Wide(0, {})
        rig.node.dispatcher.registry.add(wide)
        await rig.online()
        operation = await rig.ask("write", WIDE, 0, values)
        await rig.sleep(10)
        return operation, wide.values, answers(rig, operation, "WRITE"), rig.records[-1]

    operation, written, sent, record = play(scene)
    assert (operation.code, written, len(sent)) == (204, values, 1)
    assert record.printed == 1
    assert record.latency_ms < 500


def test_a_write_that_takes_longer_than_the_module_waits_is_refused_once_and_not_done():
    async def scene(rig):
        wide = Wide(0, {})
        rig.node.dispatcher.registry.add(wide)
        await rig.online()
        operation = await rig.ask("write", WIDE, 0, {rid: b"1" for rid, _, _ in Wide.resources})
        await rig.sleep(15)
        return operation, wide.values, answers(rig, operation, "WRITE")

    operation, written, sent = play(scene)
    assert (operation.code, written, len(sent)) == (400, {}, 1)


def test_a_slow_write_and_the_operations_behind_it():
    async def scene(rig):
        wide = Wide(0, {})
        rig.node.dispatcher.registry.add(wide)
        await rig.online()
        first = rig.platform.write(rig.imei, WIDE, 0, {5500 + i: b"a" * 30 for i in range(16)})
        second = rig.platform.write(rig.imei, WIDE, 0, {5500 + i: b"b" for i in range(34)})
        third = await rig.ask("read", 3303, 0, 5701)
        return [first.code, second.code, third.code], wide.values[5500], rig.records

    codes, value, records = play(scene, max_outstanding=3)
    assert (codes, value) == ([204, 204, 205], b"b")
    assert all(record.printed == 1 for record in records)


def complete(operation, rig):
    return len(operation.values) == len(rig.node.dispatcher.registry.read(*operation.path)[1])


def test_an_answer_that_takes_longer_than_the_repetition_is_no_success_with_a_part():
    async def scene(rig):
        await rig.online()
        for part in (3303,), (3303, 0), (3306, 0):
            operation = await rig.ask("read", *part)
            assert operation.ok is complete(operation, rig), operation.values
            assert operation.ok is (len(part) == 2)
            await rig.sleep(20)
        return True

    assert play(scene, reply_ms=480)


@pytest.mark.parametrize("nth", range(1, 13, 2))
def test_an_answer_of_which_one_line_is_held_up_over_the_repetition(nth):
    """The OK of a line is 5.5 s late: meanwhile the module asks again."""

    async def scene(rig):
        await rig.online()
        tricks = Tricks(lambda *_: None, rig.module.timers.now)
        tricks.arm("late", {"command": "AT+MIPLREADRSP", "nth": nth, "ms": 5500})
        rig.module.tricks = tricks
        operation = await rig.ask("read", 3303)
        assert operation.ok is complete(operation, rig), operation.values
        rig.module.tricks = None
        await rig.sleep(20)
        assert (await rig.ask("read", 3303)).ok
        return True

    assert play(scene)


@pytest.mark.parametrize("nth", range(1, 13, 2))
@pytest.mark.parametrize("times", [1, 2, 3])
def test_an_answer_of_which_one_line_is_refused_is_whole_or_an_error(nth, times):
    async def scene(rig):
        await rig.online()
        tricks = Tricks(lambda *_: None, rig.module.timers.now)
        for i in range(times):
            args = {"command": "AT+MIPLREADRSP", "nth": nth + i, "text": "+CIS ERROR: 601"}
            tricks.arm("error", args)
        rig.module.tricks = tricks
        operation = await rig.ask("read", 3303)
        assert operation.ok is complete(operation, rig), operation.values
        assert operation.code in ((205,) if times == 1 else (400, 205))
        rig.module.tricks = None
        assert (await rig.ask("read", 3303)).ok
        return True

    assert play(scene)


@pytest.mark.parametrize("size, code", [(200, 205), (228, 400), (400, 400)])
def test_a_read_that_would_not_fit_into_512_bytes_is_refused_and_its_parts_are_not(size, code):
    """Guide 3.5(2). With 240 and 228 bytes of text the instance is 492 bytes, CoAP adds 20."""

    async def scene(rig):
        await rig.online()
        instance = rig.node.dispatcher.registry.instance(3306, 0)
        instance.put(5853, "y" * 240)
        instance.put(5750, "x" * size)
        await rig.sleep(20)
        whole = await rig.ask("read", 3306, 0)
        single = await rig.ask("read", 3306, 0, 5750)
        return whole.code, len(whole.values), len(answers(rig, whole, "READ")), single.code

    lines = 5 if code == 205 else 1
    assert play(scene) == (code, 5 if code == 205 else 0, lines, 205)
