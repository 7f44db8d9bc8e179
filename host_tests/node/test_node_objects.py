"""A node with one of each object, end to end, with both profiles of the module."""

import node_rig
import pytest
from node_rig import EXAMPLE

OBJECTS = EXAMPLE.parent / "examples" / "objects.json"


def play(scene, profile, **options):
    return node_rig.play(scene, module={"profile": profile}, example=OBJECTS, **options)


@pytest.mark.parametrize("profile", ["seed", "m5310a"])
def test_each_is_discovered_read_written_and_notified(profile):
    async def scene(r):
        r.board.humidity, r.board.pressure = 61.0, 1001.5
        await r.until(lambda: r.node.supervisor.state == "online")
        await r.until(lambda: r.device and len(r.device.observed) == 5)
        await r.sleep(12)
        assert sorted(r.device.resources) == [3303, 3304, 3311, 3315, 3342]
        assert r.device.resources[3342] == [5500, 5501, 5750]
        values = {}
        for path in ((3304, 0, 5700), (3304, 0, 5701), (3315, 0, 5700), (3342, 0, 5500)):
            values[path] = (await r.ask("read", *path)).values[0].value
        op = await r.ask("write", 3311, 0, {5850: 1, 5851: 22})
        assert (op.code, r.board.pins[26]) == (204, 1)
        r.board.set_pin(13, 0)
        r.board.humidity = 30.0
        await r.sleep(5)
        return values, [text for text in r.sent if "NOTIFY" in text]

    values, notified = play(scene, profile)
    assert values[3304, 0, 5700] == pytest.approx(61, abs=0.01)
    assert values[3304, 0, 5701] == "%RH"
    assert values[3315, 0, 5700] == pytest.approx(1001.5, abs=0.05)
    assert values[3342, 0, 5500] is False
    quote = '"' if profile == "m5310a" else ""
    assert any(",3342,0,5500,5,1,%s1%s," % (quote, quote) in text for text in notified)
    assert any(",3342,0,5501,3," in text for text in notified)
    assert any(",3304,0,5700,4," in text and "29.999" in text for text in notified)


def test_readings_of_every_object_survive_an_outage(tmp_path):
    async def scene(r):
        await r.until(lambda: r.node.supervisor.state == "online")
        await r.sleep(15)
        r.module.set_network(False)
        await r.until(lambda: not r.node.modem.mipl.registered, 900)
        await r.sleep(30)
        waiting = len(r.node.courier.outbox)
        r.module.set_network(True)
        await r.until(lambda: not len(r.node.courier.outbox), 900)
        return waiting, r.node.courier.unwanted, r.node.courier.lost

    waiting, unwanted, lost = play(
        scene, "seed", config={"outbox.readings": 64}, folder=str(tmp_path / "box")
    )
    assert waiting >= 4 and (unwanted, lost) == (0, 0)


@pytest.mark.parametrize("profile", ["seed", "m5310a"])
def test_pulses_between_two_samples_are_counted_and_read_at_once(profile):
    async def scene(r):
        await r.until(lambda: r.device and len(r.device.observed) == 5)
        await r.sleep(3)
        for _ in range(9):
            r.board.set_pin(13, 0)
            await r.sleep(0.005)
            r.board.set_pin(13, 1)
            await r.sleep(0.03)
        read = (await r.ask("read", 3342, 0, 5501)).values[0].value
        await r.sleep(5)
        return read, [text for text in r.sent if ",3342,0,5501,3," in text and "NOTIFY" in text]

    read, notified = play(scene, profile)
    assert read == 9
    assert len(notified) >= 2
    assert notified[-1].replace('"', "").split(",5501,3,")[1].split(",")[1] == "9"
