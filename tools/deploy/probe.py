"""What is on the other end: which MicroPython, on which board, with how much room."""

import json
from dataclasses import dataclass

from deploy.errors import DeployError

MPY_VERSION = 6  # of what mpy-cross makes
_CODE = """
import sys, os, gc
try:
    import json
except ImportError:
    import ujson as json
_i = sys.implementation
try:
    _v = os.statvfs(os.getcwd())
except OSError:
    _v = (512,) + (0,) * 9
_m = getattr(_i, "_machine", "")
if not _m and hasattr(os, "uname"):
    _m = os.uname().machine
try:
    with open("deployed.json") as _f:
        _d = json.load(_f)
    _d = {"version": _d["version"], "board": _d["board"]}
except (OSError, ValueError, KeyError, TypeError):
    _d = None
# Where the package node is, other than by a deployment: in the firmware, or copied by hand.
_n = _b = _f = ""
if not _d:
    _k = set(sys.modules)
    try:
        import node
        _n = str(node.__path__)
        import pins
        _b = pins.NAME
    except (ImportError, AttributeError):
        pass
    except Exception as _e:
        _f = repr(_e)
    for _x in set(sys.modules) - _k:
        del sys.modules[_x]
gc.collect()
print(json.dumps({"name": _i.name, "version": list(_i.version)[:3], "machine": _m,
    "mpy": getattr(_i, "_mpy", getattr(_i, "mpy", 0)) & 255, "platform": sys.platform,
    "cwd": os.getcwd(), "block": _v[1] or _v[0], "free": _v[3] * (_v[1] or _v[0]),
    "size": _v[2] * (_v[1] or _v[0]),
    "deployed": _d, "node": _n, "pins": _b, "fault": _f}))
"""


@dataclass
class Found:
    """The board as it describes itself; block, free, size in bytes, deployed: dict or None.

    size: of the file system, 0 where it is not told. node: the folder that the package node is
    in where it was not deployed ("": there is none); pins: NAME of the board definition there.
    fault: the error that one of the two ended with when it was loaded.
    """

    name: str
    version: list
    machine: str
    mpy: int
    platform: str
    cwd: str
    block: int
    free: int
    deployed: dict | None
    size: int = 0
    node: str = ""
    pins: str = ""
    fault: str = ""

    @property
    def number(self):
        """The version of MicroPython as text."""
        return ".".join(str(part) for part in self.version)

    @property
    def board(self):
        """The BOARD= that the node on it was made for, as far as it is known; else ""."""
        return (self.deployed or {}).get("board", self.pins)

    @property
    def frozen(self):
        """Whether the node is part of the firmware: frozen, or in a ROMFS."""
        return self.node.startswith((".frozen", "/rom"))


def probe(link):
    """Return what the board on link is; raises DeployError."""
    text = link.run(_CODE)
    try:
        return Found(**json.loads(text))
    except (ValueError, TypeError):
        raise DeployError(
            f"the board answers strangely: {text[:80]!r}", "press its reset button and try again"
        )


def check(found, board, compiled=True, port="…"):
    """Raise DeployError if what was found is not the board, or cannot run the node.

    compiled: whether .mpy files are to run on it.
    """
    for fault in faults(found, board, compiled, port):
        raise fault


def faults(found, board, compiled=True, port="…"):
    """Yield what check() raises, the worst first."""
    flash = f"make flash BOARD={board.name} FIRMWARE=…"
    if found.name != "micropython":
        yield DeployError(f"the board runs {found.name}, not MicroPython", f"put it on: {flash}")
    if wrong := another_board(found, board, port):
        yield wrong
    if tuple(found.version) < board.min_version:
        wanted = ".".join(str(part) for part in board.min_version)
        yield DeployError(
            f"MicroPython {found.number} on the board is too old: it takes {wanted}",
            flash,
        )
    if compiled and found.mpy != MPY_VERSION:
        yield DeployError(
            f"MicroPython {found.number} on the board loads .mpy files of version {found.mpy}; "
            f"ours have version {MPY_VERSION}",
            f"make deploy-src BOARD={board.name}, or a newer MicroPython: {flash}",
        )
    if found.cwd.rstrip("/") != board.root.rstrip("/"):
        yield DeployError(
            f"the board starts from {found.cwd}, not from {board.root}",
            "take its memory card out and press its reset button",
        )


def another_board(found, board, port="…"):
    """Return the DeployError for a board that is not the one of this definition, or None."""
    if found.platform not in board.platforms:
        return DeployError(
            f"BOARD={board.name} is an {board.port} board, and the one on {port} is "
            f"{found.machine or found.platform} ({found.platform})",
            "give the BOARD= that it is, or another PORT=",
        )
    if board.machine and not any(part in found.machine for part in board.machine):
        return DeployError(
            f"BOARD={board.name} has to be {' or '.join(board.machine)}, and the one on {port} "
            f"says it is {found.machine}",
            "give the BOARD= that it is, or another PORT=",
        )
    return None
