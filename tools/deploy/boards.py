"""Board definitions: boards/<NAME>/board.json and the files beside it."""

import json
from dataclasses import dataclass
from pathlib import Path

from deploy.errors import DeployError

ROOT = Path(__file__).resolve().parents[2]
BOARDS = ROOT / "boards"
PLATFORMS = {"stm32": ("pyboard",), "unix": ("linux", "darwin")}  # sys.platform, where it differs
_FLASH = ("esptool", "dfu", "stlink", "uf2", None)


@dataclass(frozen=True)
class Board:
    """One board.json. min_version: (major, minor); root: where its file system is, "/" or so."""

    name: str
    port: str
    mcu: str
    machine: tuple
    firmware: str | None
    flash: str | None
    min_version: tuple
    mip: tuple
    root: str
    folder: Path

    @property
    def platforms(self):
        """What sys.platform may be on such a board."""
        return PLATFORMS.get(self.port, (self.port,))


def names(folder=BOARDS):
    """Return the names of all boards, sorted."""
    return sorted(path.parent.name for path in folder.glob("*/board.json"))


def listing(folder=BOARDS):
    """Return the names of all boards as text."""
    return ", ".join(names(folder)) or "none"


def load(name, folder=BOARDS):
    """Return the Board called name; raises DeployError with the list of those there are."""
    if not name:
        raise DeployError(
            "which board? BOARD= is missing", f"give BOARD=…, one of: {listing(folder)}"
        )
    if name not in names(folder):
        near = [known for known in names(folder) if known.lower() == name.lower()]
        step = f"did you mean BOARD={near[0]}?" if near else f"boards there are: {listing(folder)}"
        raise DeployError(f"there is no board {name}", step)
    path = folder / name / "board.json"
    try:
        data = json.loads(path.read_text())
        board = Board(
            name=name,
            port=data["port"],
            mcu=data["mcu"],
            machine=tuple(data["machine"]),
            firmware=data.get("firmware"),
            flash=data.get("flash"),
            min_version=tuple(int(part) for part in data["min_version"].split(".")),
            mip=tuple(data.get("mip") or ()),
            root="/" + data.get("root", ":").lstrip(":").strip("/"),
            folder=folder / name,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as e:
        raise DeployError(f"{path} is no board definition: {e!r}", "compare it with another's")
    if board.flash not in _FLASH:
        raise DeployError(f"{path}: flash is {board.flash!r}", "give esptool, dfu, stlink or uf2")
    return board
