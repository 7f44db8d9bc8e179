"""The start on a board, under the real MicroPython: the configuration used, and kept."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from upytest import PATHS, ROOT, interpreter

EXAMPLE = json.loads((ROOT / "firmware" / "config.example.json").read_text())
PROGRAM = """
from node.app import Log
from node.stages import set_up
from m5310.clock import Clock
node = set_up(Clock(), Log)
print("NODE", node and len(node.registry.instances(3303)))
"""


@pytest.fixture
def board(tmp_path):
    """A folder that is the file system of a board without rules and defaults of its own."""
    (tmp_path / "pins.py").write_text("")
    return tmp_path


def start(board):
    env = dict(os.environ)
    env["MICROPYPATH"] = ":".join([str(board), *(str(ROOT / p) for p in PATHS), ".frozen"])
    done = subprocess.run(
        [interpreter(), "-c", PROGRAM],
        cwd=board,
        env=env,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
    return done.stdout


def write(path, sensors=2, **changes):
    config = dict(EXAMPLE, **changes)
    config["sensors"] = [dict(EXAMPLE["sensors"][0], instance=i, index=i) for i in range(sensors)]
    Path(path).write_text(json.dumps(config))


def test_a_good_configuration_is_used_and_kept(board):
    write(board / "config.json")
    assert "NODE 2" in start(board)
    assert (board / "config.prev.json").read_bytes() == (board / "config.json").read_bytes()


def test_a_wrong_configuration_is_named_and_the_last_good_one_used(board):
    write(board / "config.json", sensors=1)
    start(board)
    write(board / "config.json", onenet={"lifetime": 5})
    said = start(board)
    assert "configuration: onenet.lifetime: 5 must be" in said
    assert "running on config.prev.json" in said
    assert "NODE 1" in said


def test_a_configuration_the_board_refuses_does_not_replace_the_last_good_one(board):
    write(board / "config.json", sensors=1)
    start(board)
    config = json.loads((board / "config.json").read_text())
    config["sensors"].append({"type": "ntc", "instance": 1, "pin": 4})  # has no ADC
    config["sensors"][0]["pin"] = 5
    (board / "config.json").write_text(json.dumps(config))
    said = start(board)
    assert "configuration: sensors[1]: " in said
    assert "NODE 1" in said
    kept = json.loads((board / "config.prev.json").read_text())
    assert len(kept["sensors"]) == 1


def test_with_no_configuration_that_can_be_used_the_board_ends_in_its_repl(board):
    said = start(board)
    assert "config.json: is missing: copy config.example.json to it" in said
    assert "NODE None" in said


def test_a_copy_that_cannot_be_written_does_not_stop_the_node(board):
    write(board / "config.json")
    (board / "config.prev.json.new").mkdir()
    said = start(board)
    assert "config.prev.json cannot be written" in said
    assert "NODE 2" in said
