"""make doctor and make passthrough on a board without hardware, with the bench's module."""

import os
import pty
import re
import select
import subprocess
import sys
import termios
import time

import pytest
from deploy_rig import ROOT, Process, refused, started_again

HASTY = (  # of a tool that is killed the board hears within three seconds, not ten
    "import deploy.passthrough as p; p._LIMIT_S, p._SIGN_S = 3, 0.2; "
    "from deploy.cli import main; main()"
)


@pytest.fixture
def bench(tmp_path):
    """The address of a module."""
    command = [sys.executable, "-m", "bench.cli", "--http", "127.0.0.1:0", "--memory"]
    command += ["--at", "127.0.0.1:0", "--board", "127.0.0.1:0", "--register-after", "0.1"]
    process = Process([*command, "--baud", "0"], tmp_path / "bench.log")
    yield process.wait_for(r"M5310 ([\d.]+:\d+),")[1]
    process.end()


def passthrough(one, *options, hasty=False, **how):
    """Start make passthrough in a process of its own."""
    start = ["-c", HASTY] if hasty else ["-m", "deploy.cli"]
    command = [sys.executable, *start, "passthrough", "--port", one.port, *options]
    return subprocess.Popen(command, cwd=ROOT, **how)


def test_the_doctor_on_a_small_board(board, bench, version):
    one = board("--heap", "64K", uart=bench)
    refused(one.run("doctor"), "BOARD= is missing", "PC")
    got = one.run("doctor", "--board", "PC")
    assert got.exit_code == 0, got.output
    found = re.findall(r"(?m)^  (\w+) +(\S+(?: \d|rate)?)", got.output)
    assert {state for state, _ in found if state != "warn"} == {"ok"}, got.output
    assert ("warn", "memory") in found
    for name in ("module", "SIM", "address", "OneNET", "sensor 0", "sensor 1", "actuator 0"):
        assert ("ok", name) in found, got.output
    one.run("backup", "--to", one.folder / "copy")
    assert not list((one.folder / "copy").glob("*"))  # nothing was left on it


def test_a_pipe_and_a_terminal_at_the_module(board, bench, version):
    one = board(uart=bench)
    version("A")
    assert "this is A" in one.install().output
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    tool = passthrough(one, "--quiet", "0.3", **pipes)
    said, wrong = tool.communicate(b"AT\nAT+CGMM\r\nAT+NOSUCH", 60)
    assert said == b"\r\nOK\r\n\r\nM5310\r\n\r\nOK\r\n\r\nERROR\r\n"
    assert (tool.returncode, wrong) == (0, b"")
    started_again(one)
    with passthrough(one, hasty=True, **pipes) as tool:
        tool.stdin.write(b"ATI\n")
        tool.stdin.flush()
        assert tool.stdout.read(4) == b"\r\nCM"
        tool.kill()
    started_again(one)  # by itself
    _type(one, lambda fd, tool: os.write(fd, b"\x1d"), 0)
    started_again(one)
    _type(one, lambda fd, tool: tool.terminate(), 130, b"interrupted")
    started_again(one)
    _type(one, lambda fd, tool: one.end(), 1, b"went away")


def _type(one, leave, status, said=b""):
    """Be somebody at a terminal who asks the module until leave(fd, process); check the end."""
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    tool = passthrough(one, "--echo", stdin=slave, stdout=slave, stderr=slave)
    _until(master, b"Ctrl-] leaves")
    os.write(master, b"AT+CGMM\r")
    heard = _until(master, b"OK\r\n")
    assert b"AT+CGMM\r\n" in heard and b"\r\nM5310\r\n" in heard
    leave(master, tool)
    assert tool.wait(60) == status
    assert said in _until(master, said)
    assert termios.tcgetattr(slave) == before
    os.close(slave)
    os.close(master)


def _until(fd, ending):
    heard = b""
    end = time.monotonic() + 60  # on a busy computer
    while ending not in heard:
        assert time.monotonic() < end, heard
        if select.select([fd], [], [], 0.1)[0]:
            heard += os.read(fd, 1000)
    return heard


def test_nothing_behind_the_board(board):
    one = board()
    tool = passthrough(one, "--board", "PC", "--quiet", "0.2", stdin=subprocess.PIPE, stderr=-1)
    wrong = tool.communicate(b"AT\n", 60)[1].decode()
    assert "nothing came from UART 2 (TX 17, RX 16) at 9600 baud" in wrong
    assert f"next: make doctor BOARD=PC PORT={one.port}" in wrong
    assert tool.returncode == 1
