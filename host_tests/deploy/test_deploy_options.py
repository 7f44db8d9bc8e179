"""A board has what its configurations need, and says what is missing for another."""

import json
import shutil
import subprocess
import sys

import pytest
from deploy_rig import ROOT, refused
from devcode import module

import pcnode
from deploy.boards import load
from deploy.modules import WHEN, every, optional
from deploy.options import needed, usual
from upytest import interpreter

EXAMPLE = json.loads((ROOT / "firmware/config.example.json").read_text())
UDP = {"server": "127.0.0.1:5700", "key": "a key of many"}
CASES = {
    "nothing more": {},
    "outbox": {"outbox": {"readings": 64}},
    "udp": {"udp": UDP},
    "udp alone": {"udp": UDP, "onenet": {"enabled": False}},
    "a key alone": {"udp": {"key": "a key of many"}},
    "a server": {"onenet": {"server": "127.0.0.1:5683"}},
    "psm": {"power": {"mode": "psm"}},
    "cycle": {"power": {"mode": "cycle"}, "outbox": {"readings": 64}},
    "all that is said": {"safety": {"watchdog": 8}, "log": {"level": 3}},
    "m5310a": {"module": {"uart": 2, "tx": 17, "rx": 16, "dialect": "m5310a"}},
    "stamped": {"onenet": {"timestamps": True}},
    "a contact alone": {"sensors": [{"instance": 0, "type": "pin", "pin": 4}], "actuators": []},
    "other sensors": {
        "sensors": [
            {"instance": 0, "type": "ntc", "pin": 34},
            {"instance": 1, "type": "sht3x", "bus": 0, "scl": 22, "sda": 21},
            {"instance": 2, "type": "mcu"},
            {"instance": 0, "type": "bmp280", "bus": 0, "scl": 22, "sda": 21},
        ]
    },
}
# Sets the node up as a start does, and loads the options that it would load later on.
_SET_UP = """
import asyncio
from node import app
def run(coro):
    if app.node.uplink:
        app.node.modem.sockets
    app.node.status()
    for name in LATER:
        __import__(name)
    print("SET UP")
    raise SystemExit
asyncio.run = run
app.start()
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The folder of all compiled modules."""
    folder = tmp_path_factory.mktemp("whole") / "node"
    pcnode.build(folder)
    return folder


def copy(whole, folder, modules):
    """Copy to folder what a board with modules has, and what this computer has as a board."""
    for path in whole.rglob("*.*"):
        name = path.relative_to(whole).as_posix()
        if "/" not in name or module(name) in modules:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / name)


def start(folder, config, modules=()):
    """Set the node of config up on a computer with the files in folder; return what it says."""
    path = folder / "config.json"
    path.write_text(json.dumps(config))
    env = pcnode.environment(path) | {"DATA": f"{folder}/", "CHECKED": f"{folder}/checked"}
    later = sorted(set(modules) - {"boot", "main", "pins", "switch"})
    program = f"LATER = {later!r}\n{_SET_UP}"
    command = [interpreter(), "-X", "heapsize=512K", "-c", program]
    code = "import pcnode, sys; sys.exit(pcnode.run('127.0.0.1:9', 9600, None, "
    code += f"{command!r}, {env!r}, {str(folder)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("case", CASES)
def test_a_node_is_set_up_with_no_more_than_its_configuration_needs(case, whole, tmp_path):
    config = EXAMPLE | CASES[case]
    modules = needed(json.dumps(config).encode(), load("PC"))
    copy(whole, tmp_path, modules)
    assert modules < set(every(load("PC")))
    assert "SET UP" in start(tmp_path, config, modules)


def test_every_option_is_needed_by_something_and_is_a_module():
    board = load("PC")
    found = [needed(json.dumps(EXAMPLE | more).encode(), board) for more in CASES.values()]
    assert set().union(*found) == set(every(board))
    assert set(WHEN) <= optional(board)
    assert not optional(board) & set.intersection(*found)


@pytest.mark.parametrize("case", ["outbox", "udp", "psm", "cycle", "other sensors"])
def test_a_configuration_that_needs_what_is_not_there_is_told_in_one_sentence(
    case, whole, tmp_path
):
    copy(whole, tmp_path, usual(load("PC")))
    said = start(tmp_path, EXAMPLE | CASES[case])
    assert "Traceback" not in said
    line = next(line for line in said.splitlines() if line.startswith("configuration: "))
    assert "no module named" in line
    assert line.endswith(": make deploy brings what it needs")


def test_make_config_says_what_a_board_lacks_and_deploying_brings_it(board, tmp_path):
    one = board()
    one.install("--log", "0")
    mine = tmp_path / "mine.json"
    mine.write_text(json.dumps(EXAMPLE | CASES["outbox"]))
    lack = sorted(needed(mine.read_bytes(), load("PC")) - usual(load("PC")))
    assert {"node.outbox", "node.outbox.courier", "node.outbox.store"} <= set(lack)
    refused(
        one.run("config", "--file", mine),
        "needs " + ", ".join(lack),
        f"make deploy BOARD=PC CONFIG={mine}",
    )
    brought = one.install("--log", "0", "--config", mine).output
    # Those, the configuration, the old one and the record.
    assert f"{len(lack) + 3} files copied" in brought
    assert "config.json is on the board" not in one.run("config", "--file", mine).output
    again = one.install("--log", "0").output
    assert "nothing to copy" in again  # its own configuration says what it needs
    mine.write_text(json.dumps(EXAMPLE))
    assert "config.json is on the board" in one.run("config", "--file", mine).output
    less = one.install("--log", "0").output
    assert f"{len(lack)} removed" in less
