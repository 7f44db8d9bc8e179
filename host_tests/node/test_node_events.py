"""What a module reports or refuses, and what the node makes of it: state, cause, way back."""

import re

from node_rig import play
from test_node_rungs import back, refuse, rungs

from bench.faults.tricks import Tricks
from bench.module.syntax import cme
from m5310 import errors

LOST = (3, 5, 7, 8, 9, 10, 12, 13, 15)
RENEWED = (14, 20)
TOLD = (0, 1, 2, 4, 6, 11, 16, 19, 21, 25, 26, 27, 99)


def trick(r, do, command, nth=1, **args):
    """Have the nth such command fail."""
    if not r.module.tricks:
        r.module.tricks = Tricks(lambda *args: None, r.module.timers.now)
    r.module.tricks.arm(do, {"nth": nth, "command": command, **args})


def test_every_event_that_ends_a_registration_makes_a_new_one():
    async def scene(r):
        await r.online()
        seen = []
        for event in LOST:
            r.node.supervisor.ladder.reset()  # each as if a session had stood for long
            r.module.session.close()
            r.module.emit("+MIPLEVENT:0,%d" % event)
            await r.until(lambda: r.node.supervisor.state == "offline", 10)
            status = r.node.status()
            seen.append((event, status["node"]["cause"], status["session"]["cause"]))
            await r.online(60)
        return seen, r.node.supervisor.sessions, set(rungs(r))

    seen, sessions, taken = play(scene, baud=0)
    assert seen == [(e, "failed: " + errors.event(e), errors.event(e)) for e in LOST]
    assert sessions == 1 + len(LOST)
    assert taken == {"session"}


def test_the_other_events_leave_the_session_alone():
    async def scene(r):
        await r.online()
        updates = []
        for event in RENEWED + TOLD:
            before = r.sent.count("AT+MIPLUPDATE=0,0,0")
            r.module.emit("+MIPLEVENT:0,%d,7" % event)
            await r.sleep(2)
            if r.sent.count("AT+MIPLUPDATE=0,0,0") > before:
                updates.append(event)
        for line in ("+MIPLEVENT:0", "+MIPLEVENT:", "+MIPLEVENT:x,9", "+MIPLEVENT:0,-9"):
            r.module.emit(line)
        await r.sleep(2)
        return updates, r.node.supervisor.sessions, r.node.supervisor.state

    assert play(scene, baud=0) == (list(RENEWED), 1, "online")


def test_every_way_to_boot_is_noticed():
    async def scene(r):
        for count, cause in enumerate(("", "REBOOT_CAUSE_SECURITY_PMU_POWER_ON_RESET", "Neul")):
            await r.online(60)
            r.node.supervisor.ladder.reset()
            r.module.reboot(cause)
            await r.until(lambda: r.node.supervisor.state == "offline", 10)
            assert "the module rebooted" in r.node.supervisor.cause, count
        await r.online(60)
        return r.node.modem.boots, r.node.supervisor.sessions

    assert play(scene, baud=0) == (3, 4)


def test_a_session_of_before_our_restart_is_replaced():
    """CREATE is answered +CIS ERROR: 602 then."""

    async def scene(r):
        await r.until(lambda: r.module.booted, 5)
        r.module.session.created = True
        r.module.session.state = "open"
        await r.online()
        create = re.compile(r"AT\+MIPL(CREATE|DELETE)")
        return [line for line in r.sent if create.match(line)], r.node.supervisor.recoveries

    sent, recoveries = play(scene, baud=0)
    assert sent == ["AT+MIPLCREATE", "AT+MIPLDELETE=0", "AT+MIPLCREATE"]
    assert recoveries == 0


def test_an_open_that_is_refused_is_repeated_in_a_new_session():
    async def scene(r):
        trick(r, "error", "AT+MIPLOPEN", text="+CIS ERROR: 602")
        trick(r, "error", "AT+MIPLOPEN", nth=2, text="ERROR")
        await r.until(lambda: r.node.supervisor.recoveries == 1, 30)
        first = r.node.supervisor.cause
        await r.until(lambda: r.node.supervisor.recoveries == 2, 30)
        second = r.node.supervisor.cause
        await r.online(60)
        return first, second, rungs(r), r.node.supervisor.cause

    assert play(scene, baud=0) == (
        "+CIS ERROR 602 (state error): AT+MIPLOPEN=0,3600,30",
        "ERROR: AT+MIPLOPEN=0,3600,30",
        ["session", "session"],
        "",
    )


def test_a_network_that_denies_is_told_and_asked_again():
    async def scene(r):
        radio = r.module.radio
        found = radio._found
        radio._found = lambda: radio._set_stat(3)
        await r.until(lambda: r.node.supervisor.recoveries == 1, 60)
        said, cause = list(r.said), r.node.supervisor.cause
        radio._found = found
        radio.search()
        await r.online(60)
        return said, cause

    said, cause = play(scene, baud=0, config={"network.register_timeout": 20})
    denied = "denied: is the SIM activated for NB-IoT?"
    assert cause == "no answer in time: network registration, " + denied
    assert any(text.startswith("waiting for the network: 10 s, " + denied) for text in said)


def test_a_missing_sim_is_told_and_found_when_it_is_there():
    async def scene(r):
        def missing(module, args):
            raise cme(310)

        radio = r.module.radio
        found = radio._found
        radio._found = lambda: None
        commands = r.module._commands
        real = commands["+CIMI", "run"]
        commands["+CIMI", "run"] = missing
        r.module.cmee = 1
        await r.until(lambda: r.node.supervisor.recoveries == 1, 60)
        said = list(r.said)
        commands["+CIMI", "run"] = real
        radio._found = found
        radio.search()
        await r.online(60)
        return said, r.node.modem.network.imsi

    said, imsi = play(scene, baud=0, config={"network.register_timeout": 20})
    assert "+CME ERROR 310 (SIM not inserted): AT+CIMI" in said
    assert imsi == "460040000000018"


def test_a_lifetime_that_ran_out_while_nobody_listened():
    async def scene(r):
        await r.online()
        update = refuse(r, "+MIPLUPDATE")
        r.node.modem.mipl.update_due = lambda: False  # as if it had been held up
        await r.until(lambda: r.node.supervisor.state == "offline", 150)
        cause = r.node.supervisor.cause
        update()
        del r.node.modem.mipl.update_due
        await r.online(60)
        return cause, rungs(r), r.device.online

    assert play(scene, baud=0, config={"onenet.lifetime": 120}) == (
        "failed: lifetime ran out",
        ["session"],
        True,
    )


def test_a_network_that_is_gone_for_long_is_registered_with_anew():
    async def scene(r):
        await r.online()
        r.module.set_network(False)
        await r.until(lambda: r.node.supervisor.state == "offline", 400)
        cause = r.node.supervisor.cause
        r.module.set_network(True)
        result = await back(r, 300)
        return cause, [text for text in r.said if "network lost" in text][:2], result[1:]

    cause, said, works = play(scene, baud=0)
    assert cause == "failed: network lost"
    assert said == ["network lost for 30 s", "network lost for 60 s"]
    assert works == (205, 3)


def test_a_module_that_is_stuck_in_a_command_is_waited_for():
    async def scene(r):
        await r.online()
        trick(r, "late", "AT+MIPLUPDATE", ms=40_000)
        r.module.emit("+MIPLEVENT:0,14")
        await r.until(lambda: r.node.supervisor.state == "the module is silent", 30)
        await r.until(lambda: r.node.supervisor.state == "online", 60)
        op = await r.ask("read", 3303, 0, 5700)
        return op.code, r.node.supervisor.sessions, r.node.supervisor.recoveries

    assert play(scene, baud=0) == (205, 1, 0)
