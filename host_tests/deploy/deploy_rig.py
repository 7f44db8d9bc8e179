"""Boards without hardware for the tests: the stand-in as a process, the commands in this one."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from click.testing import CliRunner

from deploy.cli import main
from deploy.link import Link

ROOT = Path(__file__).resolve().parents[2]
LOST = "127.0.0.1:9"  # a UART with nothing at its end
WAIT = "10"  # seconds; a busy computer is not a board that is silent
# A program that says who it is, heeds Ctrl-C and never ends.
MAIN = b"""
from machine import UART
from node.app import NAME
from time import sleep_ms
uart = UART(2)
while True:
    print("this is", NAME)
    for _ in range(100):
        uart.any()
        sleep_ms(2)
"""


class Process:
    """A child whose output is collected in a file."""

    def __init__(self, command, path):
        self.path = path
        with path.open("wb") as out:
            self.child = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=ROOT)

    @property
    def output(self):
        """What it has printed."""
        return self.path.read_text(errors="replace")

    def wait_for(self, pattern, seconds=60):
        """Return the match of pattern once it is in the output."""
        end = time.monotonic() + seconds
        while not (found := re.search(pattern, self.output)):
            assert time.monotonic() < end, f"no {pattern!r} in:\n{self.output}"
            assert self.child.poll() is None, self.output
            time.sleep(0.02)
        return found

    def end(self):
        """End it as Ctrl-C does."""
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGINT)
            try:
                self.child.wait(5)
            except subprocess.TimeoutExpired:
                self.child.kill()
        self.child.wait()


class Board(Process):
    """A stand-in; options are those of its command line."""

    def __init__(self, folder, *options, uart=LOST):
        self.folder = folder
        self.port = str(folder / "port")
        command = [sys.executable, "-m", "deploy.standin", "--uart", uart, "--link", self.port]
        command += ["--image", str(folder / "flash.img"), *options]
        super().__init__(command, folder / "board.log")
        self.wait_for("a board without hardware")

    def run(self, command, *arguments, text="", wait=WAIT):
        """Run a command of deploy.cli on this board; return its result."""
        return run(command, "--port", self.port, *arguments, text=text, wait=wait)

    def install(self, *arguments):
        """Deploy to it as BOARD=PC, with little of its log."""
        return self.run("install", "--board", "PC", "--log", "0.6", *arguments)


def run(command, *arguments, text="", wait=WAIT, boards=None):
    """Run a command of deploy.cli; return its result, in which there is no traceback."""
    where = ["--boards", str(boards)] if boards else []
    line = ["--wait", wait, *where, command, *map(str, arguments)]
    result = CliRunner().invoke(main, line, input=text)
    assert result.exception is None or isinstance(result.exception, SystemExit), result
    assert "Traceback" not in result.output, result.output
    return result


def refused(result, what, step):
    """Check that a command ended in one sentence with what, and a next step with step."""
    lines = [line for line in result.output.splitlines() if line.startswith("error: ")]
    assert result.exit_code == 1, result.output
    assert len(lines) == 1, result.output
    assert what in result.output, result.output
    assert step in result.output.partition("  next: ")[2], result.output


def started_again(one, name="A"):
    """Wait until the program of the board runs, and says that it is name."""
    link = Link(one.port, 10)
    try:
        for line in link.lines(60):
            if line == f"this is {name}":
                return
    finally:
        link.close()
    raise AssertionError(one.output)
