"""What a board says of itself, on the real MicroPython, and what is made of its tracebacks."""

import json
import subprocess

import pytest

from deploy.link import _failed
from deploy.probe import _CODE, Found
from upytest import interpreter

NO_FILES = "def unmounted(path):\n    raise OSError(19)\n"


def probed(folder, code=_CODE, first=""):
    """Return the Found of a computer with the files in folder."""
    done = subprocess.run(
        [interpreter(), "-c", first + code],
        env={"MICROPYPATH": f"{folder}:.frozen"},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr, done.stderr
    return Found(**json.loads(done.stdout))


def package(folder, text=""):
    (folder / "node").mkdir(parents=True)
    (folder / "node/__init__.py").write_text(text)


def test_a_board_without_a_node(tmp_path):
    found = probed(tmp_path)
    assert (found.deployed, found.node, found.board, found.frozen) == (None, "", "", False)


def test_a_frozen_package_is_told_from_files(tmp_path):
    """Of the interpreter's frozen packages asyncio stands for the node."""
    found = probed(tmp_path, _CODE.replace("import node", "import asyncio as node"))
    assert found.node == ".frozen/asyncio"
    assert found.frozen
    package(tmp_path)
    (tmp_path / "pins.py").write_text('NAME = "RPI_PICO"')
    found = probed(tmp_path)
    assert found.node == "node" and not found.frozen
    assert found.board == "RPI_PICO"


def test_what_was_deployed_needs_no_looking_for(tmp_path):
    package(tmp_path, "print('never')")
    (tmp_path / "deployed.json").write_text('{"version": "1", "board": "PC"}')
    found = probed(tmp_path)
    assert (found.node, found.board, found.frozen) == ("", "PC", False)


def test_looking_for_the_node_leaves_nothing_loaded(tmp_path):
    package(tmp_path)
    (tmp_path / "pins.py").write_text('NAME = "RPI_PICO"')
    code = _CODE + "assert 'node' not in sys.modules and 'pins' not in sys.modules\n"
    assert probed(tmp_path, code).node


@pytest.mark.parametrize(
    ("text", "fault"),
    [("1 +", "SyntaxError"), ("raise MemoryError", "MemoryError"), ("import nothere", "")],
)
def test_a_node_that_cannot_be_loaded_is_none_and_its_fault_is_told(tmp_path, text, fault):
    package(tmp_path, text)
    found = probed(tmp_path)
    assert found.node == ""
    assert found.fault.split("(")[0] == fault


def test_a_broken_board_definition_is_told(tmp_path):
    package(tmp_path)
    (tmp_path / "pins.py").write_text("NAME = 1 / 0")
    found = probed(tmp_path)
    assert (found.node, found.board) == ("node", "")
    assert found.fault.startswith("ZeroDivisionError")


def test_a_board_without_a_file_system_can_be_asked(tmp_path):
    found = probed(tmp_path, _CODE.replace("os.statvfs", "unmounted"), first=NO_FILES)
    assert (found.free, found.size) == (0, 0)
    assert found.machine


@pytest.mark.parametrize(
    ("trace", "what", "step"),
    [
        ("ImportError: no module named 'hashlib'", "has no module hashlib", "mip install hashlib"),
        ("ImportError: can't import name ADC", "has no ADC", "make flash"),
        (
            "ImportError: no module named 'node.safe'",
            "the board has no module node.safe",
            "report",
        ),
        ("ImportError: ", "cannot be imported", "make flash"),
        ("TypeError: extra keyword arguments given", "extra keyword", "report this line"),
        ("NameError: name 'x' isn't defined", "name 'x'", "report this line"),
    ],
)
def test_what_a_reset_does_not_mend_is_not_explained_by_one(trace, what, step):
    error = _failed(f"Traceback (most recent call last):\n{trace}\n", None)
    assert what in error.what
    assert step in error.step
    assert "reset" not in error.step
    if trace.startswith("ImportError"):
        assert _failed(trace, "press its reset button").step == error.step
