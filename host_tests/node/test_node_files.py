"""What the node keeps in files: the proven configuration, tries of a new one, its restarts.

The power is cut before every single step: what is found then is the old or the new, never none.
"""

import sys

import machine
import pytest
import vtime
from cutdisk import Cut, Disk, Full
from node_rig import Said

from node import restarts, rollback, safe

PATH, COPY = "config.json", "config.prev.json"
OLD, NEW = '{"old": %s}' % ("1" * 900), '{"new": %s}' % ("2" * 1400)


@pytest.fixture(params=[False, True], ids=["littlefs", "fat"])
def everywhere(request, tmp_path, monkeypatch):
    """A function that cuts work() before each of its steps, and checks behind each: check().

    Returns what the checks returned. prepare() makes the files anew each time.
    """

    def sweep(prepare, work, check):
        found = []
        at = 1
        while True:
            folder = tmp_path / str(at)
            folder.mkdir()
            monkeypatch.chdir(folder)
            prepare()
            with monkeypatch.context() as patch:
                Disk(at, request.param).use(patch)
                try:
                    work()
                except Cut:
                    at += 1
                else:
                    at = None
            found.append(check())
            if at is None:
                return found

    return sweep


def put(name, text):
    with open(name, "w") as f:
        f.write(text)


def text(name):
    safe.settle(name)
    with open(name) as f:
        return f.read()


def test_a_cut_while_the_proven_configuration_is_kept(everywhere):
    def prepare():
        put(PATH, NEW)
        put(COPY, OLD)
        rollback.count(PATH, 2)

    def check():
        tries = rollback.failed_starts(PATH)
        return text(COPY), tries, safe.same(PATH, COPY)

    work = lambda: rollback.keep(PATH, COPY, safe.crc(PATH))  # noqa: E731
    found = everywhere(prepare, work, check)
    assert set(found) == {(OLD, 2, False), (NEW, None, True)}
    assert found == sorted(found, key=lambda each: each[0] == NEW)  # never back to the old


def test_a_cut_while_the_first_configuration_is_kept(everywhere):
    def check():
        try:
            return text(COPY)
        except OSError:
            return None

    work = lambda: rollback.keep(PATH, COPY, safe.crc(PATH))  # noqa: E731
    found = everywhere(lambda: put(PATH, NEW), work, check)
    assert set(found) == {None, NEW}


def test_a_cut_while_a_start_is_counted(everywhere):
    def prepare():
        put(PATH, NEW)
        put(COPY, OLD)
        rollback.count(PATH, 1)

    found = everywhere(
        prepare, lambda: rollback.count(PATH, 2), lambda: rollback.failed_starts(PATH)
    )
    assert set(found) == {1, 2}


def test_a_cut_at_a_restart(everywhere):
    class Supervisor:
        @staticmethod
        def restart():
            pass

        log = Said(vtime.clock, [])

    def prepare():
        restarts.restart(Supervisor, "the first")

    found = everywhere(
        prepare, lambda: restarts.restart(Supervisor, "the second"), restarts.status
    )
    kept = {(each["ever"], each["cause"]) for each in found}
    assert kept == {(1, "the first"), (2, "the second")}


@pytest.fixture
def board(tmp_path, monkeypatch):
    """A board's file system; said: its log; count: how often it was restarted."""

    class Board:
        said = []
        log = Said(vtime.clock, said)
        count = 0
        state = {}

        def restart(self):
            self.count += 1

        def reset(self, cause):
            monkeypatch.setattr(machine, "cause", cause)
            self.said.clear()
            restarts.begin(self.log)
            return self.said

    monkeypatch.chdir(tmp_path)
    return Board()


def test_a_start_is_said_to_be_no_more_than_the_port_tells(board, monkeypatch):
    """ESP32: the reset button is a power-on reset; RP2: all but a reset by the watchdog is."""
    monkeypatch.setattr(sys, "platform", "esp32")
    assert board.reset(machine.PWRON_RESET) == ["started after power on or the reset button"]
    assert board.reset(machine.SOFT_RESET) == ["started after a soft reset"]
    monkeypatch.setattr(sys, "platform", "rp2")
    for name in ("SOFT_RESET", "HARD_RESET", "DEEPSLEEP_RESET"):
        monkeypatch.delattr(machine, name)
    everything = "power on, the reset button or a soft reset"
    assert board.reset(machine.PWRON_RESET) == [f"started after {everything}"]
    assert restarts.status()["reset"] == everything
    assert board.reset(machine.WDT_RESET) == ["started after a reset"]
    monkeypatch.setattr(sys, "platform", "pyboard")
    assert board.reset(machine.WDT_RESET)[0].startswith("restarted: the watchdog was not fed")


def test_the_cause_of_a_restart_is_told_once_and_kept(board):
    assert board.reset(machine.PWRON_RESET) == ["started after power on"]
    restarts.restart(board, "task sampler has not reported for 80 s")
    assert board.count == 1
    said = board.reset(machine.HARD_RESET)
    assert said == ["restarted: task sampler has not reported for 80 s (restart 1 since power on)"]
    assert board.reset(machine.SOFT_RESET) == ["started after a soft reset"]
    assert restarts.status() == {
        "reset": "a soft reset",
        "cause": "task sampler has not reported for 80 s",
        "since_power_on": 1,
        "ever": 1,
    }
    assert board.reset(machine.PWRON_RESET) == ["started after power on"]
    kept = restarts.status()
    assert (kept["cause"], kept["since_power_on"], kept["ever"]) == (
        "task sampler has not reported for 80 s",
        0,
        1,
    )


def test_a_bite_of_the_watchdog_is_a_restart_that_nobody_could_write_down(board):
    assert board.reset(machine.WDT_RESET) == [
        "restarted: the watchdog was not fed (restart 1 since power on)"
    ]
    restarts.restart(board, "one of ours")
    assert board.reset(machine.WDT_RESET) == [  # as an RP2 reports every reset
        "restarted: one of ours (restart 2 since power on)"
    ]
    board.reset(machine.WDT_RESET)
    assert restarts.status()["ever"] == 3


def test_a_board_that_starts_over_and_over_stops_writing(board, monkeypatch):
    safe.write("restarts.txt", ["told", "98", "500", "task at failed"])
    for _ in range(5):
        board.reset(machine.WDT_RESET)
        restarts.restart(board, "task at failed")
    assert board.count == 5
    assert restarts.status()["ever"] == 502
    with monkeypatch.context() as patch:
        disk = Disk()
        disk.use(patch)
        board.reset(machine.WDT_RESET)
        restarts.restart(board, "task at failed")
    assert disk.steps == 0


def test_a_power_on_writes_nothing_where_nothing_was_restarted(board, monkeypatch):
    disk = Disk()
    with monkeypatch.context() as patch:
        disk.use(patch)
        for cause in (machine.PWRON_RESET, machine.SOFT_RESET, machine.HARD_RESET, 0):
            board.reset(cause)
    assert disk.steps == 0


def test_a_full_file_system_stops_neither_restart_nor_start(board, monkeypatch):
    restarts.restart(board, "the first")
    with monkeypatch.context() as patch:
        Full().use(patch)
        restarts.restart(board, "the second")
        assert board.count == 2
        said = board.reset(machine.HARD_RESET)
    assert said[0].startswith("restarted: the first")
    assert "restarts.txt cannot be written" in said[1]


@pytest.mark.parametrize("damage", [b"", b"new\n", b"new\nx\ny\nz\nend", b"\xff\xfe\x00" * 9])
def test_a_damaged_file_is_no_file(board, damage):
    for name in ("restarts.txt", "config.tries.txt"):
        with open(name, "wb") as f:
            f.write(damage)
    put(PATH, NEW)
    put(COPY, OLD)
    assert rollback.failed_starts(PATH) == 0
    assert board.reset(machine.PWRON_RESET) == ["started after power on"]
    restarts.restart(board, "é\n" + "x" * 999)
    assert restarts.status()["cause"] == "??" + "x" * 198


def test_a_configuration_that_was_changed_meanwhile_is_not_kept(board):
    put(PATH, NEW)
    mark = safe.crc(PATH)
    put(PATH, OLD)
    assert not rollback.keep(PATH, COPY, mark)
    assert rollback.failed_starts(PATH) is None  # there is no copy to go back to
