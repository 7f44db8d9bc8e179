"""Copies what changed to a board and switches over, so that a cut leaves the old or the new.

1. Everything new goes to next/ under names made of its path and contents, and is verified there.
   At a first deployment files of the packages go to their places at once: nothing has use for them
   yet, and a small file system has no room for anything twice.
2. boot.py and switch go to their places: they suit the old version as well.
3. next/ready is written; with its last line the new version is the one that starts.
4. firmware/switch.py does what the list says, here or at the next start.
"""

import math
from dataclasses import dataclass, field

from deploy.boards import ROOT
from deploy.errors import DeployError
from deploy.payload import FIRST, RECORD, digest

SWITCH = ROOT / "firmware" / "switch.py"
CONFIGS = ("config.json", "config.prev.json", "config.old.json")
_SECTOR = 512  # the block of FAT in a chip's own flash memory; LittleFS has larger ones
STAMPS = tuple(name + ".ok" for name in CONFIGS)  # that a configuration was checked
_OURS = ("lib/at", "lib/m5310", "lib/lwm2m", "lib/node", "at", "m5310", "lwm2m", "node")
_ROOT_FILES = ("boot.py", "main.py", "switch", "pins", "pin_rules")
_HELPERS = """
def _hash(p, h):
    b = bytearray(512); m = memoryview(b)
    with open(p, "rb") as f:
        while True:
            n = f.readinto(b)
            if not n:
                return h.hexdigest() if hasattr(h, "hexdigest") else _hex(h.digest()).decode()
            h.update(m[:n])
def _show(p):
    import hashlib
    try:
        print(os.stat(p)[6], _hash(p, hashlib.sha256()), p)
    except OSError:
        pass
def _walk(p, f):
    try:
        found = [(e[0], e[1]) for e in os.ilistdir(p or ".")]
    except OSError:
        return
    for name, kind in found:
        q = p + "/" + name if p else name
        if kind & 0x4000:
            _walk(q, f)
        else:
            f(q)
from binascii import hexlify as _hex
"""


@dataclass
class Plan:
    """copy: paths of new or changed files; remove: paths of files that are no longer needed.

    direct: those of copy that go to their places at once.
    """

    copy: list
    remove: list
    direct: set = field(default_factory=set)

    @property
    def staged(self):
        """Those of copy that go to next/ before."""
        return [path for path in self.copy if path not in self.direct]


def prepare(link):
    """Bring what the other functions use onto the board; finish or forget an earlier deployment.

    Returns whether there was one to be finished. Raises DeployError.
    """
    link.run(SWITCH.read_text() + _HELPERS)
    return link.run("print(finish())", slow=True).strip() == "True"


def scan(link, folders=_OURS, files=None):
    """Return {path: (bytes, hash)} of the files in folders and of files. Raises DeployError."""
    if files is None:
        names = [n if "." in n else n + end for n in _ROOT_FILES for end in ("", ".py", ".mpy")]
        files = [name for name in names if "." in name] + [RECORD]
    text = link.run(
        "for _p in %r: _walk(_p, _show)\nfor _p in %r: _show(_p)" % (list(folders), list(files)),
        "the firmware may lack hashlib.sha256: make flash with a full one",
        slow=True,
    )
    found = {}
    for line in text.splitlines():
        try:
            size, sha, path = line.split(" ", 2)
            found[path] = int(size), sha
        except ValueError:
            raise DeployError(f"the board answers strangely: {line[:60]!r}", "try again")
    return found


def compare(wanted, present):
    """Return the Plan that makes the files {path: bytes} of what scan returned."""
    hashes = {path: digest(data) for path, data in wanted.items()}
    copy = [path for path in hashes if present.get(path, (0, ""))[1] != hashes[path]]
    return Plan(copy, [path for path in present if path not in wanted])


def first(plan, present):
    """Make plan one of a first deployment: what is in nobody's way goes to its place at once."""
    new = [path for path in plan.copy if path not in present]
    plan.direct = {
        path for path in new if path.startswith(("lib/", "pins.", "pin_rules.", "switch."))
    }
    return plan


def room(plan, wanted, block):
    """Return how many bytes the plan needs on a file system with such blocks, at most."""
    sizes = {path: math.ceil(len(wanted[path]) / block) for path in plan.copy}
    # A staged file is there twice while it is put in its place; then the one in next/ goes.
    twice = max((sizes[path] for path in plan.staged), default=0)
    names = {}
    for path in plan.direct:
        _enter(names, path)
    for path in plan.staged:
        _enter(names, path)
        _enter(names, "next/" + stage_name(path, wanted[path]))
    folders = sum(_folder(inside, block) for inside in names.values())
    spare = 0 if block <= _SECTOR else 3  # FAT is counted exactly
    return (sum(sizes.values()) + twice + folders + spare) * block


def _enter(names, path):
    """Add path, and the folders above it, to names: {folder: names in it}; not to the root's."""
    folder, _, name = path.rpartition("/")
    if folder:
        names.setdefault(folder, set()).add(name)
        _enter(names, folder)


def _folder(names, block):
    """Return how many blocks a folder with names takes."""
    if block > _SECTOR:
        return 2  # LittleFS: a pair of blocks
    entries = 2 + sum(1 + math.ceil(len(name) / 13) for name in names)  # FAT, with long names
    return math.ceil(entries * 32 / block)


def stage_name(path, data):
    """Return the name of path's new contents in next/."""
    return digest(path.encode() + b"\0" + data)[:12]  # FAT has two entries for that


def stage(link, plan, wanted, progress=None):
    """Copy what the plan says, most of it to next/, and verify it; return how many files it were.

    What an earlier try has left in next/ is used again. Raises DeployError.
    """
    names = {stage_name(path, wanted[path]): path for path in plan.staged}
    link.run("try: os.mkdir(STAGE)\nexcept OSError: pass")
    there = scan(link, ["next"], [])
    for path in there:
        if path[5:] not in names:
            link.run("os.remove(%r)" % path)
    copied = 0
    for name, path in names.items():
        data = wanted[path]
        if there.get("next/" + name, (0, ""))[1] != digest(data):
            link.write("next/" + name, data, progress)
            copied += 1
    for folder in _folders(plan.direct):
        link.run("try: os.mkdir(%r)\nexcept OSError: pass" % folder)
    for path in sorted(plan.direct):
        link.write(path, wanted[path], progress)
    copied += len(plan.direct)
    link.run("sync()")
    there = scan(link, ["next"], sorted(plan.direct))
    for place, path in [("next/" + n, p) for n, p in names.items()] + [
        (p, p) for p in plan.direct
    ]:
        if there.get(place, (0, ""))[1] != digest(wanted[path]):
            raise DeployError(
                f"{path} came to the board with errors; the old version stays",
                "try again, with another cable if it happens again",
            )
    return copied


def _folders(paths):
    """Return the folders above paths, each behind those above it."""
    found = set()
    for path in paths:
        while path := path.rpartition("/")[0]:
            found.add(path)
    return sorted(found)


def switch(link, plan, wanted):
    """Make the staged version the one that starts, and put it in its place. Raises DeployError."""
    before = [path for path in plan.staged if path in FIRST]
    for path in before:
        link.run("put(%r, %r)" % (stage_name(path, wanted[path]), path))
    later = [path for path in plan.staged if path not in before and path != RECORD]
    steps = [(stage_name(path, wanted[path]), path) for path in later]
    steps += [("-", path) for path in plan.remove]
    if RECORD in plan.copy:
        steps.append((stage_name(RECORD, wanted[RECORD]), RECORD))
    text = "".join(f"{name} {path}\n" for name, path in steps) + "end"
    link.run("sync()")
    link.write("next/ready", text.encode())
    link.run("sync()")
    link.run("finish()", "start the board again: it finishes the deployment by itself", slow=True)


def verify(link, wanted):
    """Compare what is on the board with wanted by hash; raises DeployError."""
    present = scan(link, files=[path for path in wanted if "/" not in path])
    plan = compare(wanted, present)
    bad = plan.copy + plan.remove
    if bad:
        raise DeployError(f"{bad[0]} on the board is not what it should be", "deploy again")
    return len(wanted)


def forget(link, plan):
    """Remove what was copied for the plan: the board is as it was."""
    link.run("clear()")
    for path in sorted(plan.direct):
        link.run("remove(%r)" % path)
