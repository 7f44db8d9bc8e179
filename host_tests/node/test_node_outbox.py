"""Readings that could not be notified reach the platform later: in order, once, at a slow pace."""

import itertools

from node_rig import play

FAST = {"outbox.readings": 256, "outbox.period": 60}


def stored(r, iid=0):
    """Return the values of 3303/iid/5700 at the platform, oldest first."""
    path = (3303, iid, 5700)
    return [point.value for point in r.platform.store.points.newest(r.device.id, [path])][::-1]


async def outage(r, seconds, temperatures=()):
    """Have the module without power for seconds; a new temperature every minute."""
    r.uart.stopped = True
    for temperature in temperatures or [20.0]:
        r.board.set_temp("ds18x20-0", temperature)
        await r.sleep(seconds / (len(temperatures) or 1))
    r.uart.stopped = False


def test_readings_of_an_outage_are_delivered_in_order_and_once(tmp_path):
    values = [30.0, 31.0, 32.0, 33.0, 34.0, 35.0, 36.0, 37.0]

    async def scene(r):
        await r.online()
        courier = r.node.courier
        before = len(stored(r))
        await outage(r, 16 * 60, values)
        await r.until(lambda: r.node.supervisor.state == "online", 900)
        kept = len(courier.outbox) + len(courier.held)
        await r.until(lambda: len(courier.outbox) == 0 and not courier.held, 300)
        await r.sleep(5)
        at = [t for t, way, text in r.lines if "MIPLNOTIFY" in text and text.count(",") == 10]
        return stored(r)[before:], kept, r.node.status()["outbox"], at

    got, kept, status, at = play(scene, config=FAST, baud=0, folder=str(tmp_path / "box"))
    assert kept >= 20
    # What is notified as soon as it is observed is the newest; the kept ones follow in order.
    kept_ones = [value for value in got if value in values[1:-1]]
    assert kept_ones == sorted(kept_ones) and len(set(kept_ones)) >= 5
    assert min(b - a for a, b in itertools.pairwise(at[4:])) >= 500
    assert status["waiting"] == status["dropped"] == status["lost"] == status["damaged"] == 0
    assert status["delivered"] >= 20


def test_readings_outlive_the_node(tmp_path):
    folder = str(tmp_path / "box")

    async def offline(r):
        r.uart.stopped = True
        await r.sleep(600)
        return len(r.node.courier.outbox)

    async def later(r):
        await r.online()
        await r.until(lambda: len(r.node.courier.outbox) == 0, 120)
        await r.sleep(3)
        return r.node.status()["outbox"]

    waiting = play(offline, config=FAST, baud=0, folder=folder)
    assert waiting >= 16
    status = play(later, config=FAST, baud=0, folder=folder)
    assert status["delivered"] == waiting
    assert status["unwanted"] == 0


def test_a_notification_that_did_not_arrive_is_sent_again(tmp_path):
    async def scene(r):
        await r.online()
        await r.sleep(20)
        r.node.modem.mipl.on_ack(0, False)  # nobody's
        await r.ask("write_attributes", 3303, 0, 5700, pmin=1)
        r.module.air.loss = 1.0
        r.board.set_temp("ds18x20-0", 51.5)
        await r.until(lambda: any("51.5" in line for line in r.sent), 30)
        await r.sleep(100)
        r.module.air.loss = 0.0
        await r.until(lambda: 51.5 in stored(r), 200)
        return stored(r).count(51.5)

    assert play(scene, config=FAST, baud=0, folder=str(tmp_path / "box")) in (1, 2)


def test_what_nobody_observes_does_not_block_the_rest(tmp_path):
    async def scene(r):
        await r.online()
        await outage(r, 200)
        await r.until(lambda: r.node.supervisor.state == "online", 400)
        await r.ask("cancel", 3303, 0)
        await r.until(lambda: r.node.courier.unwanted > 0, 1500)
        return True

    config = {"outbox.readings": 64, "outbox.period": 30}
    assert play(scene, config=config, baud=0, folder=str(tmp_path / "box"))


def test_those_behind_it_that_nobody_observes_either_do_not_wait_as_long(tmp_path):
    async def scene(r):
        await r.online()
        await outage(r, 240)
        await r.until(lambda: r.node.supervisor.state == "online", 400)
        await r.ask("cancel", 3303, 0)
        await r.until(lambda: r.node.courier.unwanted > 0, 1500)
        kept = len(r.node.courier.outbox)
        await r.until(lambda: len(r.node.courier.outbox) == 0, 120)
        return kept, r.node.courier.unwanted, r.node.courier.delivered

    # Readings of both sensors in turns: each that is delivered makes the others wait anew.
    config = {"outbox.readings": 64, "outbox.period": 30}
    kept, unwanted, delivered = play(scene, config=config, folder=str(tmp_path / "box"))
    assert kept >= 8
    assert unwanted >= 4 <= delivered


def test_an_observation_the_module_does_not_know_blocks_nothing(tmp_path):
    """Its answer was lost, say: the node notifies under a msgid that the module refuses."""

    async def scene(r):
        await r.online()
        r.node.modem.at._line(b"+MIPLOBSERVE:0,990001,1,3303,0,5700")
        r.board.set_temp("ds18x20-0", 33.5)
        await r.until(lambda: 33.5 in stored(r), 60)
        refused = [line for line in r.sent if "NOTIFY=0,990001" in line]
        return len(refused), r.node.supervisor.sessions, "AT+MIPLUPDATE=0,0,0" in r.sent

    for config, folder in (({}, "none"), (FAST, str(tmp_path / "box"))):
        assert play(scene, config=config, baud=0, folder=folder) == (1, 1, True)


def deaf(r, path):
    """Have the platform lose the observation of path, of which the node has no way to know."""
    del r.device.observed[path]


def test_an_observation_the_platform_does_not_know_is_made_anew(tmp_path):
    """Its answer was lost on the air, say: the module takes notifications nobody waits for."""

    async def scene(r):
        await r.online()
        deaf(r, (3303, 0, -1))
        r.board.set_temp("ds18x20-0", 33.5)
        r.board.set_temp("ds18x20-1", 34.5)
        await r.until(lambda: 33.5 in stored(r), 300)
        return r.node.supervisor.sessions, r.node.courier.unwanted, 34.5 in stored(r, 1)

    assert play(scene, config=FAST, folder=str(tmp_path / "box")) == (2, 0, True)


def test_readings_a_platform_never_takes_are_given_up_after_one_new_session(tmp_path):
    class Forgetful(dict):
        def values(self):
            return []

    async def scene(r):
        await r.online()
        r.device.observed = Forgetful(r.device.observed)
        r.board.set_temp("ds18x20-0", 33.5)
        await r.until(lambda: r.node.courier.unwanted == 2, 600)
        sessions = r.node.supervisor.sessions
        r.device.observed = dict(r.device.observed)
        await r.until(lambda: len(r.node.courier.outbox) == 0, 100)
        return sessions, r.node.supervisor.sessions, r.node.courier.unwanted

    assert play(scene, config=FAST, folder=str(tmp_path / "box")) == (2, 2, 2)


def test_without_an_outbox_no_confirmation_is_asked_for():
    async def scene(r):
        await r.online()
        return [line for line in r.sent if "NOTIFY" in line], "outbox" in r.node.status()

    lines, there = play(scene, baud=0)
    assert lines and not there
    assert all(line.endswith(",0,0") for line in lines)


def test_a_folder_that_cannot_be_made_is_told_and_the_node_runs(tmp_path):
    (tmp_path / "file").write_text("x")

    async def scene(r):
        await r.online()
        return r.node.courier

    folder = str(tmp_path / "file" / "box")
    assert play(scene, config=FAST, baud=0, folder=folder) is None
