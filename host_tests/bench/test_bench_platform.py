"""The platform: queues, checks before sending, encodings, datapoints."""

import pytest
from bench_rig import Rig

from bench.platform import attributes
from bench.platform.events import Stored
from bench.platform.store import Store
from bench.platform.values import encode


@pytest.mark.parametrize(
    "value, hexed",
    [
        (True, "01"),
        (False, "00"),
        (1, "01"),
        (22, "16"),
        (127, "7f"),
        (128, "0080"),
        (-1, "ff"),
        (-129, "ff7f"),
        (40000, "00009c40"),
        (-(1 << 63), "8000000000000000"),
        (1.5, "3fc00000"),
        ("on", "6f6e"),
        ("温", "e6b8a9"),
        (b"\x00\xff", "00ff"),
    ],
)
def test_values_travel_as_tlv_bytes(value, hexed):
    assert encode(value).hex() == hexed


@pytest.mark.parametrize("value", [1 << 63, 1e39, None, [1]])
def test_what_cannot_be_written_is_refused(value):
    rig = Rig().register()
    with pytest.raises(ValueError, match=r"write|fit"):
        encode(value)
    operation = rig.platform.write(rig.imei, 3306, 0, {5851: value})
    assert (operation.done, operation.name) == (True, "REFUSED")
    assert operation.reason


def test_480_bytes_are_the_most_a_write_carries():
    rig = Rig().register()
    assert not rig.platform.write(rig.imei, 3306, 0, {5750: "x" * 480}).done
    assert rig.platform.write(rig.imei, 3306, 0, {5750: "x" * 481}).name == "REFUSED"
    assert rig.platform.write(rig.imei, 3306, 0, {}).name == "REFUSED"


@pytest.mark.parametrize("args", ["x" * 481, 'a"b', "a\nb"])
def test_execute_arguments_are_checked(args):
    rig = Rig().register()
    assert rig.platform.execute(rig.imei, 3303, 0, 5605, args).name == "REFUSED"


@pytest.mark.parametrize(
    "rid, given, words",
    [
        (-1, {}, "no attribute"),
        (-1, {"pmim": 1}, "unknown attribute pmim"),
        (-1, {"pmin": 0}, "pmin is 0"),
        (-1, {"pmax": 1.5}, "pmax is 1.5"),
        (-1, {"pmin": 10, "pmax": 9}, "pmax is less"),
        (-1, {"gt": 5}, "need a resource"),
        (0, {"gt": 5, "lt": 5}, "lt has to be less"),
        (0, {"gt": 5, "lt": 1, "st": 2}, "2.st"),
        (0, {"st": 0}, "st has to be above 0"),
        (0, {"gt": float("nan")}, "gt is nan"),
        (0, {"gt": True}, "gt is True"),
    ],
)
def test_attributes_are_checked_before_they_are_sent(rid, given, words):
    with pytest.raises(ValueError, match=words):
        attributes.check(rid, given)


def test_attributes_are_spelled_as_the_guide_does():
    text = attributes.text({"st": 2, "gt": 50, "lt": 0, "pmax": 60, "pmin": 15})
    assert text == "pmin=15;pmax=60;lt=0.0;gt=50.0;st=2.0"
    assert len(text) == 37
    assert attributes.text({"gt": -0.25, "st": 0.5}) == "gt=-0.25;st=0.5"


def test_a_device_offline_is_an_error_at_once():
    rig = Rig().register()
    rig.send("AT+MIPLCLOSE=0", ms=300)
    done = []
    operation = rig.platform.read(rig.imei, 3303)
    operation.on_done(done.append)
    assert done == [operation]
    assert operation.name == "OFFLINE"


def test_an_unknown_device_and_impossible_paths_are_refused():
    rig = Rig().register()
    assert rig.platform.read("000000000000000", 3303).name == "REFUSED"
    for path in ((70000,), (3303, -1, 5700), (3303, -2), (-1,)):
        assert rig.platform.read(rig.imei, *path).name == "REFUSED"
    assert rig.platform.read(rig.imei, 3303, timeout_ms=41000).name == "REFUSED"


def test_a_device_has_one_bounded_queue():
    rig = Rig().register()
    names = [rig.platform.read(rig.imei, 3303).name for _ in range(8 + 64 + 1)]
    assert names == [""] * 72 + ["BUSY"]


def test_an_observe_fails_with_its_attributes():
    rig = Rig().register()
    operation = rig.platform.observe(rig.imei, 3303, 0, 5700, pmin=1)
    rig.run(200)
    rig.send("AT+MIPLPARAMETERRSP=0,%d,11" % operation.before.msgid, ms=300)
    assert (operation.done, operation.code) == (True, 400)


def test_message_ids_grow_past_16_bit():
    store = Store()
    store.set_meta("next_msgid", 65534)
    rig = Rig(platform={"store": store}).register()
    operation = rig.platform.read(rig.imei, 3303, 0, 5700)
    rig.run(200)
    assert operation.msgid == 65539
    line = "AT+MIPLREADRSP=0,65539,1,3303,0,5700,4,4,20.5,0,0"
    assert rig.send(line, ms=300) == ["OK"]
    assert operation.ok


def test_discover_and_observe_at_registration_are_options():
    rig = Rig(platform={"discover": False, "observe": False}).create()
    assert rig.send("AT+MIPLOPEN=0,3600,30", ms=500) == ["OK", "+MIPLEVENT: 0,6"]


def test_the_platform_keeps_to_its_window_and_order():
    rig = Rig(max_outstanding=8, platform={"window": 2}).register()
    operations = [rig.platform.read(rig.imei, 3303, 0, 5700) for _ in range(3)]
    assert len(rig.run(500)) == 2
    line = "AT+MIPLREADRSP=0,%d,1,3303,0,5700,4,4,20.5,0,0" % operations[0].msgid
    assert rig.send(line, ms=300) == ["OK", "+MIPLREAD:0,%d,3303,0,5700" % operations[2].msgid]


def test_notifications_become_datapoints_and_reads_do_not():
    rig = Rig().register()
    seen = []
    rig.platform.listen(seen.append)
    msgid = rig.observed((3303, 1, -1))
    rig.send("AT+MIPLNOTIFY=0,%d,3303,1,5700,4,4,19.5,0,0" % msgid, ms=300)
    read = rig.platform.read(rig.imei, 3303, 0, 5700)
    rig.announce(read)
    rig.send("AT+MIPLREADRSP=0,%d,1,3303,0,5700,4,4,20.5,0,0" % read.msgid, ms=300)
    stored = [(each.path, each.value) for each in seen if isinstance(each, Stored)]
    assert stored == [((3303, 1, 5700), 19.5)]
    assert rig.platform.store.points.streams(rig.device.id) == [(3303, 1, 5700)]


def test_devices_are_made_once_and_with_digits():
    rig = Rig()
    rig.platform.create_device("1" * 15, "2" * 15, title="desk")
    with pytest.raises(ValueError, match="exists"):
        rig.platform.create_device("1" * 15, "2" * 15)
    for imei in ("", "12a", "1" * 18, "\xb2"):
        with pytest.raises(ValueError, match="digits"):
            rig.platform.create_device(imei, "2" * 15)
