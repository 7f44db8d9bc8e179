"""Who watches over the node: the watchdog, tasks that fail, and what a configuration has to do."""

import json
import os

import machine
import pytest
from node_rig import EXAMPLE, play

from at.resync import IN_STEP
from m5310.errors import SILENT, AtError
from node import rates, restarts, rollback
from node.startup.check import validate
from node.startup.errors import ConfigError
from node.watchdog import Watchdog

NOTHING = {"restart": lambda r: None}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A file system of the board's own."""
    monkeypatch.chdir(tmp_path)


def watched(scene, seconds=8, **options):
    """As play, with a watchdog."""

    async def guarded(r):
        r.node.watchdog = dog = Watchdog(r.node, seconds)
        return await scene(r, dog)

    return play(guarded, **{**NOTHING, **options})


def test_the_watchdog_is_fed_every_second_while_all_is_well():
    async def scene(r, dog):
        await r.online()
        wdt = machine.WDT.last
        before = wdt.fed
        await r.sleep(30)
        return wdt.timeout, wdt.fed - before, r.restarts

    timeout, fed, restarted = watched(scene, baud=0)
    assert (timeout, restarted) == (8000, 0)
    assert 27 <= fed <= 31


def test_the_longest_wait_for_a_network_is_no_reason_to_starve():
    async def scene(r, dog):
        await r.sleep(765)
        return r.restarts, r.node.supervisor.recoveries > 0

    options = {"module": {"register_ms": 10**9}, "config": {"network.register_timeout": 750}}
    assert watched(scene, baud=0, **options) == (0, True)


def test_the_longest_pause_of_the_ladder_is_no_reason_to_starve():
    async def scene(r, dog):
        await r.online()
        r.node.supervisor.ladder.failures = 8  # before
        r.module.reboot()
        await r.until(lambda: r.node.supervisor.next_try, 30)
        pause = r.node.supervisor.next_try
        await r.online(700)
        return r.restarts, pause

    assert watched(scene, baud=0) == (0, "session in 600 s")


STUCK = ("at", "notifier", "sampler", "supervisor")


@pytest.mark.parametrize("name", STUCK)
def test_a_task_that_stands_still_ends_in_a_restart_with_its_name(name):
    async def scene(r, dog):
        await r.online()

        async def stand_still():
            await r.sleep(10**6)

        if name == "at":
            r.node.tasks[2].cancel()
        elif name == "notifier":
            r.node.notifier.send = lambda item: stand_still()
            r.board.set_temp("ds18x20-0", 60.0)
        elif name == "sampler":
            r.node.sampler._round = stand_still
        else:
            r.node.supervisor._check_network = lambda missing_ms: stand_still()
        wdt = machine.WDT.last
        took = await r.until(lambda: r.restarts, 1000)
        fed = wdt.fed
        await r.sleep(20)  # a chip that does not restart is bitten
        return round(took), wdt.fed - fed, restarts.status()["cause"]

    took, fed, cause = watched(scene, baud=0, restart=lambda r: None)
    assert fed == 0
    limit = {"at": 5, "notifier": 60, "sampler": 80, "supervisor": 720}[name]
    assert limit - 1 <= took <= limit + 62
    assert cause.startswith("task %s has not reported for %d s" % (name, limit))


def test_a_port_without_such_a_watchdog_says_so_and_runs_on(monkeypatch):
    def none(timeout):
        raise ValueError("timeout exceeds 8388")

    monkeypatch.setattr(machine, "WDT", none)

    async def scene(r, dog):
        await r.online()
        return [text for text in r.said if "watchdog" in text]

    assert watched(scene, baud=0) == ["no watchdog: timeout exceeds 8388"]


def test_leaving_takes_its_time_and_says_that_the_watchdog_goes_on():
    async def scene(r, dog):
        await r.online()
        r.uart.stopped = True
        wdt = machine.WDT.last
        before = wdt.fed
        await r.node.shutdown(6000)
        return wdt.fed - before > 100, r.said[-1]

    fed, said = watched(scene)
    assert fed
    assert said.startswith("the watchdog resets the board in 8 s; a file named stop")


def refused(board=None, **safety):
    settings = json.loads(EXAMPLE.read_text())
    settings["safety"] = safety
    try:
        return validate(settings, board)["safety"]
    except ConfigError as e:
        return str(e)


def test_the_limits_of_the_configuration():
    class Pico:
        WATCHDOG = 8

    assert refused() == {"watchdog": 0, "stop_pin": None}
    assert refused(Pico, watchdog=8, stop_pin=3) == {"watchdog": 8, "stop_pin": 3}
    says = "safety.watchdog: %d must be from 5 to %d seconds on this board, or 0 for none"
    assert refused(Pico, watchdog=9) == says % (9, 8)
    assert refused(Pico, watchdog=4) == says % (4, 8)
    assert refused(watchdog=120)["watchdog"] == 120
    assert "must be a whole number of seconds from 0 to 120" in refused(watchdog=121)
    assert "is used by" in refused(stop_pin=4)


# Tasks that fail


def broken(r, times):
    """Have the notifier fail so often."""
    due = r.node.notifier.observations.due
    left = [times]

    def fail():
        left[0] -= 1
        if left[0] == 0:
            r.node.notifier.observations.due = due
        raise KeyError("broken")

    r.node.notifier.observations.due = fail
    r.node.notifier.observations.changed.set()  # it looks at what is due


def test_the_fifth_failure_of_a_task_in_ten_minutes_restarts_the_board(capsys):
    async def scene(r):
        await r.online()
        broken(r, 4)
        await r.sleep(9)
        four = r.restarts, r.node.restarts
        r.clock.start += 600_000
        broken(r, 4)
        await r.sleep(16)
        eight = r.restarts, r.node.restarts
        broken(r, 1)
        await r.sleep(20)
        return four, eight, (r.restarts, restarts.status()["cause"])

    assert play(scene, baud=0, **NOTHING) == (
        (0, 4),
        (0, 8),
        (1, "task notifier failed: KeyError('broken'), 5 times in ten minutes"),
    )


def test_on_a_pc_the_pauses_grow_instead():
    async def scene(r):
        await r.online()
        broken(r, 7)
        await r.until(lambda: r.node.restarts == 7, 100)
        return [text.rpartition(" in ")[2] for text in r.said if "started again" in text]

    pauses = [1, 2, 4, 8, 16, 32, 60]
    assert play(scene, baud=0) == ["%d s" % pause for pause in pauses]


def test_a_task_is_started_again_even_without_memory_for_saying_so(monkeypatch):
    def nothing(log, error):
        raise MemoryError

    async def scene(r):
        await r.online()
        monkeypatch.setattr("node.app.log_exception", nothing)
        broken(r, 3)
        await r.sleep(10)
        monkeypatch.undo()
        r.board.set_temp("ds18x20-0", 44.0)
        await r.sleep(12)
        return r.node.restarts, any(",5700,4,4,44.0," in line for line in r.sent)

    assert play(scene, baud=0) == (3, True)


# A configuration that has to prove itself


def proving(scene, **options):
    """As play, beside the proof; the scene gets whether it has been kept, as a function."""

    with open("config.json", "w") as f:
        f.write("{}")

    async def proved(r):
        r.node.trial = rollback.Trial("config.json")
        return await scene(r, lambda: os.path.exists("config.prev.json"))

    return play(proved, **options)


def test_it_is_kept_when_a_session_has_stood_for_a_minute():
    async def scene(r, kept):
        await r.online()
        took = await r.until(kept, 90)
        return round(took), r.said[-1], r.node.trial.proven

    took, said, proven = proving(scene, baud=0)
    assert 55 <= took <= 65
    assert said == "config.json was online, and is kept as config.prev.json"
    assert proven


def test_a_session_that_ends_early_proves_nothing():
    async def scene(r, kept):
        seen = []
        for _ in range(2):
            await r.online()
            await r.sleep(45)
            r.module.reboot()
            seen.append(kept())
            await r.until(lambda: r.node.supervisor.state != "online")
        await r.online()
        await r.sleep(50)
        seen.append(kept())
        await r.sleep(15)
        return [*seen, kept()]

    assert proving(scene, baud=0) == [False, False, False, True]


def test_it_is_not_written_while_the_line_is_busy():
    async def scene(r, kept):
        await r.online()
        quiet = r.node.modem.at.quiet
        r.node.modem.at.quiet = lambda: False
        await r.sleep(90)
        busy = kept()
        r.node.modem.at.quiet = quiet
        await r.until(kept, 20)
        return busy

    assert proving(scene, baud=0) is False


def test_a_node_that_cannot_keep_it_runs_on():
    os.mkdir("config.prev.json.tmp")

    async def scene(r, kept):
        await r.online()
        await r.sleep(70)
        return r.said[-1], r.node.supervisor.state

    said, state = proving(scene, baud=0)
    assert said.startswith("config.prev.json cannot be written: ")
    assert state == "online"


# Another baud rate


def test_a_module_at_another_rate_is_found_there_and_worked_with():
    async def scene(r):
        await r.online()
        r.module.reboot("REBOOT_CAUSE_UNKNOWN")
        r.uart.port.set_bauds(module=115200)
        await r.until(lambda: r.node.supervisor.state != "online", 200)
        await r.online(200)
        op = await r.ask("read", 3303)
        return r.said, r.uart.port.mcu_baud, op.code, op.latency_ms

    said, baud, code, latency = play(scene)
    assert (
        "the module answers at 115200 baud: the node goes on at that rate; module.baud is 9600"
        in said
    )
    assert (baud, code) == (115200, 205)
    assert latency < 500


@pytest.mark.parametrize("baud", [4800, 57600])
def test_it_is_found_from_the_start_and_followed_back(baud):
    async def scene(r):
        r.uart.port.set_bauds(module=baud)
        await r.online(100)
        found = r.uart.port.mcu_baud
        r.uart.port.set_bauds(module=9600)
        r.module.reboot()
        await r.until(lambda: r.node.supervisor.state != "online", 200)
        await r.online(200)
        return found, r.uart.port.mcu_baud

    assert play(scene) == (baud, 9600)


def test_a_module_that_is_just_silent_is_looked_for_at_its_own_rate_again():
    async def scene(r):
        def searched():
            return [text for text in r.said if text.startswith("nor at ")]

        r.uart.stopped = True
        await r.until(searched, 60)
        rate = r.uart.port.mcu_baud
        r.uart.stopped = False
        await r.online(60)
        return rate, searched()[0]

    rate, searched = play(scene)
    assert rate == 9600
    assert searched == "nor at 115200, 57600, 4800, 38400, 19200 baud"


def test_one_that_comes_back_at_its_own_rate_is_found_in_the_middle_of_the_search():
    async def scene(r):
        await r.online()
        r.uart.stopped = True
        # Whoever waits for every rate to be tried leaves operations waiting as long.
        await r.until(lambda: r.uart.port.mcu_baud == 57600, 200)
        r.uart.stopped = False
        took = await r.until(lambda: r.node.modem.at.resync.state == IN_STEP, 30)
        return took, r.uart.port.mcu_baud, [text for text in r.said if "go" in text]

    took, baud, said = play(scene)
    assert took < 4
    assert (baud, said) == (9600, [])


def test_a_line_without_a_rate_costs_no_time():
    async def scene(r):
        def init(**options):
            raise OSError(95)

        r.uart.init = init
        r.uart.stopped = True
        error = AtError(SILENT)
        start = r.clock.ticks_ms()
        with pytest.raises(AtError) as raised:
            await rates.find(r.node.supervisor, error)
        return raised.value is error, r.clock.ticks_diff(r.clock.ticks_ms(), start)

    assert play(scene) == (True, 0)
