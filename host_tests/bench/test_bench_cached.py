"""Cached commands: they wait for an uplink, are tried again, expire, and survive a restart."""

import pytest
from bench_rig import Rig
from clock import FakeClock

from bench.platform import Platform, cached
from bench.platform.command import CANCELLED, EXPIRED, FAILED, SENT, SUCCESS, WAIT
from bench.platform.events import Confirmed
from bench.platform.operations import Limit
from bench.platform.store import Store

PATH = (3303, 0, 5700)
UPDATE = "AT+MIPLUPDATE=0,0,0"


def registered(store=None):
    rig = Rig(platform={"store": store} if store else None).register()
    rig.ended = []
    rig.platform.listen(lambda event: isinstance(event, Confirmed) and rig.ended.append(event))
    return rig


def add(rig, kind="READ", path=PATH, expires_s=3600, **fields):
    expired_ms = rig.platform.wall_ms() + expires_s * 1000
    return rig.platform.cached.add(rig.device, kind, path, expired_ms=expired_ms, **fields)


def notify(rig):
    return "AT+MIPLNOTIFY=0,%d,3303,0,5700,4,4,21.5,0,0" % rig.observed((3303, 0, -1))


def printed(rig, line, ms=300):
    """Return the operations the module prints after a command line."""
    return [
        text for text in rig.send(line, ms=ms) if text.startswith("+MIPL") and "EVENT" not in text
    ]


def test_a_read_waits_for_an_uplink_and_keeps_its_result():
    rig = registered()
    command = add(rig)
    assert rig.run(5000) == []
    assert (command.send_status, command.sent_ms) == (WAIT, None)
    (line,) = printed(rig, UPDATE)
    assert command.send_status == SENT
    msgid = line.split(",")[1]
    rig.send("AT+MIPLREADRSP=0,%s,1,3303,0,5700,4,4,20.5,0,0" % msgid, ms=300)
    assert (command.send_status, command.confirm_status) == (SUCCESS, "SUCCESS")
    assert [(value.rid, value.value) for value in command.result] == [(5700, 20.5)]
    assert [event.command for event in rig.ended] == [command]
    assert printed(rig, UPDATE) == []


def test_writes_and_executes_reach_the_node():
    rig = registered()
    write = add(rig, "WRITE", (3306, 0, -1), payload=[(5850, True), (5851, 22)])
    execute = add(rig, "EXECUTE", (3303, 0, 5605), args="reset")
    (first,) = printed(rig, UPDATE)[:1]
    msgid = int(first.split(",")[1])
    assert first == "+MIPLWRITE:0,%d,3306,0,5850,2,1,01,0,1" % msgid
    (second,) = [
        line for line in rig.send("AT+MIPLWRITERSP=0,%d,2" % msgid, ms=300) if "EXECUTE" in line
    ]
    assert second == '+MIPLEXECUTE:0,%d,3303,0,5605,5, "reset"' % (msgid + 1)
    rig.send("AT+MIPLEXECUTERSP=0,%d,14" % (msgid + 1), ms=300)
    assert (write.send_status, execute.send_status) == (SUCCESS, FAILED)
    assert execute.confirm_status == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize(
    "trigger, by_update, by_notify",
    [
        (cached.REGISTER, False, False),
        (cached.UPDATE, True, False),
        (cached.NOTIFY, False, True),
        (cached.UPDATE | cached.NOTIFY, True, True),
    ],
)
def test_only_the_uplinks_named_send_it(trigger, by_update, by_notify):
    for line, sends in (("update", by_update), ("notify", by_notify)):
        rig = registered()
        add(rig, trigger=trigger)
        assert bool(printed(rig, UPDATE if line == "update" else notify(rig))) == sends


def test_a_registration_sends_what_waited_while_the_device_was_away():
    rig = registered()
    command = add(rig, trigger=cached.REGISTER)
    rig.send("AT+MIPLCLOSE=0", ms=300)
    rig.send("AT+MIPLOPEN=0,3600,30", ms=20)
    seen = rig.run(300)
    while command.send_status == WAIT or not any("READ" in line for line in seen):
        answers = [rig.answer(line) for line in seen if "DISCOVER" in line or "OBSERVE" in line]
        assert answers
        seen = rig.send(*answers, ms=300)
    assert command.send_status == SENT


def test_silence_is_tried_again_until_no_try_is_left():
    rig = registered()
    command = add(rig, remain=1, timeout_s=5)
    assert printed(rig, UPDATE)
    rig.run(30_000)
    assert (command.send_status, command.remain, command.confirm_status) == (WAIT, 0, "")
    assert [status for _, status in command.feedback] == ["TIME_OUT"]
    assert printed(rig, UPDATE)
    rig.run(30_000)
    assert (command.send_status, command.confirm_status) == (FAILED, "TIME_OUT")
    assert printed(rig, UPDATE) == []


def test_it_expires_and_is_not_sent_any_more():
    rig = registered()
    command = add(rig, expires_s=60)
    rig.run(61_000)
    assert command.send_status == EXPIRED
    assert printed(rig, UPDATE) == []


def test_it_is_not_sent_before_it_is_valid():
    rig = registered()
    command = add(rig, valid_ms=rig.platform.wall_ms() + 60_000)
    assert printed(rig, UPDATE) == []
    rig.run(61_000)
    assert command.waiting
    assert printed(rig, UPDATE)


def test_cancelling_works_while_it_waits_and_not_later():
    rig = registered()
    first, second = add(rig), add(rig)
    commands = rig.platform.cached
    assert commands.cancel(rig.device, first.uuid)
    assert first.send_status == CANCELLED
    assert not commands.cancel(rig.device, first.uuid)
    assert not commands.cancel(rig.device, "nonsense")
    printed(rig, UPDATE)
    assert not commands.cancel(rig.device, second.uuid)
    third = add(rig)
    assert commands.cancel_all(rig.device) == ([third.uuid], [second.uuid])


def test_ten_wait_at_most_and_times_are_checked():
    rig = registered()
    for _ in range(10):
        add(rig)
    with pytest.raises(cached.Full):
        add(rig)
    rig.platform.cached.cancel_all(rig.device)
    with pytest.raises(Limit, match="past"):
        add(rig, valid_ms=rig.platform.wall_ms() - 1000)
    with pytest.raises(Limit, match="expired_time"):
        add(rig, expires_s=0)


def test_history_is_newest_first_within_its_times_and_bounded():
    rig = registered()
    first = add(rig)
    rig.run(10_000)
    second = add(rig)
    history = rig.platform.cached.history
    assert history(rig.device, 0) == [second, first]
    assert history(rig.device, first.created_ms + 1) == [second]
    assert history(rig.device, 0, first.created_ms) == [first]
    for _ in range(cached.MAX_KEPT + 5):
        rig.platform.cached.cancel(rig.device, add(rig).uuid)
    assert len(history(rig.device, 0)) == cached.MAX_KEPT
    assert len(rig.platform.store.commands()) == cached.MAX_KEPT
    assert first in history(rig.device, 0)  # still waiting: never forgotten


def test_they_survive_a_restart_with_everything_about_them(tmp_path):
    path = tmp_path / "onenet.db"
    rig = registered(Store(path))
    payload = [(5850, True), (5853, "low"), (5750, b"\x01\xff")]
    waits = add(
        rig, "WRITE", (3306, 0, -1), payload=payload, content={"data": []}, trigger=cached.REGISTER
    )
    read = add(rig, trigger=cached.NOTIFY)
    (line,) = printed(rig, notify(rig))
    msgid = line.split(",")[1]
    rig.send("AT+MIPLREADRSP=0,%s,1,3303,0,5700,4,4,20.5,0,0" % msgid, ms=300)
    on_its_way = add(rig, trigger=cached.NOTIFY)
    rig.send(notify(rig), ms=300)
    assert on_its_way.send_status == SENT
    rig.platform.store.close()
    new = Platform(FakeClock(), store=Store(path))
    found = {each.uuid: each for each in new.cached.history(new.device(rig.imei), 0)}
    assert found[waits.uuid] == waits
    assert found[read.uuid] == read
    assert found[on_its_way.uuid].remain == on_its_way.remain - 1  # may have been lost: once more
    assert found[on_its_way.uuid].waiting
