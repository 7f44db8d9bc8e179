"""What outlives the bench: devices, registrations, datapoints, cached commands in one file."""

import json
import sqlite3

import pytest
from bench_rig import Rig
from clock import FakeClock
from hypothesis import given
from hypothesis import strategies as st

from bench.platform import Platform
from bench.platform.store import Store, StoreError

PATH = (3303, 0, 5700)
OTHER = (3303, 1, 5700)


def fill(points, values, path=PATH, device=1):
    for at_ms, value in values:
        points.add(device, path, value, at_ms)


def test_values_come_back_as_they_came():
    points = Store().points
    for number, value in enumerate((1, 1.5, True, False, "Cel", "温\u0000", b"\x00\xff", "")):
        points.add(1, PATH, value, number)
    found = [point.value for point in points.page(1, limit=100)[0]]
    assert found == [1, 1.5, True, False, "Cel", "温\u0000", [0, 255], ""]
    assert [type(value) for value in found[:4]] == [int, float, bool, bool]


def test_streams_and_their_newest_points():
    points = Store().points
    fill(points, [(10, 1), (20, 2), (15, 3)])
    fill(points, [(5, "a")], OTHER)
    fill(points, [(99, 0)], device=2)
    assert points.streams(1) == [PATH, OTHER]
    assert [(point.path, point.value) for point in points.latest(1)] == [(PATH, 2), (OTHER, "a")]
    assert points.streams(3) == []


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 50)), max_size=60),
    st.integers(1, 7),
    st.integers(0, 50),
    st.none() | st.integers(0, 60),
)
def test_pages_together_are_every_point_once_and_in_order(entries, limit, start_ms, end_ms):
    points = Store().points
    for number, (stream, at_ms) in enumerate(entries):
        points.add(1, (3303, stream, 5700), number, at_ms)
    seen, cursor = [], None
    for _ in range(len(entries) + 2):
        page, cursor = points.page(1, None, start_ms, end_ms, cursor, limit)
        seen += page
        if cursor is None:
            break
        assert page
    last = 60 if end_ms is None else end_ms
    wanted = sorted(
        (at, number) for number, (_, at) in enumerate(entries) if start_ms <= at <= last
    )
    assert [(point.at_ms, point.value) for point in seen] == wanted


def test_one_stream_of_a_page_holds_at_most_the_limit():
    points = Store().points
    fill(points, [(number, number) for number in range(10)])
    fill(points, [(number, number) for number in range(3)], OTHER)
    page, cursor = points.page(1, limit=4)
    assert sum(point.path == PATH for point in page) == 4
    assert cursor == "3_%d" % page[-1].id or page[-1].at_ms == 3
    assert points.page(1, [OTHER], limit=4)[1] is None


def test_newest_points_come_newest_first():
    points = Store().points
    fill(points, [(number, number) for number in range(5)])
    assert [point.value for point in points.newest(1, limit=3)] == [4, 3, 2]


@pytest.mark.parametrize(
    "cursor", ["", "x", "1_", "1_2_3", "1_2\n", "-1_2", "9" * 20 + "_1", "\u0661_2"]
)
def test_a_cursor_of_somebody_else_is_refused(cursor):
    with pytest.raises(ValueError, match="cursor"):
        Store().points.page(1, after=cursor)


def test_only_the_newest_points_of_a_stream_are_kept():
    points = Store(keep=1500).points
    fill(points, [(number, number) for number in range(3000)])
    fill(points, [(0, 0)], OTHER)
    kept = points.newest(1, [PATH], limit=6000)
    assert len(kept) == 1500
    assert (kept[0].value, kept[-1].value) == (2999, 1500)
    assert points.streams(1) == [PATH, OTHER]


def registered(path, **options):
    return Rig(platform={"store": Store(path)}, **options).register()


def again(path, start=0):
    return Platform(FakeClock(start), store=Store(path))


def test_a_second_start_finds_device_registration_and_datapoints(tmp_path):
    path = tmp_path / "deep" / "onenet.db"
    rig = registered(path)
    msgid = rig.observed((3303, 0, -1))
    rig.send("AT+MIPLNOTIFY=0,%d,3303,0,5700,4,4,21.5,0,0" % msgid, ms=300)
    rig.platform.update_device(rig.device, title="desk", tags=["a", "b"])
    before = rig.device
    rig.platform.store.close()
    platform = again(path)
    device = platform.device(rig.imei)
    assert device.online
    for name in ("id", "imsi", "profile", "lifetime_s", "objects", "resources", "observed"):
        assert getattr(device, name) == getattr(before, name), name
    assert device.profile.tags == ["a", "b"]
    assert platform.store.points.latest(device.id)[0].value == 21.5
    operation = platform.read(device.imei, 3303, 0, 5700)
    assert operation.msgid > 1001 + 10  # not one the node may remember
    assert platform.create_device("1" * 15, "2" * 15).id == device.id + 1


def test_a_restored_registration_ends_with_its_lifetime(tmp_path):
    path = tmp_path / "onenet.db"
    rig = registered(path)
    rig.platform.store.close()
    clock = FakeClock(0)
    platform = Platform(clock, store=Store(path))
    seen = []
    platform.listen(seen.append)
    clock.advance(3590_000)
    platform.poll()
    assert platform.device(rig.imei).online
    clock.advance(20_000)
    platform.poll()
    assert not platform.device(rig.imei).online
    assert [event.online for event in seen] == [False]


def test_a_registration_that_ended_while_nobody_looked_is_over(tmp_path):
    path = tmp_path / "onenet.db"
    rig = registered(path)
    rig.platform.store.close()
    platform = Platform(FakeClock(0), wall=lambda: 4e9, store=Store(path))
    assert not platform.device(rig.imei).online


def test_a_transaction_that_fails_leaves_nothing():
    store = Store()
    with pytest.raises(RuntimeError), store.transaction(), store.transaction():
        store.points.add(1, PATH, 1, 1)
        raise RuntimeError
    assert store.points.streams(1) == []
    store.points.add(1, PATH, 1, 1)
    assert store.points.streams(1) == [PATH]


def test_deleting_a_device_takes_everything_of_it(tmp_path):
    rig = registered(tmp_path / "onenet.db")
    rig.send("AT+MIPLNOTIFY=0,%d,3303,0,5700,4,4,1,0,0" % rig.observed((3303, 0, -1)), ms=300)
    number = rig.device.id
    rig.platform.cached.add(rig.device, "READ", PATH, expired_ms=rig.platform.wall_ms() + 1000)
    waiting = rig.platform.read(rig.imei, 3303)
    rig.platform.delete_device(rig.device)
    assert waiting.name == "OFFLINE"
    store = rig.platform.store
    assert (store.devices(), store.commands(), store.points.streams(number)) == ([], [], [])
    assert rig.platform.device(rig.imei) is None


def test_one_bench_at_a_time_has_the_file(tmp_path):
    path = tmp_path / "onenet.db"
    first = Store(path)
    with pytest.raises(StoreError, match=r"in use by another bench.*--db"):
        Store(path)
    first.close()
    Store(path).close()


def test_a_file_that_is_no_database_is_named_and_kept(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("my notes " * 500)
    with pytest.raises(StoreError, match=r"notes.txt cannot be used.*--db"):
        Store(path)
    assert path.read_text() == "my notes " * 500


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"file/onenet\.db cannot be used"):
        Store(tmp_path / "file" / "onenet.db")


def test_the_file_of_another_version_is_refused(tmp_path):
    path = tmp_path / "onenet.db"
    store = Store(path)
    store.set_meta("version", 99)
    store.close()
    with pytest.raises(StoreError, match="another version"):
        Store(path)


@pytest.mark.parametrize("body", ["{}", "[]", "1", json.dumps({"imsi": 1, "profile": {"x": 1}})])
def test_devices_that_make_no_sense_are_told_of(tmp_path, body):
    path = tmp_path / "onenet.db"
    Store(path).close()
    with sqlite3.connect(path) as db:
        db.execute("INSERT INTO devices (imei, body) VALUES ('1', ?)", (body,))
    db.close()
    with pytest.raises(StoreError, match="--db"):
        again(path)
