"""Modules for a board that need not have any of them: brought into its RAM, and taken away."""

from base64 import b64encode

import devcode

from deploy.imports import ONBOARD, closure
from deploy.probe import MPY_VERSION

_PART = 768  # bytes for one command; a heap of 64 KB holds that many times


class Cargo:
    """What a program on this PC runs on the board of link; found: as probe says.

    board: the Board whose pins.py is the module pins there.
    """

    def __init__(self, link, found, board):
        self._link = link
        self._compiled = found.mpy == MPY_VERSION
        self._board = board
        self._there = set()
        self._ready = False

    def load(self, *names):
        """Have the modules of these names ("node.sensors.ntc"), and all they import, there.

        Raises DeployError.
        """
        if not self._ready:
            self._link.run((ONBOARD / "ramfs.py").read_text())
            self._ready = True
        needed = closure(names, self._board)
        if unknown := set(names) - set(needed):
            raise ValueError(f"no module {sorted(unknown)[0]}")
        for name in sorted(set(needed) - self._there):
            self._bring(name, needed[name])
            self._there.add(name)

    def _bring(self, name, source):
        package = "/__init__" if source.name == "__init__.py" else ""
        path = f"{name.replace('.', '/')}{package}.py"
        files = {path: source.read_bytes()}
        if self._compiled:
            files = devcode.compiled({path: source}, lines=True)
        path, data = next(iter(files.items()))
        for at in range(0, len(data) or 1, _PART):
            self._link.run("bring(%r, %r)" % (path, b64encode(data[at : at + _PART])))

    def drop(self):
        """Have the board forget all of them, and what they left on its heap."""
        if self._ready:
            self._link.run("drop()")
            self._there.clear()
