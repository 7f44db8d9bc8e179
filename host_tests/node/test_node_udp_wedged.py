"""A module whose sockets are stuck until AT+NRB: the whole node finds its way out."""

import pytest
from test_node_uplink import numbers, play

from bench.module.syntax import cme
from energy import world

BOTH = {"onenet.enabled": True}


def stick(r, *names, until=1):
    """Have the module refuse the commands called names until it was rebooted so often."""
    commands = r.module._commands
    real = {name: commands["+" + name, "set"] for name in names}
    left = [until]

    def refused(module, args):
        raise cme(3)

    commands.update({("+" + name, "set"): refused for name in names})
    boot = r.module._boot

    def booted(*args):
        left[0] -= 1
        if not left[0]:
            commands.update({("+" + name, "set"): each for name, each in real.items()})
        return boot(*args)

    r.module._boot = booted


def lose_sockets(r):
    """Have the module forget its sockets."""
    r.module.sockets.table.clear()


def rungs(r):
    return [text.rpartition("; next: ")[2] for text in r.said if "; next: " in text]


@pytest.mark.parametrize("config", [{}, BOTH])
@pytest.mark.parametrize("names", [("NSOCR", "NSOCL"), ("NSOST",), ("NSORF",)])
def test_stuck_sockets_are_healed_by_a_reboot_and_no_reading_is_lost(tmp_path, config, names):
    async def scene(r):
        await r.until(lambda: len(r.got) > 3, 200)
        if "NSOCR" in names:
            lose_sockets(r)
        stick(r, *names)
        await r.until(lambda: "AT+NRB" in r.sent, 900)
        await r.until(lambda: r.node.status()["uplink"]["fault"] == "", 300)
        await r.until(lambda: len(r.node.uplink.store) <= 2, 300)
        return numbers(r), r.node.uplink.lost, rungs(r), r.sent.count("AT+NRB"), r.said

    got, lost, taken, reboots, said = play(scene, tmp_path, config=config)
    assert got == list(range(len(got))) and len(got) > 12
    assert (lost, taken, reboots) == (0, ["reboot in 5 s"], 1)
    assert len([text for text in said if "UDP is down, readings are kept" in text]) == 1
    assert len([text for text in said if "work again" in text]) == 1


def test_a_node_whose_sockets_never_opened_does_not_say_that_it_is_online(tmp_path):
    async def scene(r):
        stick(r, "NSOCR", "NSOCL")
        states = set()
        while "AT+NRB" not in r.sent:
            await r.sleep(0.05)
            states.add(r.node.supervisor.state)
        before = [text for text in r.said if text == "online"]
        await r.until(lambda: r.node.supervisor.state == "online", 120)
        await r.until(lambda: r.got, 60)
        return states, before

    states, before = play(scene, tmp_path)
    assert "online" not in states and before == []
    assert "UDP is down" in states


def test_the_status_says_what_is_wrong(tmp_path):
    async def scene(r):
        stick(r, "NSOCR", "NSOCL")
        await r.sleep(60)
        status = r.node.status()
        return status["uplink"]["fault"], status["node"]["state"]

    fault, state = play(scene, tmp_path, config=BOTH)
    assert "NSOCR" in fault
    assert state == "UDP is down"


def test_a_module_that_a_reboot_does_not_heal_is_rebooted_less_and_less(tmp_path):
    async def scene(r):
        stick(r, "NSOCR", "NSOCL", until=10_000)
        await r.sleep(6 * 3600)
        reboots = r.sent.count("AT+NRB")
        made = len([line for line in r.sent if line.startswith("AT+NSOCR")])
        return reboots, made, r.node.uplink.lost, len(r.node.uplink.store)

    config = {"udp.readings": 4096, "udp.period": 60}
    reboots, made, lost, kept = play(scene, tmp_path, config=config)
    assert 5 <= reboots <= 10
    assert made < 500
    assert lost == 0 and kept >= 2 * 340


def test_pins_are_pulsed_where_the_reboots_did_not_help(tmp_path):
    async def scene(r):
        stick(r, "NSOCR", "NSOCL", until=3)
        await r.until(lambda: r.pins["reset_pin"].levels, 3600)
        await r.until(lambda: r.got, 300)
        return r.sent.count("AT+NRB")

    assert play(scene, tmp_path, reset_pin=lambda r: r.module.reboot()) == 2


def test_onenet_is_served_while_udp_is_down(tmp_path):
    async def scene(r):
        await r.online()
        lose_sockets(r)
        stick(r, "NSOCR", "NSOCL", until=10_000)
        online = tries = 0
        while tries < 720:
            await r.sleep(5)
            tries += 1
            online += r.device.online and r.node.modem.mipl.registered
        return online / tries

    # Registering again behind a reboot takes some 20 s.
    assert play(scene, tmp_path, config=BOTH) > 0.9


def test_a_server_that_is_silent_reboots_nothing(tmp_path):
    async def scene(r):
        await r.until(lambda: r.got)
        del r.module.peers["10.0.0.2:5700"]
        await r.sleep(2 * 3600)
        return r.sent.count("AT+NRB"), r.node.supervisor.state, r.node.supervisor.recoveries

    assert play(scene, tmp_path) == (0, "online", 0)


@pytest.mark.parametrize("form", ["words", "events"])
def test_a_module_that_updates_its_firmware_is_not_rebooted_for_its_sockets(tmp_path, form):
    async def scene(r):
        await r.until(lambda: r.got)
        lose_sockets(r)
        stick(r, "NSOCR", "NSOCL", until=1)
        r.module.fota.start(download_s=400, write_s=200, form=form)
        await r.sleep(590)
        early = "AT+NRB" in r.sent, r.module.fota.disturbed, r.module.fota.broken
        await r.until(lambda: len(r.node.uplink.store) <= 2, 900)
        return early, numbers(r), r.node.uplink.lost

    early, got, lost = play(scene, tmp_path, config=BOTH)
    assert early == (False, 0, False)
    assert got == list(range(len(got))) and len(got) > 100 and lost == 0


def test_in_a_duty_cycle_the_third_cycle_without_sockets_reboots_the_module(tmp_path):
    settings = {
        "power.mode": "cycle",
        "power.period": 3600,
        "log.trace": 0,
        "onenet.enabled": False,
        "udp.server": "10.0.0.2:5700",
        "udp.period": 3600,
        "outbox.readings": 0,
    }

    async def scene(r):
        got = []
        r.peer.receiver.on_reading = lambda imei, reading: got.append(reading.number)
        lines = []
        r.module.on_line = lambda way, raw, now: lines.append(raw)
        stick(r, "NSOCR", "NSOCL")
        await r.run(3 * 3600 + 600)
        return got, [line for line in lines if b"NRB" in line], r.awake_ms / len(r.slept)

    got, reboots, awake_ms = world.play(scene, settings, tmp_path)
    assert got == list(range(len(got))) and len(got) == 8
    assert len(reboots) == 1
    assert awake_ms < 45_000
