"""A database that cannot be written: locked, full, read-only, deleted. The bench goes on."""

import contextlib
import os
import shutil
import sqlite3

import pytest
from bench_rig import Rig
from clock import FakeClock

from bench.platform import Platform, late
from bench.platform.cached import NOTIFY
from bench.platform.command import CANCELLED, SENT, WAIT
from bench.platform.events import Stored
from bench.platform.store import Store, StoreError, Unwritable

PATH = (3303, 0, 5700)
DOWN, UP = "Until it can be written", "the database is written again"


@contextlib.contextmanager
def locked(path):
    """Have another program hold the database."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    yield
    other.execute("COMMIT")
    other.close()


@contextlib.contextmanager
def full(path, store):
    (pages,) = store.read("PRAGMA page_count").fetchone()
    store.read("PRAGMA max_page_count = %d" % pages)
    yield
    store.read("PRAGMA max_page_count = %d" % (1 << 30))


@contextlib.contextmanager
def read_only(path, store):
    store.read("PRAGMA query_only = 1")
    yield
    store.read("PRAGMA query_only = 0")


@contextlib.contextmanager
def moved_away(path, store):
    os.rename(path, "%s.away" % path)
    yield
    os.rename("%s.away" % path, path)


FAULTS = {
    "locked": lambda path, store: locked(path),
    "full": full,
    "read-only": read_only,
    "moved away": moved_away,
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "onenet.db"


@pytest.fixture
def rig(path):
    one = Rig(platform={"store": Store(path)}).register()
    one.told, one.stored = [], []
    one.platform.on_storage = lambda storage: one.told.append(str(storage))
    one.platform.listen(lambda event: isinstance(event, Stored) and one.stored.append(event.value))
    yield one
    with contextlib.suppress(sqlite3.ProgrammingError):
        one.platform.store.close()


def notify(rig, value, ackid=0, kind="4,4", ms=300):
    """Return what the module prints; ackid: an acknowledgement is asked for."""
    fields = (rig.observed((3303, 0, -1)), kind, value)
    text = "AT+MIPLNOTIFY=0,%d,3303,0,5700,%s,%s,0,0" % fields
    return rig.send(text + (",%d" % ackid if ackid else ""), ms=ms)


def points(rig):
    """Return what is on disk, oldest first."""
    return [point.value for point in rig.platform.store.points.page(rig.device.id, limit=9999)[0]]


def fill(rig):
    """Report until the full disk shows; return what was reported."""
    text = "x" * 200
    sent = []
    while not rig.platform.store.trouble:
        sent.append(text + str(len(sent)))
        notify(rig, '"%s"' % sent[-1], kind="1,%d" % len(sent[-1]), ms=100)
        assert len(sent) < 500
    return sent


@pytest.mark.parametrize("fault", FAULTS)
def test_what_devices_report_waits_and_is_written_once_it_can_be(rig, path, fault):
    before = []
    with FAULTS[fault](path, rig.platform.store):
        if fault == "full":
            before = fill(rig)
        for value in (20.5, 21.5, 22.5):
            notify(rig, value)
        rig.run(10_000)
        assert rig.stored == [*before, 20.5, 21.5, 22.5]  # console and push have them
        assert 22.5 not in points(rig)
        assert len(rig.told) == 1  # once
        assert DOWN in rig.told[0]
    rig.run(1000)
    assert points(rig) == [*before, 20.5, 21.5, 22.5]
    assert len(rig.told) == 2
    assert rig.told[1] == UP


def test_the_sentence_says_what_is_wrong(rig, path):
    for fault, words in (
        ("locked", "another program has locked the database"),
        ("full", "database or disk is full"),
        ("read-only", "readonly"),
        ("moved away", "onenet.db was deleted while the bench runs: stop the bench and start"),
    ):
        rig.told.clear()
        with FAULTS[fault](path, rig.platform.store):
            fill(rig) if fault == "full" else notify(rig, 1)
            assert words in rig.told[0]
        rig.run(1000)
        assert rig.told[1:] == [UP]


def test_a_notification_is_acknowledged_when_it_is_on_disk_and_not_before(rig, path):
    with locked(path):
        assert "+MIPLEVENT: 0,26,7" not in notify(rig, 20.5, ackid=7, ms=3000)
    assert any(",26" in line for line in rig.run(1000))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_change_that_is_refused_has_not_happened(rig, path, fault):
    platform = rig.platform
    command = platform.cached.add(rig.device, "READ", PATH, expired_ms=platform.wall_ms() + 9e6)
    profile, imsi = rig.device.profile, rig.device.imsi
    big = "x" * 20_000  # more than a page

    def add():
        end = platform.wall_ms() + 9_000_000
        platform.cached.add(rig.device, "WRITE", PATH, expired_ms=end, payload=[(5750, big)])

    changes = [
        lambda: platform.create_device("1" * 15, "2" * 15, desc=big),
        lambda: platform.update_device(rig.device, "9" * 15, title="new", desc=big),
        add,
    ]
    if fault != "full":  # SQLite makes room by what these delete or rewrite in place
        changes += [
            lambda: platform.delete_device(rig.device),
            lambda: platform.cached.cancel(rig.device, command.uuid),
            lambda: platform.cached.cancel_all(rig.device),
        ]
    with FAULTS[fault](path, platform.store):
        for change in changes:
            with pytest.raises(Unwritable):
                change()
        assert list(platform.devices) == [rig.imei]
        assert rig.device.online
        assert (rig.device.profile, rig.device.imsi) == (profile, imsi)
        assert rig.device.profile.title != "new"
        assert command.send_status == WAIT
        assert platform.cached.history(rig.device, 0) == [command]
    platform.store.close()
    after = Platform(FakeClock(), store=Store(path))
    (device,) = after.devices.values()
    assert (device.imei, device.profile, device.imsi) == (rig.imei, profile, imsi)
    assert after.cached.history(device, 0) == [command]


def test_a_registration_goes_on_and_is_kept_later(rig, path):
    with locked(path):
        rig.send("AT+MIPLCLOSE=0", ms=300)
        assert not rig.device.online
        rig.send("AT+MIPLOPEN=0,7200,30", ms=3000)
        assert (rig.device.online, rig.device.lifetime_s) == (True, 7200)
    rig.run(1000)
    rig.platform.store.close()
    after = Platform(FakeClock(), store=Store(path))
    assert (after.device(rig.imei).online, after.device(rig.imei).lifetime_s) == (True, 7200)


def test_a_device_not_known_is_made_when_its_registration_comes_again(path):
    rig = Rig(platform={"store": Store(path)}).create()
    with locked(path):
        rig.send("AT+MIPLOPEN=0,3600,30", ms=1000)
        assert rig.device is None
        assert rig.run(60_000)  # the module reports that nobody answers
        assert rig.device is None
    rig.send("AT+MIPLOPEN=0,3600,30", ms=1000)
    assert rig.device.online
    rig.platform.store.close()


def test_operations_on_devices_need_no_database(rig, path):
    with locked(path):
        read = rig.platform.read(rig.imei, *PATH)
        rig.announce(read)
        rig.send("AT+MIPLREADRSP=0,%d,1,3303,0,5700,4,4,20.5,0,0" % read.msgid, ms=300)
        assert read.ok


def test_message_ids_taken_meanwhile_are_not_used_again_after_a_restart(rig, path):
    with locked(path):
        for _ in range(3000):
            taken = rig.platform.read(rig.imei, *PATH).msgid or 0
            rig.run(26_000) if len(rig.device.waiting) > 60 else None
            if taken > 2100:
                break
    rig.run(1000)
    rig.platform.store.close()
    after = Platform(FakeClock(), store=Store(path))
    assert after.read(rig.imei, *PATH).msgid > taken


def test_a_cached_command_waits_while_it_cannot_be_written_that_it_went_out(rig, path):
    end = rig.platform.wall_ms() + 9_000_000
    command = rig.platform.cached.add(rig.device, "READ", PATH, expired_ms=end, trigger=NOTIFY)
    with locked(path):
        assert not any("READ" in line for line in notify(rig, 1))
        assert command.send_status == WAIT
    rig.run(1000)
    assert any("READ" in line for line in notify(rig, 2))
    assert command.send_status == SENT
    assert CANCELLED not in (command.send_status,)


def test_the_memory_that_waits_is_bounded_and_what_is_lost_counted(rig, path, monkeypatch):
    monkeypatch.setattr(late, "MAX_POINTS", 3)
    with locked(path):
        for value in (1.5, 2.5, 3.5):
            notify(rig, value)
        assert not any(",26" in line for line in notify(rig, 4.5, ackid=9, ms=3000))
        assert rig.stored == [1.5, 2.5, 3.5]
    seen = rig.run(1000)
    assert not any(",26" in line for line in seen)
    assert rig.told[-1] == UP + "; 1 datapoints had no room and are lost"
    notify(rig, 5.5)
    assert points(rig) == [1.5, 2.5, 3.5, 5.5]


def test_much_that_waits_is_written_in_parts_with_the_rest_of_the_bench_in_between(path):
    rig = Rig(platform={"store": Store(path)}).register()
    store = rig.platform.store
    with locked(path):
        store.keep_points([((rig.device.id, *PATH), at_ms, "1") for at_ms in range(10_500)])
        store.check()
    for left in range(9500, -1, -1000):
        store.check()
        assert store.waiting == left
    store.check()
    assert store.waiting == 0
    assert [point.at_ms for point in store.points.newest(rig.device.id, limit=2)] == [
        10_499,
        10_498,
    ]
    store.close()


def test_a_device_deleted_meanwhile_leaves_no_datapoints(rig, path):
    number = rig.device.id
    with locked(path):
        notify(rig, 1.5)
    rig.platform.delete_device(rig.device)
    rig.run(1000)
    assert rig.platform.store.points.streams(number) == []


def test_a_file_deleted_under_an_idle_bench_is_told_within_seconds(rig, path):
    os.unlink(path)
    rig.run(5000)
    assert len(rig.told) == 1
    assert "onenet.db was deleted" in rig.told[0]


@pytest.mark.parametrize("name", ["onenet.db", "onenet.db-wal"])
def test_a_file_replaced_by_another_is_told_and_left_alone(rig, path, name):
    file = path.with_name(name)
    shutil.copy(file, path.with_name("copy"))
    before = file.read_bytes()
    os.replace(path.with_name("copy"), file)
    notify(rig, 1.5)
    assert "%s was replaced" % name in rig.told[0]
    with pytest.raises(Unwritable, match="was replaced"):
        rig.platform.create_device("1" * 15, "2" * 15)
    assert file.read_bytes() == before


def test_a_file_that_is_overwritten_does_not_end_the_bench(rig, path):
    path.write_bytes(b"\xaa" * path.stat().st_size)
    for value in range(50):
        notify(rig, value)
    rig.run(5000)
    assert rig.stored == list(range(50))


def test_what_waits_is_written_at_the_end_and_what_cannot_be_is_counted(rig, path):
    with locked(path):
        notify(rig, 1.5)
        notify(rig, 2.5)
    assert rig.platform.store.close() == 0
    rig = Rig(platform={"store": Store(path)})
    assert points(rig) == [1.5, 2.5]
    with locked(path):
        rig.platform.store.points.add(rig.device.id, PATH, 3.5, 1)
        assert rig.platform.store.close() == 1


def test_a_damaged_database_is_named_at_the_start(path):
    Store(path).close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xaa" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(StoreError, match="give another with --db"):
        Platform(FakeClock(), store=Store(path))
