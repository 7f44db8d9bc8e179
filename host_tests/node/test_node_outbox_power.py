"""The outbox when the power fails between any two file operations, and in the middle of one."""

import builtins
import os

import pytest

from node.outbox import Outbox
from node.outbox import store as module


class PowerCut(BaseException):
    pass


class Disk:
    """Counts what changes files; the power fails at operation number `at`.

    how: "before" the operation, "behind" it, or in the "middle" of a write, as FAT may leave it.
    """

    def __init__(self, at=None, how="before"):
        self.at = at
        self.how = how
        self.count = 0

    def change(self, work, part=None):
        self.count += 1
        if self.count != self.at:
            return work()
        if self.how == "middle" and part:
            part()
        elif self.how != "before":
            work()
        raise PowerCut

    def open(self, path, mode="r"):
        if mode == "rb":
            return builtins.open(path, mode)
        return Writing(self, path, mode)

    # -- what the outbox asks of os

    def rename(self, old, new):
        self.change(lambda: os.replace(old, new))

    def remove(self, path):
        self.change(lambda: os.remove(path))

    def mkdir(self, path):
        self.change(lambda: os.mkdir(path))

    def listdir(self, path):
        return os.listdir(path)

    def stat(self, path):
        return os.stat(path)


class Writing:
    """A file whose contents are there when it is closed, as with LittleFS."""

    def __init__(self, disk, path, mode):
        self.disk = disk
        self.path = path
        self.mode = mode
        self.data = b""

    def __enter__(self):
        return self

    def write(self, data):
        self.data += data

    def __exit__(self, kind, value, trace):
        def save(data):
            with builtins.open(self.path, self.mode) as f:
                f.write(data)

        if kind is None:
            half = self.data[: len(self.data) // 2]
            self.disk.change(lambda: save(self.data), lambda: save(half))


def reading(number):
    return (3303, number % 3, 5700, number / 2, number)


class Life:
    """A node's life with the outbox: what was promised, and what was delivered."""

    def __init__(self, folder):
        self.folder = folder
        self.number = 0
        self.promised = []
        self.unsure = []
        self.delivered = []

    def box(self):
        return Outbox(self.folder, 256)

    def keep(self, box, count):
        batch = [reading(n) for n in range(self.number, self.number + count)]
        self.number += count
        self.unsure += batch
        box.add(batch)
        del self.unsure[-count:]
        self.promised += batch

    def deliver(self, box, count=-1):
        while count and box.first() is not None:
            self.delivered.append(box.first())
            box.done()
            count -= 1

    def story(self):
        box = self.box()
        for count in (3, 16, 16, 1, 7):
            self.keep(box, count)
        self.deliver(box, 33)
        self.keep(box, 5)
        self.deliver(box)
        self.keep(box, 2)


def play(monkeypatch, folder, disk):
    monkeypatch.setattr(module, "os", disk)
    monkeypatch.setattr(module, "open", disk.open, raising=False)
    life = Life(str(folder))
    cut = False
    try:
        life.story()
    except PowerCut:
        cut = True
    whole = Disk()
    monkeypatch.setattr(module, "os", whole)
    monkeypatch.setattr(module, "open", whole.open, raising=False)
    box = life.box()  # the power is back
    life.keep(box, 2)
    life.deliver(box)
    return life, cut, box


def operations(monkeypatch, folder):
    disk = Disk()
    life, cut, _ = play(monkeypatch, folder, disk)
    assert not cut
    assert life.delivered == life.promised
    return disk.count


@pytest.mark.parametrize("how", ["before", "behind", "middle"])
def test_nothing_promised_is_lost_and_one_at_most_delivered_twice(monkeypatch, tmp_path, how):
    count = operations(monkeypatch, tmp_path / "whole")
    assert count > 50
    for at in range(1, count + 1):
        life, cut, box = play(monkeypatch, tmp_path / str(at), Disk(at, how))
        assert cut
        twice = [r for r in set(life.delivered) if life.delivered.count(r) > 1]
        assert len(twice) <= 1 and all(life.delivered.count(r) == 2 for r in twice), at
        once = list(dict.fromkeys(life.delivered))
        assert [r for r in once if r in life.promised] == life.promised, (at, how)
        assert set(once) <= set(life.promised + life.unsure)
        assert (box.dropped, len(box)) == (0, 0)


def test_a_full_file_system_gives_up_the_oldest(monkeypatch, tmp_path):
    box = Outbox(str(tmp_path / "box"), 256)
    for start in range(0, 96, 16):
        box.add([reading(n) for n in range(start, start + 16)])
    real = builtins.open
    full = [True]

    def no_room(path, mode="r"):
        if "b" in mode and mode != "rb" and full:
            full.pop()
            raise OSError(28)
        return real(path, mode)

    monkeypatch.setattr(module, "open", no_room, raising=False)
    box.add([reading(96)])
    assert box.dropped == 32
    out = []
    while box.first():
        out.append(box.first())
        box.done()
    assert out == [reading(n) for n in range(32, 97)]


def test_a_file_system_that_takes_nothing_raises_and_keeps_what_there_is(monkeypatch, tmp_path):
    box = Outbox(str(tmp_path / "box"), 256)
    box.add([reading(0)])

    def broken(path, mode="r"):
        if mode != "rb":
            raise OSError(5)
        return builtins.open(path, mode)

    monkeypatch.setattr(module, "open", broken, raising=False)
    with pytest.raises(OSError):
        box.add([reading(1)])
    assert (len(box), box.first()) == (1, reading(0))
