"""The duty cycle: a day and a week of it, commands in the next window, failures on the way."""

import pytest
from cycle_rig import play

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
