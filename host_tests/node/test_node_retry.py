"""Whatever set-up raises, a board tries again with what was good before; it never just ends."""

import json

import pytest
from start_rig import MAIN, PROGRAM, board, proven, run, write

__all__ = ("board",)  # a fixture

ERRORS = (
    "MemoryError('memory allocation failed')",
    "OSError(5)",
    "ValueError('pin')",
    "TypeError('extra keyword arguments given')",
    "AttributeError('IRQ_RISING')",
    "RuntimeError('maximum recursion depth exceeded')",
    "SyntaxError('invalid syntax')",
    "KeyError('units')",
    "NotImplementedError",
    "ZeroDivisionError",
)
# A machine whose devices fail where %s says.
FAILING = """
import machine
class Pin(machine.Pin):
    def __init__(self, id_, *args, **options):
        if id_ == %s:
            raise %s
        super().__init__(id_, *args, **options)
machine.Pin = Pin
"""
BOARD = """
import machine, sys
def reset():
    print("RESET")
    raise SystemExit
machine.reset = reset
"""
SLEEPS = """
from utime import *
def sleep(s):
    print("SLEEP", s)
"""


def changed(board, **fields):
    """Change the configuration of the board."""
    config = json.loads((board / "config.json").read_text())
    config.update(fields)
    (board / "config.json").write_text(json.dumps(config))


@pytest.mark.parametrize("error", ERRORS)
def test_set_up_goes_on_with_the_last_good_configuration(board, error):
    proven(board, sensors=1)
    write(board / "config.json", sensors=3)
    config = json.loads((board / "config.json").read_text())
    config["sensors"][2].update(pin=5, index=0)
    (board / "config.json").write_text(json.dumps(config))
    done = run(board, FAILING % (5, error) + PROGRAM)
    assert done.returncode == 0, done.stderr
    assert "configuration: " in done.stdout
    assert error.partition("(")[0] in done.stdout or "cannot be set up" in done.stdout
    assert "STATUS running on config.prev.json, the last configuration" in done.stdout
    assert "NODE 1" in done.stdout


@pytest.mark.parametrize("error", ERRORS[:4])
def test_a_pin_of_the_module_that_fails_is_no_end_either(board, error):
    proven(board, sensors=1)
    changed(board, module={"reset_pin": 19})
    done = run(board, FAILING % (19, error) + PROGRAM)
    assert "NODE 1" in done.stdout, done.stdout + done.stderr


BROKEN_ONCE = """
from m5310.modem import Modem
init = Modem.__init__
def broken(*args, **options):
    Modem.__init__ = init
    raise %s
Modem.__init__ = broken
"""


@pytest.mark.parametrize("error", ["RuntimeError('no')", "MemoryError"])
def test_a_driver_of_the_module_that_fails_is_one_too(board, error):
    proven(board, sensors=1)
    write(board / "config.json", sensors=2)
    done = run(board, BROKEN_ONCE % error + PROGRAM)
    assert "NODE 1" in done.stdout, done.stdout + done.stderr
    assert error.partition("(")[0] in done.stdout


def test_a_driver_that_does_not_compile_is_one_too(board):
    proven(board, sensors=1)
    (board / "onewire.py").write_text("class OneWire(:\n")
    write(board / "config.json", sensors=2)
    (board / "config.prev.json").write_text(
        json.dumps({"sensors": [{"type": "mcu", "instance": 0}], "module": {"uart": 2}})
    )
    (board / "pins.py").write_text("def mcu_temperature(): return 30\n")
    done = run(board)
    assert "NODE 1" in done.stdout, done.stdout + done.stderr
    assert "SyntaxError" in done.stdout


def test_with_nothing_left_the_board_restarts_after_pauses_that_grow(board):
    write(board / "config.json", sensors=1)
    (board / "time.py").write_text(SLEEPS)
    pauses = []
    failing = BOARD + FAILING % (4, "MemoryError") + "machine.cause = machine.HARD_RESET\n"
    for count in range(9):
        done = run(board, failing + MAIN)
        assert "behind it" not in done.stdout
        assert done.stdout.rstrip().endswith("RESET"), done.stdout + done.stderr
        pauses.append(int(done.stdout.partition("SLEEP ")[2].split()[0]))
        assert f"the board restarts in {pauses[-1]} s, Ctrl-C keeps it from that" in done.stdout
        if count:
            said = f"restarted: no configuration can be used (restart {count} since power on)"
            assert said in done.stdout
    assert pauses == [10, 20, 40, 80, 160, 320, 600, 600, 600]
    done = run(board, BOARD + PROGRAM)  # the fault is gone
    assert "NODE 1" in done.stdout


def test_a_configuration_that_is_missing_is_waited_for_in_the_same_way(board):
    (board / "time.py").write_text(SLEEPS)
    done = run(board, BOARD + MAIN)
    assert "config.json: is missing: copy config.example.json to it" in done.stdout
    assert done.stdout.rstrip().endswith("RESET")


def test_ctrl_c_in_the_pause_leads_to_the_prompt(board):
    (board / "time.py").write_text(SLEEPS.replace("print(", "raise KeyboardInterrupt  # "))
    done = run(board, BOARD + MAIN)
    assert "RESET" not in done.stdout
    assert "KeyboardInterrupt" in done.stdout + done.stderr


def test_a_board_that_has_no_reset_starts_over_by_ending_its_program(board):
    (board / "time.py").write_text(SLEEPS)
    done = run(board, "import machine\ndel machine.reset\n" + MAIN)
    assert done.returncode == 1
    assert "SLEEP 10" in done.stdout
    assert "behind it" not in done.stdout


def test_three_starts_that_fail_are_three_tries_of_a_configuration(board):
    proven(board, sensors=1)
    write(board / "config.json", sensors=2)
    program = FAILING % (4, "MemoryError") + PROGRAM  # the heap is too small for either, here
    for _ in range(3):
        assert "NODE None" in run(board, program).stdout
    done = run(board)
    assert "NODE 1" in done.stdout
    assert "config.json was not online at 3 starts" in done.stdout


ENDS = """
from node.app import Node
async def run(self):
    raise %s
Node.run = run
"""


@pytest.mark.parametrize("error", ["MemoryError", "ValueError('x')", "OSError(12)"])
def test_a_node_that_ends_by_itself_starts_over(board, error):
    write(board / "config.json", sensors=1)
    (board / "time.py").write_text(SLEEPS)
    done = run(board, BOARD + ENDS % error + MAIN)
    assert done.stdout.rstrip().endswith("RESET"), done.stdout + done.stderr
    assert "the node has ended: " + error[:10] in done.stdout
    assert "SLEEP 10" in done.stdout
    assert "the node has ended" in (board / "restarts.txt").read_text()


LEAVING = """
from node.app import Node
async def run(self):
    raise KeyboardInterrupt
async def shutdown(self, limit=0):
    raise MemoryError
Node.run = run
Node.shutdown = shutdown
"""


def test_ctrl_c_leads_to_the_prompt_even_if_the_way_out_fails(board):
    write(board / "config.json", sensors=1)
    done = run(board, BOARD + LEAVING + MAIN)
    assert "behind it" in done.stdout, done.stdout + done.stderr
    assert "RESET" not in done.stdout


@pytest.mark.parametrize("paths", [[], ["lib"]])
def test_a_board_without_the_node_s_files_tries_again_each_minute(board, paths):
    fakes = ["tools/fakes", "boards/PC/virtual"]
    (board / "time.py").write_text(SLEEPS)
    done = run(board, BOARD + MAIN, [*paths, *fakes])
    assert "ImportError" in done.stdout
    assert "the board restarts in 60 s" in done.stdout
    assert done.stdout.rstrip().endswith("SLEEP 60\nRESET"), done.stdout + done.stderr


@pytest.mark.parametrize("fault", ["raise MemoryError", "x = (", "1 / 0"])
def test_a_broken_board_definition_is_tried_again(board, fault):
    write(board / "config.json", sensors=1)
    (board / "time.py").write_text(SLEEPS)
    (board / "pins.py").write_text(fault + "\n")
    done = run(board, BOARD + MAIN)
    assert done.stdout.rstrip().endswith("RESET"), done.stdout + done.stderr


def test_on_a_pc_the_program_ends_with_a_status_and_a_sentence(board):
    write(board / "config.json", sensors=1)
    (board / "pins.py").write_text("HOSTED = True\n")
    done = run(board, BOARD + FAILING % (4, "MemoryError") + MAIN)
    assert done.returncode == 2
    said = "configuration: the node cannot be set up with config.json: MemoryError"
    assert said in done.stdout
    done = run(board, BOARD + ENDS % "MemoryError" + MAIN)
    assert done.returncode == 1
    assert "the node has ended: MemoryError" in done.stdout
    assert "RESET" not in done.stdout


FOREIGN = ("notes.md", "notes.en", "00000000.bak", "0x000001", "+0000001", "1_000000", "0000000G")


def test_foreign_files_in_the_outbox_are_left_alone(board):
    write(board / "config.json", sensors=1, outbox={"readings": 64})
    (board / "outbox").mkdir()
    for name in FOREIGN:
        (board / "outbox" / name).write_text("mine")
    (board / "outbox" / "FOLDER01").mkdir()
    done = run(board)
    assert "NODE 1" in done.stdout, done.stdout + done.stderr
    assert "outbox: " not in done.stdout
    assert all((board / "outbox" / name).read_text() == "mine" for name in FOREIGN)


@pytest.mark.parametrize("where", ["in set-up", "running"])
def test_ctrl_c_is_no_failure_of_a_configuration(board, where):
    proven(board, sensors=1)
    write(board / "config.json", sensors=2)
    program = ENDS % "KeyboardInterrupt" + MAIN
    if where == "in set-up":
        program = FAILING % (4, "KeyboardInterrupt") + MAIN
    for _ in range(5):
        assert "has not been online yet: start 1 of 3" in run(board, program).stdout
    assert "NODE 2" in run(board).stdout
