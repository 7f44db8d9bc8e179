"""What is copied, and what is left when it is cut off, on a board."""

import signal
import subprocess
import sys

import pytest
from deploy_rig import ROOT, refused, started_again

from deploy.link import Link
from deploy.ports import Port


def test_only_what_changed_is_copied(board, version):
    one = board()
    version("A")
    first = one.install()
    assert "this is A" in first.output
    assert "8 files copied" in first.output  # the configuration is one of them
    assert "nothing to copy" in one.install().output
    version("B")
    second = one.install()
    assert "2 files copied, 7 compared" in second.output  # and the record
    assert "this is B" in second.output
    version("C", {"lib/node/sub/deep.py": b"x = 1\n"})
    assert "3 files copied" in one.install().output
    version("C")
    assert "1 removed" in one.install().output
    assert "nothing to copy" in one.install().output


def test_a_deployment_cut_off_at_any_file_leaves_the_old_version(board, version, monkeypatch):
    one = board()
    version("A")
    one.install()
    version("B", {"lib/node/other.py": b"y = 2\n" * 400})
    real = Link.write

    def cut(self, path, data, progress=None):
        if len(written) == stops[0]:
            raise KeyboardInterrupt  # as Ctrl-C does
        written.append(path)
        real(self, path, data, progress)

    monkeypatch.setattr(Link, "write", cut)
    stops = [0, 1, 2]
    while stops:
        written = []
        result = one.install()
        assert result.exit_code == 130
        assert "interrupted" in result.output
        started_again(one)
        del stops[0]
    monkeypatch.setattr(Link, "write", real)
    assert "this is B" in one.install().output


@pytest.mark.parametrize("fat", [[], ["--fat"]])
def test_a_power_cut_in_the_middle_and_the_old_or_new_version_starts(board, version, fat):
    one = board(*fat)
    version("A")
    assert "this is A" in one.install().output
    version("B")
    for cut in (2, 9):
        one = board(*fat, "--power-cut", str(cut))
        result = one.install()
        assert result.exit_code in (0, 1), result.output
    assert "this is B" in one.install().output


def test_a_full_file_system_is_told_before_anything_is_copied(board, version):
    one = board("--size", "128")
    version("A")
    one.install()
    version("B", {"lib/node/big.py": b"x" * 28_000})
    refused(one.install(), "too little room", "make wipe")
    started_again(one)
    assert one.run("wipe", "--yes").exit_code == 0
    assert "this is B" in one.install().output
    version("C", {"lib/node/big.py": b"x" * 120_000})
    refused(one.install(), "has 128 KB in all", "make pcboard")


def test_a_first_deployment_has_nothing_twice(board, version):
    one = board("--size", "112", "--fat")  # a Pyboard's, of stm32f405.ld
    version("A", {"lib/node/big.py": b"x" * 60_000})
    assert "this is A" in one.install().output
    version("B", {"lib/node/big.py": b"y" * 60_000})
    refused(one.install(), "too little room", "make wipe")
    assert one.run("wipe", "--yes").exit_code == 0
    assert "this is B" in one.install().output


def test_a_board_without_enough_room_for_any_node_is_told_so(board):
    one = board("--size", "64", "--fat")  # an STM32F446's
    refused(one.install(), "has 47 KB in all", "make pcboard")
    assert "no such" not in one.run("backup", "--to", one.folder / "copy").output
    assert not list((one.folder / "copy").glob("*"))


def test_a_first_deployment_that_fills_the_flash_leaves_nothing(board, version, monkeypatch):
    one = board("--size", "128")
    monkeypatch.setattr("deploy.install.room", lambda *args: 0)
    version("A", {"lib/node/big.py": b"x" * 120_000})
    refused(one.install(), "the board's file system is full", "make wipe")
    one.run("backup", "--to", one.folder / "copy")
    assert not list((one.folder / "copy").glob("*"))


def test_a_first_deployment_cut_off_goes_on_where_it_was(board, version, monkeypatch):
    one = board()
    version("A")
    real = Link.write

    def cut(self, path, data, progress=None):
        if path == "lib/node/more.py":
            real(self, path, data[:3])
            raise KeyboardInterrupt
        real(self, path, data, progress)

    monkeypatch.setattr(Link, "write", cut)
    assert one.install().exit_code == 130
    monkeypatch.setattr(Link, "write", real)
    assert "this is A" in one.install().output


def test_one_that_fills_up_on_the_way_is_as_it_was(board, version, monkeypatch):
    one = board("--size", "128")
    version("A")
    one.install()
    monkeypatch.setattr("deploy.install.room", lambda *args: 0)
    version("B", {"lib/node/big.py": b"x" * 120_000})
    refused(one.install(), "the board's file system is full", "make wipe")
    started_again(one)
    monkeypatch.undo()
    there = one.run("backup", "--to", one.folder / "copy")
    assert "7 files" in there.output or "8 files" in there.output


def test_a_program_of_somebody_else_is_kept_on_the_pc(board, version, tmp_path, monkeypatch):
    monkeypatch.setattr("deploy.files.KEPT", tmp_path / "kept")
    one = board()
    link = Link(one.port, 3)
    link.stop()
    link.write("main.py", b"print('mine')\n")
    link.restart()
    link.close()
    version("A")
    assert "kept in" in one.install().output
    kept = list((tmp_path / "kept").rglob("main.py"))
    assert [path.read_bytes() for path in kept] == [b"print('mine')\n"]


def test_a_tool_that_is_killed_leaves_a_board_that_starts_the_old_version(
    board, version, monkeypatch
):
    one = board()
    version("A")
    one.install()
    version("B", {"lib/node/other.py": b"y = 2\n" * 400})
    real = Port.write
    sent, limit = [], [0]

    def dead(self, data):
        sent.append(data)
        if len(sent) >= limit[0]:
            raise KeyboardInterrupt  # and nothing more is sent: no cleaning up
        return real(self, data)

    monkeypatch.setattr(Port, "write", dead)
    for count in range(8, 72, 8):
        limit[0] = count
        sent.clear()
        assert one.install().exit_code == 130
    monkeypatch.setattr(Port, "write", real)
    link = Link(one.port, 3)
    link.restart()  # as somebody does who presses its reset button
    link.close()
    started_again(one)
    assert "this is B" in one.install().output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_tool_that_is_told_to_end_starts_the_old_version_again(board, version, number):
    one = board()
    version("A")
    one.install()
    command = [sys.executable, "-m", "deploy.cli", "install", "--board", "PC", "--port", one.port]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as tool:
        assert b"KB free" in tool.stdout.readline()
        tool.send_signal(number)
        tool.send_signal(number)  # nor does somebody in a hurry leave the board without a program
        said = tool.stdout.read()
    assert tool.returncode == 130
    assert b"error: interrupted" in said
    assert b"Traceback" not in said
    started_again(one)
