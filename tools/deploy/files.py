"""Files from a board: their list, their contents, the copy of all of them on this computer."""

from base64 import b64decode
from datetime import datetime
from pathlib import Path

from deploy.boards import ROOT
from deploy.errors import DeployError
from deploy.install import scan
from deploy.payload import digest

KEPT = ROOT / "backup"
_BYTES, _TIMES = 510, 32  # printed at a time, and how often in one command
_OPEN = """
from binascii import b2a_base64 as _b
_f = open(%r, "rb")
"""
_READ = f"""
for _i in range({_TIMES}):
    _d = _f.read({_BYTES})
    print(_b(_d).decode(), end="")
    if len(_d) < {_BYTES}:
        _f.close()
        break
"""


def everything(link):
    """Return {path: (bytes, hash)} of all files on the board."""
    return scan(link, [""], [])


def read(link, path):
    """Return the contents of the file path on the board; raises DeployError.

    A part with each command: a large file may take longer than a board has for one.
    """
    data = part = b64decode(link.run(_OPEN % path + _READ))
    while len(part) == _BYTES * _TIMES:
        part = b64decode(link.run(_READ))
        data += part
    return data


def fetch(link, paths, folder):
    """Copy the files {path: (bytes, hash)} into folder; raises DeployError."""
    for path, (_, sha) in sorted(paths.items()):
        data = read(link, path)
        if digest(data) != sha:
            raise DeployError(f"{path} came from the board with errors", "try again")
        place = (folder / path).resolve()
        if not place.is_relative_to(folder.resolve()):
            raise DeployError(f"the board has a file named {path!r}", "remove it in make repl")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        except OSError as e:
            raise DeployError(
                f"{place} cannot be written: {e.strerror}",
                "another folder, or more room in it: make backup TO=folder",
            )


def new_folder(board, base=None):
    """Return the path for a backup that is made now."""
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    return Path(base) if base else KEPT / f"{board}-{stamp}"
