"""Readings by UDP, with and beside OneNET, with datagrams lost, restarts and commands."""

import itertools

import node_rig
import pytest

from bench.uplink import UplinkPeer

SERVER = "10.0.0.2:5700"


def play(scene, tmp_path, profile="seed", config=None, key=None, **options):
    """Run scene(rig) with rig.peer, the server, and rig.got, what it passed on."""
    settings = {"udp.server": SERVER, "udp.period": 10, "onenet.enabled": False, "udp.key": key}
    settings.update(config or {})
    options.setdefault("folder", str(tmp_path / "box"))

    async def served(r):
        r.got = []
        r.peer = UplinkPeer(
            r.module,
            SERVER,
            lambda imei, reading: r.got.append(reading),
            key=key and key.encode(),
        )
        return await scene(r)

    return node_rig.play(served, module={"profile": profile}, config=settings, **options)


def numbers(r):
    return [reading.number for reading in r.got]


@pytest.mark.parametrize("profile", ["seed", "m5310a"])
def test_every_reading_arrives_once_and_in_order(tmp_path, profile):
    async def scene(r):
        await r.sleep(120)
        r.board.set_temp("ds18x20-0", -5.5)
        await r.sleep(120)
        status = r.node.status()["uplink"]
        return numbers(r), {reading.value for reading in r.got}, status, r.sent

    got, values, status, sent = play(scene, tmp_path, profile)
    assert got == list(range(len(got))) and len(got) >= 40
    assert -5.5 in values
    assert status["acknowledged"] == len(got) and status["waiting"] <= 2
    assert not [line for line in sent if "MIPL" in line]


@pytest.mark.parametrize("loss", [0.2, 0.6])
def test_lost_datagrams_lose_and_double_nothing(tmp_path, loss):
    async def scene(r):
        await r.until(lambda: r.got)
        r.module.air.loss = loss
        await r.sleep(900)
        r.module.air.loss = 0
        await r.until(lambda: len(r.node.uplink.store) <= 2, 900)
        return numbers(r), r.peer.receiver.repeated, r.module.air.lost

    got, repeated, lost = play(scene, tmp_path)
    assert got == list(range(len(got))) and len(got) >= 180
    assert repeated and lost > 10


def test_an_outage_is_made_up_for_with_the_times_of_the_readings(tmp_path):
    async def scene(r):
        await r.until(lambda: r.got and r.node.uplink.wall())
        r.module.set_network(False)
        await r.sleep(200)
        r.module.set_network(True)
        await r.until(lambda: len(r.got) > 50, 900)
        return numbers(r), [reading.time for reading in r.got]

    got, times = play(scene, tmp_path)
    assert got == list(range(len(got)))
    known = [time for time in times if time]
    assert len(known) > len(times) - 8
    steps = {b - a for a, b in itertools.pairwise(known)}
    assert steps <= set(range(13)) and max(steps) >= 9


def test_a_restart_of_the_node_doubles_nothing(tmp_path):
    state = {}

    def run(seconds, loss):
        async def scene(r):
            r.peer.receiver.state = state
            r.module.air.loss = loss
            await r.sleep(seconds)
            return numbers(r)

        return play(scene, tmp_path)

    first = run(100, 0.0)
    during = run(100, 0.5)
    last = run(200, 0.0)
    got = first + during + last
    assert got == list(range(len(got)))
    assert len(last) >= 36


def test_a_reboot_of_the_module_makes_a_new_socket(tmp_path):
    async def scene(r):
        await r.until(lambda: len(r.got) > 3)
        r.module.reboot()
        await r.until(lambda: len(r.got) > 12, 120)
        return numbers(r)

    got = play(scene, tmp_path)
    assert got == list(range(len(got)))


@pytest.mark.parametrize("key", [None, "a shared key"])
def test_commands_are_done_once_and_answered(tmp_path, key):
    async def scene(r):
        ask = r.peer.receiver.command
        imei = int(r.imei)
        await r.until(lambda: r.got)
        commands = [
            ask(imei, "write", (3306, 0, 5850), (True, 5851, 22)),
            ask(imei, "read", (3306, 0, 5851)),
            ask(imei, "read", (3303, 0, 5701)),
            ask(imei, "execute", (3303, 0, 5605), ("reset",)),
            ask(imei, "write", (3306, 0, 5851), (101,)),
            ask(imei, "read", (3399, 0, 0)),
        ]
        await r.until(lambda: all(each.done for each in commands), 60)
        answers = [(each.done.code, each.done.values) for each in commands]
        return answers, r.board.pins[26], r.node.uplink.commands.count

    answers, pin, done = play(scene, tmp_path, key=key)
    assert answers == [
        (204, ()),
        (205, ((0, 5851, 22),)),
        (205, ((0, 5701, "Cel"),)),
        (204, ()),
        (400, ()),
        (404, ()),
    ]
    assert (pin, done) == (1, 6)


def test_a_lost_answer_does_not_do_the_command_again(tmp_path):
    async def scene(r):
        await r.until(lambda: r.got)
        command = r.peer.receiver.command(int(r.imei), "execute", (3303, 0, 5605))
        answered = r.peer.receiver._answered
        lost = []
        r.peer.receiver._answered = lost.append  # the server does not get it
        await r.until(lambda: len(lost) == 3, 120)
        r.peer.receiver._answered = answered
        await r.until(lambda: command.done, 60)
        return r.node.uplink.commands.count, command.done.code

    assert play(scene, tmp_path) == (1, 204)


def test_what_others_send_is_refused(tmp_path):
    async def scene(r):
        await r.until(lambda: r.got)
        socket = next(iter(r.module.sockets.table.values()))
        for address, data in (
            (("10.0.0.2", 5700), b"\x00"),
            (("10.0.0.2", 5700), bytes.fromhex("84010900f6")),
            (("6.6.6.6", 5700), bytes.fromhex("8401182a0000")),
        ):
            r.module.sockets.receive(socket, *address, data)
            await r.sleep(2)
        before = len(r.got)
        await r.sleep(30)
        return r.node.uplink.refused, len(r.got) > before

    assert play(scene, tmp_path) == (3, True)


def test_beside_onenet_both_get_the_readings(tmp_path):
    async def scene(r):
        await r.online()
        await r.sleep(60)
        op = await r.ask("read", 3303, 0, 5700)
        return numbers(r), op.code, r.device.notifications

    got, code, notified = play(scene, tmp_path, config={"onenet.enabled": True})
    assert got == list(range(len(got))) and len(got) >= 8
    assert code == 205 and notified > 5


def test_a_server_that_is_silent_is_asked_less_and_less(tmp_path):
    async def scene(r):
        await r.until(lambda: r.got)
        r.module.air.loss = 1.0
        start = r.node.uplink.sent
        await r.sleep(3600)
        tries = r.node.uplink.sent - start
        r.module.air.loss = 0.0
        await r.until(lambda: len(r.node.uplink.store) <= 2, 900)
        return tries, numbers(r)

    tries, got = play(scene, tmp_path)
    assert tries < 16 and got == list(range(len(got)))
