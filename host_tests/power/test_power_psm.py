"""A node that stays awake with a module that sleeps, and the comparison of settings."""

import json

import pytest
from click.testing import CliRunner

from energy.__main__ import charge, main, table
from energy.measure import Measured, day
from energy.world import play

PSM = {"power.mode": "psm", "onenet.lifetime": 7200, "log.trace": 0}


@pytest.mark.parametrize("profile", ["seed", "m5310a"])
def test_what_the_module_loses_when_it_wakes_is_none_of_ours(tmp_path, profile):
    path = (3303, 0, 5700)

    async def scene(r):
        events, deaf = [], []
        r.platform.listen(events.append)

        def warmer(number):
            deaf.append(r.module.sleep.deaf)
            r.board.set_temp("ds18x20-0", 30 + number)

        for number in range(12):
            r.platform.timers.after((number + 1) * 120_000, lambda n=number: warmer(n))
        await r.run(1800)
        stored = [e for e in events if type(e).__name__ == "Stored" and e.path == path]
        return [e.value for e in stored], deaf, r.node.status(), r

    got, deaf, status, r = play(scene, PSM, tmp_path, module={"profile": profile})
    assert deaf == [True] * 12
    assert [value for value in got if value >= 30] == [30.0 + n for n in range(12)]
    assert r.device.registrations == 1
    assert status["notifier"]["failures"] == 0 and status["at"]["timeouts"] == 0
    assert r.module.sleep.wakes >= 12


def test_three_settings_side_by_side():
    """An hour each: what sleeps takes less, and no reading is missing."""
    always = day({"onenet.lifetime": 86400}, 1, 900)
    sleeps = day({"power.mode": "psm", "onenet.lifetime": 86400}, 1, 900)
    cycle = day({"power.mode": "cycle", "power.release": True, "onenet.lifetime": 7200}, 1, 900)
    for each in (always, sleeps, cycle):
        assert each.readings == 8
        assert abs(sum(each.module.values()) - 3_600_000) < 40_000
    assert always.module["psm"] == 0 and sleeps.module["psm"] > 3_200_000
    assert cycle.mcu["asleep"] > 3_400_000 and cycle.module["connected"] < 20_000
    currents = {
        "module": {"off": 0, "search": 60, "connected": 50, "idle": 3, "edrx": 1, "psm": 0.005},
        "mcu": {"awake": 25, "asleep": 0.015},
    }
    totals = [sum(charge(each, currents).values()) for each in (always, sleeps, cycle)]
    assert totals == sorted(totals, reverse=True) and totals[2] < totals[0] / 20
    lines = list(table(["a", "b", "c"], [always, sleeps, cycle], currents, 8000))
    assert any(line.startswith("module psm") for line in lines)
    assert not any(line.startswith("module edrx") for line in lines)


def test_charge_is_current_times_time():
    measured = Measured(
        1, {"psm": 3_600_000}, {"awake": 1_800_000, "asleep": 0}, (0, 0), (0, 0), 0
    )
    currents = {"module": {"psm": 2}, "mcu": {"awake": 10, "asleep": 1}}
    assert charge(measured, currents) == {"module": 2.0, "mcu": 5.0}


def test_a_file_that_is_wrong_is_said(tmp_path):
    bad = tmp_path / "currents.json"
    bad.write_text(json.dumps({"module": {}, "mcu": {}}))
    run = CliRunner().invoke(main, ["--currents", str(bad)])
    assert run.exit_code == 2 and "6 currents" in run.output
