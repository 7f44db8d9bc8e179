"""A file system on which the power fails: before step number `at` of those that change files."""

import builtins
import os


class Cut(BaseException):
    """The power failed."""


class Disk:
    """Stands before open and os in a test (use: a monkeypatch context). steps: taken so far.

    fat: a rename takes two steps where there is a file of that name. A write that is cut off
    leaves half of it.
    """

    def __init__(self, at=None, fat=False):
        self.at = at
        self.fat = fat
        self.steps = 0
        self._real = builtins.open, os.rename, os.remove

    def use(self, patch):
        patch.setattr(builtins, "open", self._open)
        patch.setattr(os, "rename", self._rename)
        patch.setattr(os, "remove", self._remove)

    def step(self, half=None):
        self.steps += 1
        if self.at is not None and self.steps >= self.at:
            if half and self.steps == self.at:
                half()
            raise Cut

    def _open(self, path, mode="r", **options):
        if "w" not in mode:
            return self._real[0](path, mode, **options)
        self.step()
        return _Writing(self, self._real[0](path, mode, **options))

    def _rename(self, old, new):
        if not os.path.exists(old):
            raise OSError(2, "ENOENT")
        if self.fat and os.path.exists(new):
            self.step()
            self._real[2](new)
        self.step()
        os.replace(old, new)

    def _remove(self, path):
        if os.path.exists(path):
            self.step()
        self._real[2](path)


class _Writing:
    def __init__(self, disk, file):
        self._disk = disk
        self._file = file

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self._file.close()

    def write(self, data):
        def put(part):
            self._file.write(part)
            self._file.flush()

        self._disk.step(lambda: put(data[: len(data) // 2]))
        put(data)


class Full(Disk):
    """A file system that takes nothing more: every step is ENOSPC."""

    def step(self, half=None):
        raise OSError(28, "ENOSPC")
