"""Runs on the board: modules that are brought along, in RAM and nowhere else."""

import gc
import io
import sys
from binascii import a2b_base64

try:
    from vfs import mount
except ImportError:
    from os import mount  # type: ignore[no-redef]  # before MicroPython 1.23


class RamFs:
    """A file system that holds nothing but what bring() was given."""

    def __init__(self):
        self.files = {}

    def mount(self, readonly, mkfs):
        """Nothing to do."""

    def umount(self):
        """Nothing to do."""

    def stat(self, path):
        """Tell a file from a folder; raises OSError(ENOENT)."""
        path = path.strip("/")
        if path in self.files:
            return (0x8000, 0, 0, 0, 0, 0, len(self.files[path]), 0, 0, 0)
        for name in self.files:
            if name.startswith(path + "/"):
                return (0x4000, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        raise OSError(2)

    def open(self, path, mode):
        """Return the file path as a stream."""
        return io.BytesIO(self.files[path.strip("/")])


_ram = RamFs()
_before = list(sys.modules)
mount(_ram, "/doctor")
sys.path.insert(0, "/doctor")


def bring(path, text):
    """Add the bytes that text (base64) stands for to the file path."""
    _ram.files[path] = _ram.files.get(path, b"") + a2b_base64(text)


def drop():
    """Forget every file and every module that was imported, and what they left on the heap."""
    _ram.files.clear()
    for name in list(sys.modules):
        if name not in _before:
            del sys.modules[name]
    gc.collect()
