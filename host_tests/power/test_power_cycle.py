"""The duty cycle: a day and a week of it, commands in the next window, failures on the way."""

import pytest

from energy import world
from energy.world import play

CYCLE = {
    "power.mode": "cycle",
    "power.period": 3600,
    "onenet.lifetime": 14400,
    "log.trace": 0,
}


def values(r, events, iid=0):
    path = (3303, iid, 5700)
    return [e.value for e in events if type(e).__name__ == "Stored" and e.path == path]


@pytest.mark.parametrize("profile", ["seed", "m5310a"])
def test_a_day_of_hourly_readings(tmp_path, profile):
    async def scene(r):
        events = []
        r.platform.listen(events.append)
        r.on_wake = lambda r: r.board.set_temp("ds18x20-0", 20 + len(r.slept) / 2)
        await r.run(86_400)
        return (
            values(r, events),
            len(r.slept),
            r.device.registrations,
            r.awake_ms,
            r.said,
            r.module,
        )

    got, cycles, registrations, awake_ms, said, module = play(
        scene, CYCLE, tmp_path, module={"profile": profile}
    )
    assert cycles == 24
    assert got == [20 + n / 2 for n in range(24)], said[-9:]
    assert registrations == 1
    assert awake_ms / cycles < 20_000
    spent = module.sleep.what()
    assert spent["psm"] > 0.95 * sum(spent.values())


def ask(r, kind="READ", path=(3303, 0, 5700), **fields):
    """Have the platform keep a command for the next time the node is heard."""
    expired_ms = r.platform.wall_ms() + 12 * 3600 * 1000
    return r.platform.cached.add(
        r.device, kind, path, expired_ms=expired_ms, timeout_s=25, **fields
    )


def test_a_week_delivers_every_reading_and_answers_commands_in_the_next_window(tmp_path):
    asked = []

    async def scene(r):
        events = []
        r.platform.listen(events.append)

        def wake(r):
            number = len(r.slept)
            r.board.set_temp("ds18x20-0", 20 + number / 8)
            r.board.set_temp("ds18x20-1", -number / 8)
            if number % 12 == 6:  # queued while it slept
                kinds = ("READ", (3303, 0, 5700)), ("EXECUTE", (3303, 0, 5605))
                kind, path = kinds[number // 12 % 2]
                asked.append((number, r.now_s(), ask(r, kind, path)))

        r.on_wake = wake
        await r.run(7 * 86_400)
        return values(r, events), values(r, events, 1), r

    first, second, r = play(scene, CYCLE, tmp_path)
    assert len(r.slept) == 168
    assert first == [20 + n / 8 for n in range(168)]
    assert second == [-n / 8 for n in range(168)]
    assert r.device.registrations == 1
    assert len(asked) == 14
    for _, _, command in asked:
        assert command.confirm_status == "SUCCESS"
        assert command.confirmed_ms - command.created_ms < 30_000


def test_readings_of_cycles_without_a_network_come_later_in_their_order(tmp_path):
    async def scene(r):
        events = []
        r.platform.listen(events.append)

        def wake(r):
            r.board.set_temp("ds18x20-0", 20 + len(r.slept))
            r.module.set_network(not 3 <= len(r.slept) <= 7)

        r.on_wake = wake
        await r.run(14 * 3600)
        return values(r, events), r

    got, r = play(scene, CYCLE, tmp_path)
    assert sorted(got) == [20 + n for n in range(14)], (got, r.said[-20:])


@pytest.mark.parametrize("what", ["module", "platform", "memory"])
def test_a_session_that_is_gone_is_opened_anew(tmp_path, what):
    async def scene(r):
        events = []
        r.platform.listen(events.append)

        r.on_wake = lambda r: r.board.set_temp("ds18x20-0", 20 + len(r.slept))
        await r.run(3 * 3600)
        if what == "module":
            r.module.reboot()
        elif what == "platform":
            r.device.forget_session()
        else:
            (tmp_path / "box-cycle").write_text("{broken")
        await r.run(3 * 3600)
        return values(r, events), r

    got, r = play(scene, CYCLE, tmp_path)
    assert sorted(got) == [20.0 + n for n in range(6)], (got, r.said[-20:])
    assert r.device.registrations == 2


def test_minimum_and_maximum_outlive_the_sleep(tmp_path):
    async def scene(r):
        read = []

        def wake(r):
            r.board.set_temp("ds18x20-0", (20, -3, 40, 25)[min(len(r.slept), 3)])
            if len(r.slept) == 4:
                read.extend([ask(r, path=(3303, 0, rid)) for rid in (5601, 5602)])

        r.on_wake = wake
        await r.run(5 * 3600)
        return [command.result[0].value for command in read]

    assert play(scene, CYCLE, tmp_path) == [-3, 40]


@pytest.mark.parametrize(
    ("cause", "lowest"),
    [("PWRON_RESET", 30), (None, 30), ("WDT_RESET", -3), ("DEEPSLEEP_RESET", -3)],
)
def test_a_power_off_ends_what_is_counted_since_power_on(tmp_path, monkeypatch, cause, lowest):
    """On a board without RTC memory; cause: what reset the chip, None: the port does not tell."""

    async def scene(r):
        def wake(r):
            r.board.set_temp("ds18x20-0", -3 if len(r.slept) < 2 else 30)

        r.on_wake = wake
        await r.run(2 * 3600)
        monkeypatch.setattr(world, "WOKEN", cause)
        await r.run(3600)
        instance = r.node.registry.instance(3303, 0)
        return instance.get(5601), r.device.registrations

    assert play(scene, CYCLE, tmp_path) == (lowest, 1)


def test_by_udp_alone(tmp_path):
    settings = {**CYCLE, "onenet.enabled": False, "udp.server": "10.0.0.2:5700"}
    settings |= {"udp.period": 3600, "power.release": True, "outbox.readings": 0}

    async def scene(r):
        got, done = [], []
        r.peer.receiver.on_reading = lambda imei, reading: got.append(reading)
        r.peer.receiver.on_answer = done.append

        def wake(r):
            r.board.set_temp("ds18x20-0", 20 + len(r.slept))
            if len(r.slept) == 3:
                r.peer.receiver.command(int(r.module.imei), "read", (3303, 0, 5700))

        r.on_wake = wake
        r.module.air.loss = 0.2
        await r.run(86_400)
        return got, done, r

    got, done, r = play(scene, settings, tmp_path)
    assert [each.number for each in got] == list(range(len(got)))
    assert [each.value for each in got if each.iid == 0][:23] == [20 + n for n in range(23)]
    assert [each.done.code for each in done] == [205]
    spent = r.module.sleep.what()
    assert spent["connected"] < 0.01 * sum(spent.values())
