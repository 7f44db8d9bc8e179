"""Run by the MicroPython of the PC: a deployment, cut off at every write, or file operation.

Reads a JSON file: {"fat": bool, "first": [code], "then": [code], "old": {path: text},
"new": {path: text}}. The codes are what the tool had a board run. Prints CUTS number old new, and
a line BAD for every cut after which neither version is there whole.
"""

import builtins
import json
import os
import sys

import vfs

real_open = open


class Cut(BaseException):
    """The power failed."""


class Memory:
    """Flash memory; every write counts, and the one at which the power fails is done half.

    left: writes to go until then, -1: it does not fail. dead: without power, forgotten files that
    are closed by a garbage collection write no more.
    """

    def __init__(self, size, data):
        self.data = data
        self.size = size
        self.left = -1
        self.dead = False

    def readblocks(self, block, buf, offset=0):
        if self.dead:
            return
        at = block * self.size + offset
        buf[:] = self.data[at : at + len(buf)]

    def writeblocks(self, block, buf, offset=0):
        if self.dead:
            return
        at = block * self.size + offset
        if not FAT:
            self.left -= 1
            if self.left == 0:
                self.data[at : at + len(buf) // 2] = buf[: len(buf) // 2]
                self.dead = True
                raise Cut
        self.data[at : at + len(buf)] = buf

    def ioctl(self, request, arg):
        if self.dead:
            return 0  # without allocating anything, as above: the collection locks the heap
        if request == 6:
            self.data[arg * self.size : (arg + 1) * self.size] = b"\xff" * self.size
        return {4: len(self.data) // self.size, 5: self.size}.get(request, 0)


def operation(work):
    """Return work, behind which the power may fail (FAT: no write is atomic, a file's end is)."""

    def counted(*args):
        result = work(*args)
        if FAT:
            memory.left -= 1
            if memory.left == 0:
                memory.dead = True
                raise Cut
        return result

    return counted


class Os:
    """os, with what changes files counted."""

    def __init__(self):
        for name in dir(os):
            setattr(self, name, getattr(os, name))
        for name in ("rename", "remove", "mkdir", "rmdir"):
            setattr(self, name, operation(getattr(os, name)))


class File:
    """A file that is written, with its operations counted."""

    def __init__(self, file):
        self.write = operation(file.write)
        self.close = operation(file.close)

    def __enter__(self):
        return self

    def __exit__(self, *why):
        if why[0] is not Cut:
            self.close()


def counted_open(name, mode="r"):
    made = operation(real_open)(name, mode) if "w" in mode else real_open(name, mode)
    return File(made) if "w" in mode else made


def mount(left=-1):
    """Start the board anew; left: see Memory."""
    global memory
    memory.dead = True
    memory = Memory(memory.size, memory.data)
    memory.left = left
    vfs.umount("/")
    vfs.mount((vfs.VfsFat if FAT else vfs.VfsLfs2)(memory), "/")
    os.chdir("/")


def play(codes):
    """Run the codes as a board would, until the end or Cut."""
    names = {"open": counted_open, "print": lambda *args, **options: None}
    sys.modules["os"] = Os()
    try:
        for code in codes:
            exec(code, names)
    finally:
        sys.modules["os"] = os


def boot():
    """Start: what boot.py does, as a board does it."""
    sys.modules.pop("switch", None)
    sys.path[:] = ["", ".frozen", "/lib"]
    try:
        with open("boot.py") as f:
            text = f.read()
    except OSError:
        return
    exec(text, {})


def whole(version, other):
    """Return whether exactly the files of version are there (of those of both)."""
    for path in set(version) | set(other):
        try:
            with open(path, "rb") as f:
                text = f.read()
        except OSError:
            text = None
        if text != (version[path].encode() if path in version else None):
            if path not in FIRST:  # what goes before the switch suits either
                wrong.append(path)
                return False
    return True


with open(sys.argv[1]) as f:
    job = json.load(f)
FAT = job["fat"]
wrong = []
FIRST = ("boot.py", "switch.py")
SIZE, BLOCKS = (512, 512) if FAT else (4096, 64)
memory = Memory(SIZE, bytearray(SIZE * BLOCKS))
kind = vfs.VfsFat if FAT else vfs.VfsLfs2
kind.mkfs(memory)
mount()
play(job["first"])
before = bytes(memory.data)
cuts = olds = news = 0
while True:
    memory.data[:] = before
    mount(cuts + 1)
    try:
        play(job["then"])
        break
    except Cut:
        cuts += 1
    mount()
    boot()
    new = whole(job["new"], job["old"])
    old = not new and whole(job["old"], job["new"])
    olds += old
    news += new
    if (not old and not new) or (old and news):
        builtins.print("BAD cut", cuts, "old" if old else "new" if new else "neither", wrong[-2:])
mount()
boot()
builtins.print("CUTS", cuts, olds, news, whole(job["new"], job["old"]))
