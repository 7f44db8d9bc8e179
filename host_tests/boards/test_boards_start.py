"""The start on each board, under the real MicroPython: a node is made, and the rules forgotten."""

import json
import os
import shutil
import subprocess

import portmachine
import pytest

from upytest import PATHS, ROOT, interpreter

NAMES = sorted(portmachine.BOARDS)
MACHINE = """
from portmachine import Machine
made = Machine(%r)
Pin, UART, ADC, I2C, PWM, RTC = made.Pin, made.UART, made.ADC, made.I2C, made.PWM, made.RTC
reset = made.reset
"""
PROGRAM = """
import sys
from node.app import Log, set_up
from at import Clock
node = set_up(Clock(), Log)
print("NODE", node and node.registry.instances(3303), node and node.registry.instances(3306))
print("LEFT", [m for m in sys.modules if m == "pins" or m.startswith("node.startup")])
"""


@pytest.fixture(params=NAMES)
def board(request, tmp_path):
    """A folder that is the file system of a board, with a machine as strict as its own."""
    source = ROOT / "boards" / request.param
    shutil.copy(source / "config.json", tmp_path)
    text = (source / "pins.py").read_text()
    text += "\n\ndef mcu_temperature():\n    return 30\n"  # a PC's interpreter has no chip
    (tmp_path / "pins.py").write_text(text)
    (tmp_path / "machine.py").write_text(MACHINE % request.param)
    (tmp_path / "onewire.py").write_text("from portmachine import OneWireModule\n")
    with (tmp_path / "onewire.py").open("a") as f:
        f.write("OneWire = OneWireModule.OneWire\n")
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
    assert not done.stderr, done.stderr
    return done.stdout


def test_its_configuration_makes_a_node_and_the_rules_go(board):
    out = start(board)
    assert "NODE [0, 1] [0]" in out, out
    assert "LEFT []" in out, out


def test_a_wrong_pin_is_said_and_the_last_good_configuration_used(board):
    shutil.copy(board / "config.json", board / "config.prev.json")
    config = json.loads((board / "config.json").read_text())
    config["actuators"][0]["switch"]["pin"] = "Q7"
    (board / "config.json").write_text(json.dumps(config))
    out = start(board)
    said = 'configuration: actuators[0].switch.pin: "Q7" is no pin of this board: give a'
    assert said in out, out
    assert "NODE [0, 1] [0]" in out, out
