"""One file in, one file out: what a board gets is what mpy-cross makes of each source."""

import subprocess

import pytest
from deploy_rig import ROOT
from devcode import compiler

from deploy.boards import load, names
from deploy.options import usual
from deploy.payload import RECORD, payload, selected

TEXT = {"boot.py", "main.py"}


def source(path, board):
    """Return the source of a file at path on a board, by name alone."""
    path = path.removesuffix(".mpy").removesuffix(".py") + ".py"
    if path in ("pins.py", "pin_rules.py"):
        return board.folder / path
    top = path.split("/")
    if top[0] == "lib" and top[1] != "node":
        return ROOT / path
    return ROOT / "firmware" / path.removeprefix("lib/")


def made(path, board, level, folder):
    """Return what mpy-cross makes of the source of path."""
    module = path.removeprefix("lib/").removesuffix(".mpy").removesuffix("/__init__")
    out = folder / "out.mpy"
    command = [compiler(), level, "-s", module.replace("/", "."), "-o", out, source(path, board)]
    subprocess.run(command, check=True)
    return out.read_bytes()


def checked(files, board, level, folder):
    """Check that every one of files comes from the source of its name, unchanged."""
    for path, data in files.items():
        if path.endswith(".mpy"):
            assert data == made(path, board, level, folder), path
        elif path != RECORD:
            assert path in TEXT
            assert data == source(path, board).read_bytes(), path


@pytest.mark.parametrize("name", names())
def test_every_file_of_a_board_is_the_source_of_its_name_compiled(name, tmp_path):
    board = load(name)
    files = selected(payload(board), usual(board), board)
    assert {"lib/node/app.mpy", "lib/m5310/modem.mpy", "lib/lwm2m/registry.mpy"} < set(files)
    checked(files, board, "-O3", tmp_path)


@pytest.mark.parametrize("lines", [False, True])
def test_so_is_every_file_that_some_board_may_have(lines, tmp_path):
    board = load("PC")
    checked(payload(board, lines=lines), board, "-O2" if lines else "-O3", tmp_path)


def test_with_source_files_a_board_gets_the_sources():
    board = load("PC")
    for path, data in payload(board, compiled=False).items():
        assert path.endswith(".py")
        assert data == source(path, board).read_bytes()
