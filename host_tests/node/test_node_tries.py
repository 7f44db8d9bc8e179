"""When a new configuration is given up: at its third failure in a row, and what is none.

A start here is the whole node in virtual time. It ends when the scene does: as if the power
failed, unless the scene says how it ended.
"""

import json

import machine
import pytest
from cutdisk import Cut, Disk
from node_rig import play

from node import restarts, rollback, safe

PATH, COPY = "config.json", "config.prev.json"
DEAF = {"module": {"register_ms": 10**9}}  # a module that never finds a network


@pytest.fixture(autouse=True)
def board(tmp_path, monkeypatch):
    """A file system with a proven configuration, and a changed one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(machine, "cause", machine.PWRON_RESET)
    (tmp_path / PATH).write_text('{"new": 1}')
    (tmp_path / COPY).write_text('{"old": 1}')
    return tmp_path


def log(text, level=1):
    """Say nothing."""


def given_up():
    """Return whether the next start would not try the configuration."""
    bitten = restarts.begin(log)
    return rollback.choices(PATH, bitten)[0][0] == COPY


def start(scene, **options):
    """Start the board as node.app does, and run scene(rig); False: it was given up before."""
    bitten = restarts.begin(log)
    path, tries, _ = rollback.choices(PATH, bitten)[0]
    if path == COPY:
        return False
    trial = rollback.begin(path, tries, log)

    async def run(r):
        r.node.trial = trial
        await scene(r)
        return True

    return play(run, baud=0, restart=lambda r: None, **options)


async def seconds(r, count):
    await r.sleep(count)


def starts(scene, count=5, **options):
    """Return how many of so many starts tried the configuration."""
    return [start(scene, **options) for _ in range(count)].count(True)


def test_one_that_comes_online_each_time_is_never_given_up():
    assert starts(lambda r: r.online()) == 5
    assert not given_up()
    assert json.loads(open(COPY).read()) == {"old": 1}  # none of them stood for a minute


def test_coming_online_makes_failures_of_before_forgotten():
    assert starts(lambda r: seconds(r, 1), 2) == 2
    assert start(lambda r: r.online())
    assert starts(lambda r: seconds(r, 1), 5) == 3


def test_one_that_loses_its_session_again_has_been_online():
    async def scene(r):
        await r.online()
        r.module.stopped = True
        r.uart.stopped = True
        await r.sleep(400)

    assert starts(scene, 4) == 4


@pytest.mark.parametrize("after", [0, 3, 60])
def test_a_start_that_somebody_stops_is_no_failure(after):
    async def scene(r):
        await r.sleep(after)
        rollback.stopped()  # as app does for KeyboardInterrupt

    assert starts(scene, **DEAF) == 5


@pytest.mark.parametrize("after", [12, 60, 150])
def test_a_power_cut_or_a_reset_behind_the_first_seconds_is_none(after):
    assert starts(lambda r: seconds(r, after), **DEAF) == 5


@pytest.mark.parametrize("after", [0, 1, 8])
def test_three_starts_that_end_within_seconds_are_a_crash_loop(after):
    assert starts(lambda r: seconds(r, after), **DEAF) == 3
    assert given_up()


def test_three_that_have_tried_for_as_long_as_they_may_are_failures():
    assert starts(lambda r: seconds(r, 180 + 30 + 2), **DEAF) == 3


def test_the_time_it_may_try_is_the_configuration_s():
    config = {"network.register_timeout": 400, "onenet.open_timeout": 60}
    assert starts(lambda r: seconds(r, 450), config=config, **DEAF) == 5
    assert starts(lambda r: seconds(r, 470), config=config, **DEAF) == 3


def test_one_that_comes_online_late_is_no_failure():
    async def scene(r):
        r.uart.stopped = True
        await r.sleep(240)
        r.uart.stopped = False
        await r.online(200)

    assert starts(scene) == 5


@pytest.mark.parametrize("after", [5, 40])
def test_three_that_the_node_itself_ends_are_failures(after):
    async def scene(r):
        await r.sleep(after)
        restarts.restart(r.node.supervisor, "task sampler failed")

    assert starts(scene, **DEAF) == 3


def test_a_restart_by_the_node_behind_a_session_is_none():
    async def scene(r):
        await r.online()
        restarts.restart(r.node.supervisor, "task sampler failed")

    assert starts(scene) == 5


@pytest.mark.parametrize("platform", ["esp32", "rp2"])
def test_three_bites_of_the_watchdog_are_failures(platform, monkeypatch):
    monkeypatch.setattr(restarts.sys, "platform", platform)

    def bitten(scene):
        found = start(scene, **({} if scene is online else DEAF))
        monkeypatch.setattr(machine, "cause", machine.WDT_RESET)
        return found

    def online(r):
        return r.online()

    assert [bitten(online) for _ in range(4)] == [True] * 4
    ran = [bitten(lambda r: seconds(r, 40)) for _ in range(5)]
    assert ran == [True, True, True, False, False]
    monkeypatch.setattr(machine, "cause", machine.PWRON_RESET)
    assert given_up()  # the bites are not forgotten


def test_in_a_duty_cycle_one_cycle_that_worked_is_the_proof(board):
    config = {"power.mode": "cycle", "power.period": 120, "power.awake": 30, "outbox.readings": 64}

    async def scene(r):
        await r.sleep(50)

    assert start(scene, config=config)
    assert (board / COPY).read_text() == (board / PATH).read_text()
    (board / PATH).write_text('{"new": 2}')
    assert start(scene, config=config, **DEAF)
    assert (board / COPY).read_text() == '{"new": 1}'


def test_a_changed_one_has_three_tries_again(board):
    assert starts(lambda r: seconds(r, 1)) == 3
    (board / PATH).write_text('{"new": 2}')
    assert starts(lambda r: seconds(r, 1)) == 3


def test_a_counter_of_an_older_version_goes_on(board):
    (board / "config.tries.txt").write_text(f"{safe.crc(PATH)}\n2\nend")
    assert starts(lambda r: seconds(r, 1)) == 1


@pytest.mark.parametrize("fat", [False, True])
@pytest.mark.parametrize("state", ["ran", "failed", "stopped", "online"])
def test_a_power_cut_while_it_is_noted_leaves_the_old_note_or_the_new(
    board, monkeypatch, fat, state
):
    found = set()
    at = 1
    while at:
        rollback.count(PATH, 2)
        with monkeypatch.context() as patch:
            Disk(at, fat).use(patch)
            try:
                rollback.note(state)
                at = None
            except Cut:
                at += 1
        found.add(rollback.failed_starts(PATH))
    assert found == {2, {"ran": 1, "failed": 2, "stopped": 1, "online": 0}[state]}


def test_a_start_with_a_proven_configuration_writes_nothing(board, monkeypatch):
    (board / PATH).write_text('{"old": 1}')
    with monkeypatch.context() as patch:
        disk = Disk()
        disk.use(patch)

        async def scene(r):
            await r.online()
            await r.sleep(250)

        assert start(scene)
    assert disk.steps == 0


def test_a_full_file_system_stops_nothing(board):
    (board / "config.tries.txt.tmp").mkdir()

    async def scene(r):
        await r.online()
        assert r.node.supervisor.state == "online"

    assert starts(scene, 4) == 4
