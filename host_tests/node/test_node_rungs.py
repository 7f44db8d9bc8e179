"""Every rung of the ladder brings a node back, and the one after it is not used then."""

import pytest
from node_rig import play

from bench.faults.tricks import Tricks
from bench.module.syntax import cis

STATE = 602


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def nothing(r):
    pass


def pins(r):
    return {name: r.pins[name].levels for name in ("reset_pin", "power_pin")}


def rungs(r):
    """Return the rungs that were taken, in their order, from what was logged."""
    found = [text.rpartition("; next: ")[2] for text in r.said if "; next: " in text]
    return [text.rpartition(" in ")[0] for text in found]


def all_of(scene, **acts):
    """As play, on a board with everything the ladder may use."""
    given = dict.fromkeys(("reset_pin", "power_pin", "restart"), nothing)
    return play(scene, baud=0, **{**given, **acts})


def refuse(r, name, kind="set"):
    """Have the module refuse a command with its state; return what ends that."""
    commands = r.module._commands
    real = commands[name, kind]

    def refused(module, args):
        raise cis(STATE)

    commands[name, kind] = refused
    return lambda: commands.update({(name, kind): real})


async def back(r, seconds=1000):
    """Wait until the node is online anew; return the rungs it took, and whether it works."""
    await r.until(lambda: r.node.supervisor.state != "online", seconds)
    await r.online(seconds)
    op = await r.ask("read", 3303, 0, 5700)
    return rungs(r), op.code, len(r.device.observed)


def test_the_probe_gets_the_line_in_step_and_the_session_stands():
    async def scene(r):
        await r.online()
        r.module.tricks = tricks = Tricks(lambda *args: None, r.module.timers.now)
        tricks.arm("late", {"nth": 1, "command": "AT+MIPLNOTIFY", "ms": 2600})
        probes = r.node.modem.at.resync.sent
        r.board.set_temp("ds18x20-0", 50.0)
        await r.sleep(15)
        op = await r.ask("read", 3303, 0, 5700)
        late = r.node.modem.at.status()["late"] > 0, r.node.modem.at.status()["timeouts"]
        used = r.node.modem.at.resync.sent - probes
        return op.code, late, used > 0, r.node.supervisor.sessions, rungs(r), r.sent, pins(r)

    code, late, probed, sessions, taken, sent, levels = all_of(scene)
    assert (code, late, probed, sessions, taken) == (205, (True, 1), True, 1, [])
    assert "AT+MIPLCLOSE=0" not in sent
    assert levels == {"reset_pin": [], "power_pin": []}


def test_a_module_silent_for_less_than_a_minute_is_waited_for_and_the_session_stands():
    async def scene(r):
        await r.online()
        seen = len(r.sent)
        r.board.set_temp("ds18x20-0", 50.0)
        silent(r)
        await r.until(lambda: r.node.supervisor.state == "the module is silent", 60)
        await r.sleep(50)
        r.uart.stopped = False
        await r.online()
        op = await r.ask("read", 3303, 0, 5700)
        searched = [text for text in r.said if text.startswith("no OK from the module")]
        return op.code, r.node.supervisor.sessions, rungs(r), searched, r.sent[seen:], pins(r)

    code, sessions, taken, searched, sent, levels = all_of(scene)
    assert (code, sessions, taken, searched) == (205, 1, [], [])
    assert "AT+MIPLUPDATE=0,0,0" in sent and "AT+MIPLCLOSE=0" not in sent
    assert levels == {"reset_pin": [], "power_pin": []}


def test_a_module_at_another_baud_rate_is_found_by_the_search_alone():
    async def scene(r):
        await r.online()
        seen = len(r.sent)
        r.module.reboot()
        r.uart.port.set_bauds(module=57600)
        result = await back(r)
        return result, r.sent[seen:], r.restarts, r.uart.port.mcu_baud

    # Without pins: with them it would be reset first. To "wait" is all that the ladder does.
    result, sent, restarts, baud = play(scene, restart=nothing)
    assert result == (["wait"], 205, 3)
    assert "AT+NRB" not in sent
    assert (restarts, baud) == (0, 57600)


def test_a_new_session_is_enough_for_a_registration_that_is_gone():
    async def scene(r):
        await r.online()
        seen = len(r.sent)
        r.module.session.close()
        r.module.emit("+MIPLEVENT:0,9")
        result = await back(r)
        return result, r.sent[seen:], pins(r), r.restarts

    result, sent, levels, restarts = all_of(scene)
    assert result == (["session"], 205, 3)
    assert "AT+MIPLDELETE=0" in sent
    assert "AT+NRB" not in sent
    assert (levels, restarts) == ({"reset_pin": [], "power_pin": []}, 0)


def test_a_module_that_refuses_every_session_is_rebooted():
    async def scene(r):
        await r.online()
        mend = refuse(r, "+MIPLOPEN")
        boot = r.module._boot

        def boots(cause):
            mend()
            boot(cause)

        r.module._boot = boots
        r.module.emit("+MIPLEVENT:0,9")
        result = await back(r)
        return result, r.sent.count("AT+NRB"), pins(r), r.restarts

    result, reboots, levels, restarts = all_of(scene)
    assert result == (["session"] * 3 + ["reboot"], 205, 3)
    assert (reboots, levels, restarts) == (1, {"reset_pin": [], "power_pin": []}, 0)


def silent(r):
    """Have the module say nothing any more; return what ends that."""
    r.uart.stopped = True


def speak(r):
    r.uart.stopped = False
    r.module.reboot()


def test_a_silent_module_is_reset_by_its_pin():
    async def scene(r):
        await r.online()
        r.board.set_temp("ds18x20-0", 50.0)
        silent(r)
        seen = len(r.sent)
        result = await back(r)
        return result, "AT+NRB" in r.sent[seen:], pins(r), r.restarts

    result, rebooted, levels, restarts = all_of(scene, reset_pin=speak)
    assert result == (["reset pin"], 205, 3)
    assert not rebooted
    assert (levels, restarts) == ({"reset_pin": [1, 0], "power_pin": []}, 0)


def test_one_that_does_not_heed_its_reset_pin_loses_its_power():
    async def scene(r):
        await r.online()
        r.board.set_temp("ds18x20-0", 50.0)
        silent(r)
        result = await back(r)
        return result, pins(r), r.restarts

    result, levels, restarts = all_of(scene, power_pin=speak)
    assert result == (["reset pin", "reset pin", "power pin"], 205, 3)
    assert levels == {"reset_pin": [1, 0, 1, 0], "power_pin": [1, 0]}
    assert restarts == 0


def test_every_rung_in_its_order_each_with_its_tries_and_longer_pauses():
    async def scene(r):
        await r.online()
        mend = refuse(r, "+MIPLOPEN")
        r.mend = mend
        r.module.emit("+MIPLEVENT:0,9")
        result = await back(r, 6000)
        nexts = [text.rpartition("; next: ")[2] for text in r.said if "; next: " in text]
        pauses = [int(text.split(" in ")[1].split()[0]) for text in nexts]
        return result, pauses, r.sent.count("AT+NRB"), pins(r), r.restarts

    result, pauses, reboots, levels, restarts = all_of(scene, restart=lambda r: r.mend())
    taken = ["session"] * 3 + ["reboot"] * 2 + ["reset pin"] * 2 + ["power pin"] * 2 + ["restart"]
    assert result == (taken, 205, 3)
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 600, 600, 600]
    assert reboots == restarts + 1 == 2
    assert levels == {"reset_pin": [1, 0] * 2, "power_pin": [1, 0] * 2}


def test_when_nothing_helps_the_mcu_is_restarted_once():
    """Behind the tenth failure: what outputs and counters hold is lost with it."""

    async def scene(r):
        await r.online()
        r.board.set_temp("ds18x20-0", 50.0)
        silent(r)
        await r.until(lambda: r.node.supervisor.ladder.failures, 200)
        r.node.supervisor.ladder.failures = 9  # before
        result = await back(r, 2000)
        return result, r.restarts

    (taken, *works), restarts = play(scene, baud=0, restart=speak)
    assert taken == ["wait", "restart"]
    assert works == [205, 3]
    assert restarts == 1


def test_what_is_wrong_and_what_comes_next_is_told():
    async def scene(r):
        await r.online()
        refuse(r, "+MIPLOPEN")
        r.module.emit("+MIPLEVENT:0,9")
        await r.until(lambda: "offline" in r.said, 60)
        first = r.node.status()["node"]
        await r.until(lambda: r.said.count("offline") == 2, 60)
        return first, r.node.status()["node"], [text for text in r.said if "next: " in text]

    first, second, said = all_of(scene)
    assert (first["state"], first["next_try"]) == ("offline", "session in 5 s")
    assert first["cause"] == "failed: lifetime ran out"
    assert (second["state"], second["next_try"]) == ("offline", "session in 10 s")
    assert second["cause"] == "+CIS ERROR 602 (state error): AT+MIPLOPEN=0,3600,30"
    assert said == ["%s; next: %s" % (each["cause"], each["next_try"]) for each in (first, second)]
