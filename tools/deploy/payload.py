"""What has to be on a board: {path on the device: bytes}, compiled or as it is."""

import hashlib
import importlib.metadata
import json

import devcode
from devcode import module

from deploy.boards import ROOT
from deploy.errors import DeployError

PACKAGES = {"lib/m5310": "lib/m5310", "lib/lwm2m": "lib/lwm2m", "firmware/node": "lib/node"}
FIRST = ("boot.py", "switch.mpy", "switch.py")  # in their places before all others
RECORD = "deployed.json"
_PORT = {"node.actuators.timer_pwm": "stm32"}  # of no use elsewhere
ELSEWHERE = frozenset(_PORT)


def digest(data):
    """Return the SHA-256 of data in hex."""
    return hashlib.sha256(data).hexdigest()


def sources(board):
    """Return {path on the device: source file}."""
    found = {name: ROOT / "firmware" / name for name in (*devcode.STARTED, "switch.py")}
    for name in ("pins.py", "pin_rules.py"):
        if (board.folder / name).exists():
            found[name] = board.folder / name
    if "pins.py" not in found:
        raise DeployError(f"{board.folder} has no pins.py", "compare it with another board's")
    for folder, place in PACKAGES.items():
        for path in sorted((ROOT / folder).rglob("*.py")):
            found[f"{place}/{path.relative_to(ROOT / folder).as_posix()}"] = path
    return found


def payload(board, compiled=True, lines=False):
    """Return all files that a node on board may have; raises DeployError.

    lines: compiled with line numbers, for tracebacks.
    """
    found = sources(board)
    try:
        if compiled:
            found = {path: source for path, source in found.items() if _useful(path, board)}
            return devcode.compiled(found, lines)
        devcode.check(found)
    except devcode.CompileError as e:
        raise DeployError(e.what, "put it right; the board is as it was")
    return {path: source.read_bytes() for path, source in found.items()}


def _useful(path, board):
    name = module(path)
    return _PORT.get(name, board.port) == board.port


def selected(files, spare, board):
    """Return those of payload()'s files that a board has, and the record of them.

    spare: names of modules that its configurations do not need. What is readable is all there.
    """
    files = {p: d for p, d in files.items() if p[-4:] != ".mpy" or module(p) not in spare}
    hashes = {path: digest(data) for path, data in sorted(files.items())}
    record = {"version": version(hashes), "board": board.name}
    return {**files, RECORD: json.dumps(record, separators=(",", ":")).encode()}


def version(hashes):
    """Return the version of the project and eight digits that stand for exactly these files."""
    release = importlib.metadata.version("m5310-node")
    return f"{release}+{digest(json.dumps(hashes, sort_keys=True).encode())[:8]}"
