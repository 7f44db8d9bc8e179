"""What has to be on a board: {path on the device: bytes}, compiled or as it is."""

import hashlib
import importlib.metadata
import json

import devcode
from devcode import module

from deploy.errors import DeployError
from deploy.imports import FIRMWARE, LIB
from deploy.modules import every

ROOTED = (*devcode.STARTED, "switch.py")  # not in lib/
FIRST = ("boot.py", "switch.mpy", "switch.py")  # in their places before all others
RECORD = "deployed.json"


def digest(data):
    """Return the SHA-256 of data in hex."""
    return hashlib.sha256(data).hexdigest()


def sources(board):
    """Return {path on the device: source file} of all files that a board of this kind may have."""
    found = {}
    for path in every(board).values():
        if path.parent == board.folder or path.name in ROOTED:
            found[path.name] = path
        else:
            folder = LIB if LIB in path.parents else FIRMWARE
            found["lib/" + path.relative_to(folder).as_posix()] = path
    if "pins.py" not in found:
        raise DeployError(f"{board.folder} has no pins.py", "compare it with another board's")
    return found


def payload(board, compiled=True, lines=False):
    """Return all files that a node on board may have; raises DeployError.

    lines: compiled with line numbers, for tracebacks.
    """
    found = sources(board)
    try:
        if compiled:
            return devcode.compiled(found, lines)
        devcode.check(found)
    except devcode.CompileError as e:
        raise DeployError(e.what, "put it right; the board is as it was")
    return {path: source.read_bytes() for path, source in found.items()}


def selected(files, needed, board):
    """Return those of payload()'s files that a board has, and the record of them.

    needed: names of the modules that its configurations need. What is readable is all there.
    """
    files = {p: d for p, d in files.items() if p[-4:] != ".mpy" or module(p) in needed}
    hashes = {path: digest(data) for path, data in sorted(files.items())}
    record = {"version": version(hashes), "board": board.name}
    return {**files, RECORD: json.dumps(record, separators=(",", ":")).encode()}


def version(hashes):
    """Return the version of the project and eight digits that stand for exactly these files."""
    release = importlib.metadata.version("m5310-node")
    return f"{release}+{digest(json.dumps(hashes, sort_keys=True).encode())[:8]}"
