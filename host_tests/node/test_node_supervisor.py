"""What the supervisor makes of the queries it keeps a session by: each is judged for itself."""

import pytest
from node_rig import play

from bench.faults.tricks import Tricks
from bench.module.syntax import Refused
from energy.world import play as play_cycle

UDP = {
    "udp.server": "10.0.0.2:5700",
    "udp.period": 10,
    "udp.key": "0123456789abcdef",
    "onenet.enabled": False,
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def refuse(r, name, kind):
    """Have the module refuse a command for good."""

    def refused(module, args):
        raise Refused

    r.module._commands[name, kind] = refused


def trick(r, do, **args):
    r.module.tricks = tricks = Tricks(lambda *args: None, r.module.timers.now)
    tricks.arm(do, {"nth": 1, **args})


def nexts(r):
    """Return what the ladder said it would do next, in order."""
    return [text.rpartition("; next: ")[2] for text in r.said if "; next: " in text]


async def lose(r):
    """Have the platform's registration end, and wait until the node has noticed."""
    count = len(nexts(r))
    r.module.session.close()
    r.module.emit("+MIPLEVENT:0,9")
    await r.until(lambda: len(nexts(r)) > count)


@pytest.mark.parametrize("stands_s, following", [(59, "session in 10 s"), (61, "session in 5 s")])
def test_a_session_that_stood_for_60_seconds_starts_the_ladder_anew(stands_s, following):
    async def scene(r):
        await r.online()
        await lose(r)
        await r.until(lambda: r.node.supervisor.state == "online", 120)
        await r.sleep(stands_s)
        await lose(r)
        return nexts(r)

    assert play(scene, baud=0) == ["session in 5 s", following]


@pytest.mark.parametrize("query", ["AT+CEREG?", "AT+CSQ"])
def test_a_module_that_restarts_in_the_middle_of_a_check_is_brought_up_anew(query):
    """Without OneNET there is no session that would tell of it."""

    async def scene(r):
        await r.until(lambda: r.node.supervisor.state == "online")
        seen = len(r.sent)
        await r.until(lambda: query in r.sent[seen:])
        r.module.reboot()
        await r.until(lambda: "AT+CEREG=1" in r.sent[seen:], 60)
        await r.until(lambda: r.node.supervisor.state == "online", 60)
        return r.node.supervisor.sessions, [t for t in r.said if t.startswith("network lost")]

    assert play(scene, config=UDP) == (2, [])


def test_a_module_that_restarts_between_two_checks_is_brought_up_anew_without_onenet():
    async def scene(r):
        await r.until(lambda: r.node.supervisor.state == "online")
        await r.sleep(5)
        seen = len(r.sent)
        r.module.reboot()
        await r.until(lambda: "AT+CEREG=1" in r.sent[seen:], 60)
        await r.until(lambda: r.node.supervisor.state == "online", 60)
        return r.node.supervisor.sessions

    assert play(scene, baud=0, config=UDP) == 2


@pytest.mark.parametrize("refused", [False, True])
def test_a_network_that_is_gone_is_noticed_while_the_signal_query_is_refused_too(refused):
    async def scene(r):
        await r.online()
        if refused:
            refuse(r, "+CSQ", "run")
        r.module.set_network(False)
        await r.until(lambda: r.node.supervisor.state != "online", 400)
        return [text for text in r.said if text.startswith("network lost")], nexts(r)

    lost, following = play(scene, baud=0)
    assert lost == ["network lost for %d s" % s for s in range(30, 301, 30)]
    assert following == ["session in 5 s"]


def test_a_network_that_is_gone_is_noticed_while_the_signal_query_is_never_answered():
    async def scene(r):
        await r.online()
        r.module.set_network(False)
        for _ in range(6):
            trick(r, "late", command="AT+CSQ", ms=2500)
            await r.sleep(30)
        return [text for text in r.said if text.startswith("network lost")]

    assert len(play(scene, baud=0)) >= 5


@pytest.mark.parametrize("gone_s", [100, 250])
def test_behind_a_network_that_was_gone_the_registration_is_renewed(gone_s):
    async def scene(r):
        await r.online()
        r.module.set_network(False)
        await r.sleep(gone_s)
        before = r.sent.count("AT+MIPLUPDATE=0,0,0")
        r.module.set_network(True)
        await r.until(lambda: "AT+MIPLUPDATE=0,0,0" in r.sent, 60)
        await r.sleep(120)
        updates = r.sent.count("AT+MIPLUPDATE=0,0,0")
        return before, updates, r.node.supervisor.sessions, r.node.supervisor.state

    assert play(scene, baud=0, config={"onenet.lifetime": 86400}) == (0, 1, 1, "online")


def test_a_registration_the_platform_has_dropped_meanwhile_is_made_anew():
    async def scene(r):
        await r.online()
        r.module.set_network(False)
        await r.sleep(100)
        r.device.online = False
        refuse(r, "+MIPLUPDATE", "set")
        r.module.set_network(True)
        await r.until(lambda: r.node.supervisor.sessions == 2, 120)
        return nexts(r)

    assert play(scene, baud=0, config={"onenet.lifetime": 86400}) == ["session in 5 s"]


def test_a_line_that_falls_silent_before_the_clock_is_asked_for_ends_no_session():
    async def scene(r):
        await r.online()
        seen = r.sent.count("AT+CSQ")
        await r.until(lambda: r.sent.count("AT+CSQ") > seen, 60)
        r.uart.stopped = True
        await r.sleep(30)
        state = r.node.supervisor.state
        r.uart.stopped = False
        await r.until(lambda: r.node.supervisor.state == "online")
        return state, r.node.supervisor.sessions, nexts(r)

    got = play(scene, config={"onenet.timestamps": True}, module={"clock_ms": 10**7})
    assert got == ("the module is silent", 1, [])


@pytest.mark.parametrize("command", ["AT+CPSMS", "AT+CEDRXS", "AT+NPSMR"])
def test_power_saving_that_is_answered_too_late_keeps_no_node_from_its_network(command):
    async def scene(r):
        trick(r, "late", command=command, ms=7000)
        await r.online(120)
        return r.node.supervisor.recoveries

    assert play(scene, baud=0, config={"power.mode": "psm"}) == 0


@pytest.mark.parametrize("command", ["AT+CEREG=5", "AT+CPSMS"])
def test_a_cycle_reports_although_the_network_does_not_tell_its_timers(tmp_path, command):
    config = {"power.mode": "cycle", "power.period": 600, "onenet.lifetime": 7200, "log.trace": 0}

    async def scene(r):
        events = []
        r.platform.listen(events.append)
        trick(r, "error", command=command, text="ERROR")
        await r.run(500)
        stored = [e for e in events if type(e).__name__ == "Stored"]
        return len(stored) > 0, [text for text in r.said if "next try" in text]

    assert play_cycle(scene, config, tmp_path) == (True, [])


def test_a_rate_that_the_uart_refuses_does_not_end_the_search_for_the_module():
    async def scene(r):
        await r.online()
        init = r.uart.init

        def picky(baudrate, **options):
            if baudrate == 115200:
                raise ValueError("baudrate")
            init(baudrate=baudrate, **options)

        r.uart.init = picky
        r.module.reboot()
        r.uart.port.set_bauds(module=57600)
        await r.until(lambda: r.node.supervisor.state != "online")
        await r.online(300)
        return r.uart.port.mcu_baud

    assert play(scene) == 57600
