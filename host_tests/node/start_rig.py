"""A board that starts under the real MicroPython, in a folder that is its file system."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from upytest import PATHS, ROOT, interpreter

EXAMPLE = json.loads((ROOT / "firmware" / "config.example.json").read_text())
PROGRAM = """
from node.app import Log, set_up
from at import Clock
node = set_up(Clock(), Log)
print("NODE", node and len(node.registry.instances(3303)))
print("STATUS", node and node.status()["node"]["config"])
"""
MAIN = (ROOT / "firmware/main.py").read_text() + "\nprint('behind it')\n"
ONLINE = """
from node.rollback import keep
from node.safe import crc
keep("config.json", "config.prev.json", crc("config.json"))
"""


@pytest.fixture
def board(tmp_path):
    """A folder that is the file system of a board without rules and defaults of its own."""
    (tmp_path / "pins.py").write_text("")
    return tmp_path


def start(board, program=PROGRAM, status=0):
    """Run program on board, which ends with status; return what it printed."""
    done = run(board, program)
    assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def run(board, program=PROGRAM, paths=PATHS):
    """Run program on board; return the CompletedProcess."""
    env = dict(os.environ)
    env["MICROPYPATH"] = ":".join([str(board), *(str(ROOT / p) for p in paths), ".frozen"])
    return subprocess.run(
        [interpreter(), "-c", program],
        cwd=board,
        env=env,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def write(path, sensors=2, **changes):
    config = dict(EXAMPLE, **changes)
    config["sensors"] = [dict(EXAMPLE["sensors"][0], instance=i, index=i) for i in range(sensors)]
    Path(path).write_text(json.dumps(config))


def proven(board, **changes):
    """Make a configuration one that was online."""
    write(board / "config.json", **changes)
    start(board, PROGRAM + ONLINE)
    assert (board / "config.prev.json").read_bytes() == (board / "config.json").read_bytes()


def files(board):
    """Return what says whether something was written, but for what a check leaves once."""
    there = [path for path in board.iterdir() if path.suffix != ".ok"]
    return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in there}
