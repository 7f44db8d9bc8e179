"""The node leaves a module alone that updates its own firmware, and comes back behind it.

The bench's module breaks when it is reset while it writes, and counts what it is sent then.
"""

import asyncio

import pytest
from node_rig import play

from energy.world import play as play_cycle

PINS = ("reset_pin", "power_pin", "restart")
FORMS = ("words", "events")
UDP = {"udp.server": "10.0.0.2:5700", "udp.period": 10, "udp.key": "0123456789abcdef"}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def resets(r):
    return *(list(r.pins[name].levels) for name in PINS[:2]), r.restarts


def all_of(scene, **options):
    """As play, on a board with everything the ladder may use; a pin resets the module."""
    acts = dict.fromkeys(PINS[:2], lambda r: r.module.reboot())
    return play(scene, baud=0, restart=lambda r: None, **acts, **options)


async def update(r, **options):
    """Have the module update its firmware; return when it begins to write."""
    r.module.fota.start(**options)
    await r.until(lambda: r.module.fota.writing, 100)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("profile", ["seed", "m5310a"])
@pytest.mark.parametrize("ends", ["over", "failed"])
def test_nothing_is_sent_while_it_writes_and_the_session_is_opened_anew(profile, form, ends):
    async def scene(r):
        await r.online()
        await update(r, form=form, ends=ends, write_s=400)
        await r.until(lambda: not r.module.fota.writing, 500)
        await r.online(120)
        await r.sleep(60)
        op = await r.ask("read", 3303, 0, 5700)
        fota = r.module.fota
        status = r.node.status()["node"]
        return fota.disturbed, fota.broken, resets(r), op.code, status["recoveries"], r.sent

    got = all_of(scene, module={"profile": profile})
    assert got[:5] == (0, False, ([], [], 0), 205, 0)
    assert "AT+NRB" not in got[5]


def test_operations_are_answered_while_it_downloads():
    async def scene(r):
        await r.online()
        r.module.fota.start(download_s=60, write_s=60)
        await r.sleep(30)
        op = await r.ask("read", 3303, 0, 5700)
        return op.code, r.node.supervisor.state

    assert all_of(scene) == (205, "online")


def test_a_module_that_falls_silent_while_it_downloads_is_not_reset():
    async def scene(r):
        await r.online()
        r.module.fota.start(download_s=3600)
        await r.sleep(1)
        r.uart.stopped = True
        r.board.set_temp("ds18x20-0", 50.0)
        await r.sleep(600)
        early = resets(r)
        await r.until(lambda: r.pins["reset_pin"].levels, 900)
        return early, "AT+NRB" in r.sent

    assert all_of(scene) == (([], [], 0), False)


def test_a_session_lost_while_it_downloads_is_opened_anew_without_a_reset():
    async def scene(r):
        await r.online()
        r.module.fota.start(download_s=600)
        await r.sleep(1)
        r.module.session.close()
        r.module.emit("+MIPLEVENT:0,9")
        await r.until(lambda: r.node.supervisor.state != "online")
        await r.online(120)
        return resets(r), "AT+NRB" in r.sent, r.node.supervisor.ladder.failures

    assert all_of(scene) == (([], [], 0), False, 0)


def test_an_update_that_never_ends_is_given_up_after_15_minutes_and_the_ladder_goes_on():
    async def scene(r):
        await r.online()
        await update(r, ends="never")
        await r.sleep(890)
        before = resets(r), r.module.fota.disturbed
        took = await r.until(lambda: r.pins["reset_pin"].levels, 200)
        return before, took

    before, took = all_of(scene)
    assert before == (([], [], 0), 0)
    assert took < 150


@pytest.mark.parametrize(
    "rung, failures, name",
    [
        (1, 3, "reboot"),
        (2, 3, "reset pin"),
        (3, 3, "power pin"),
        (4, 3, "session"),
        (4, 9, "restart"),
    ],
)
def test_an_update_that_begins_in_the_pause_of_the_ladder_is_not_reset_into(rung, failures, name):
    async def scene(r):
        await r.online()
        ladder = r.node.supervisor.ladder  # what was tried before has failed
        ladder.rung, ladder.failures = rung, failures
        r.module.emit("+MIPLEVENT:0,9")
        await r.until(lambda: r.node.supervisor.state == "offline")
        coming = r.node.supervisor.next_try
        await update(r, download_s=2, write_s=800)
        await r.sleep(700)
        return coming.rpartition(" in ")[0], resets(r), r.module.fota.disturbed

    assert all_of(scene) == (name, ([], [], 0), 0)


def test_one_that_begins_while_the_node_brings_the_module_up():
    async def scene(r):
        await r.until(lambda: "AT+CEREG=1" in r.sent)
        r.module.fota.start(download_s=1, write_s=200)
        await r.until(lambda: r.module.fota.writing)
        await r.until(lambda: not r.module.fota.writing, 300)
        await r.online(120)
        return r.module.fota.disturbed, r.module.fota.broken, resets(r)

    assert all_of(scene, module={"register_ms": 60_000}) == (0, False, ([], [], 0))


def test_the_search_for_another_baud_rate_is_given_up_for_it():
    async def scene(r):
        await r.online()
        r.module.reboot()
        r.uart.port.set_bauds(module=57600)
        await r.until(lambda: any("no OK from" in text for text in r.said), 120)
        r.uart.port.set_bauds(module=9600)
        await r.until(lambda: r.uart.port.mcu_baud == 9600, 60)
        rates = []
        r.uart.init = lambda **options: rates.append(options)
        r.uart.put(b"\r\nFIRMWARE UPDATING\r\n")
        await r.sleep(1)
        seen = len(r.sent)
        await r.sleep(300)
        return r.sent[seen:], rates, r.node.supervisor.state

    assert play(scene) == ([], [], "the module updates its firmware")


def test_a_node_that_starts_into_it_waits_for_its_end():
    async def scene(r):
        r.uart.put(b"\r\nFIRMWARE UPDATING\r\n")
        await r.sleep(300)
        seen = list(r.sent), r.node.supervisor.state, [t for t in r.said if "no OK from" in t]
        r.uart.put(b"\r\nFIRMWARE UPDATE OVER\r\n")
        await r.online()
        return seen

    sent, state, hints = all_of(scene)
    assert len(sent) <= 1  # a probe before the word came
    assert (state, hints) == ("the module updates its firmware", [])


def test_udp_alone_leaves_it_alone_too():
    async def scene(r):
        await r.until(lambda: r.node.supervisor.state == "online")
        await r.sleep(30)
        await update(r, write_s=400)
        await r.until(lambda: not r.module.fota.writing, 500)
        await r.until(lambda: r.node.supervisor.state == "online", 120)
        sent = r.node.uplink.sent
        await r.sleep(60)
        return r.module.fota.disturbed, resets(r), r.node.uplink.sent > sent

    assert all_of(scene, config={**UDP, "onenet.enabled": False}) == (0, ([], [], 0), True)


def test_ctrl_c_while_it_writes_sends_nothing_and_says_why():
    async def scene(r):
        await r.online()
        await update(r)
        r.node.supervisor.stopping = True
        begun = r.clock.ticks_ms()
        await r.node.shutdown()
        return r.module.fota.disturbed, r.clock.ticks_diff(r.clock.ticks_ms(), begun), r.said[-1]

    disturbed, took_ms, said = all_of(scene)
    assert (disturbed, said) == (0, "not de-registered: the module writes its own firmware")
    assert took_ms < 8000


def test_a_task_that_fails_again_and_again_does_not_restart_the_board_meanwhile():
    async def scene(r):
        await r.online()

        async def fail():
            raise KeyError("broken")

        await update(r, write_s=600)
        task = asyncio.create_task(r.node.keep_running("sampler", fail))
        await r.sleep(300)
        early = r.restarts
        await r.until(lambda: r.restarts, 900)
        task.cancel()
        return early, r.module.fota.disturbed

    assert all_of(scene) == (0, 0)


def test_the_watchdog_restarts_no_board_meanwhile_and_is_fed(monkeypatch):
    from node import watchdog

    fed = []

    class Wdt:
        def __init__(self, timeout):
            pass

        def feed(self):
            fed.append(1)

    monkeypatch.setattr(watchdog.machine, "WDT", Wdt, raising=False)

    async def scene(r):
        await r.online()
        await update(r, write_s=600)
        r.node.tasks[0].cancel()  # the sampler, which reports no more
        task = asyncio.create_task(watchdog.Watchdog(r.node, 8).run())
        await r.sleep(300)
        early, count = r.restarts, len(fed)
        await r.until(lambda: r.restarts, 900)
        task.cancel()
        return early, count, r.module.fota.writing

    early, count, writing = all_of(scene)
    assert (early, writing) == (0, False)
    assert 298 <= count <= 302


CYCLE = {"power.mode": "cycle", "power.period": 600, "onenet.lifetime": 7200, "log.trace": 0}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("download_s", [1, 4, 15])
def test_a_board_in_duty_cycle_does_not_sleep_until_it_is_over(tmp_path, form, download_s):
    """What wakes up sends AT, and knows nothing of an update that began before."""

    async def scene(r):
        def wake(r):
            if len(r.slept) == 2:
                r.module.timers.after(3000, lambda: r.module.fota.start(download_s, 700, form))

        r.on_wake = wake
        await r.run(7200)
        fota = r.module.fota
        return fota.disturbed, fota.broken, len(r.slept), r.device.online, r.said

    disturbed, broken, cycles, online, said = play_cycle(scene, CYCLE, tmp_path)
    assert (disturbed, broken, online) == (0, False, True), said
    assert cycles >= 9
    assert not any("next try" in text for text in said)


def test_a_cycle_that_follows_two_failures_reboots_no_module_that_downloads(tmp_path):
    async def scene(r):
        events = []
        r.platform.listen(events.append)

        def wake(r):
            r.node.supervisor.kept["failed"] = 2
            r.module.timers.after(500, lambda: r.module.fota.start(30, 60))

        r.on_wake = wake
        await r.run(25)
        stored = [e for e in events if type(e).__name__ == "Stored"]
        return len(stored) > 0, r.said

    stored, said = play_cycle(scene, CYCLE, tmp_path, module={"boot_ms": 100})
    assert stored, said
    assert not any("next try" in text for text in said)
