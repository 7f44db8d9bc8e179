"""What has to be on a board: {path on the device: bytes}, compiled or as it is."""

import hashlib
import importlib.metadata
import json
import os
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.boards import ROOT
from deploy.errors import DeployError
from pcnode import compiler

PACKAGES = {"lib/m5310": "lib/m5310", "lib/lwm2m": "lib/lwm2m", "firmware/node": "lib/node"}
STARTED = ("boot.py", "main.py")  # by a board, by these names
FIRST = ("boot.py", "switch.mpy", "switch.py")  # in their places before all others
RECORD = "deployed.json"
CACHE = ROOT / "build" / "mpy"


def digest(data):
    """Return the SHA-256 of data in hex."""
    return hashlib.sha256(data).hexdigest()


def sources(board):
    """Return {path on the device: source file}."""
    found = {name: ROOT / "firmware" / name for name in (*STARTED, "switch.py")}
    for name in ("pins.py", "pin_rules.py"):
        if (board.folder / name).exists():
            found[name] = board.folder / name
    if "pins.py" not in found:
        raise DeployError(f"{board.folder} has no pins.py", "compare it with another board's")
    for folder, place in PACKAGES.items():
        for path in sorted((ROOT / folder).rglob("*.py")):
            found[f"{place}/{path.relative_to(ROOT / folder).as_posix()}"] = path
    return found


def _compile(item):
    """Return (path, bytes) of one compiled file, from the cache if it was compiled before."""
    path, source = item
    text = source.read_bytes()
    if path in STARTED:
        return path, text
    kept = CACHE / (digest(path.encode() + b"\0" + text)[:32] + ".mpy")
    if not kept.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=CACHE, delete=False) as draft:
            pass
        command = [compiler(), "-s", path, "-o", draft.name, str(source)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            os.unlink(draft.name)
            lines = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
            raise DeployError(
                f"{source.relative_to(ROOT)} does not compile: {lines[-1]}", "put it right"
            )
        os.replace(draft.name, kept)
    return str(Path(path).with_suffix(".mpy")), kept.read_bytes()


def payload(board, compiled=True):
    """Return all files for board, with the record of them; raises DeployError."""
    found = sources(board)
    if compiled:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            files = dict(pool.map(_compile, found.items()))
    else:
        files = {path: source.read_bytes() for path, source in found.items()}
    hashes = {path: digest(data) for path, data in sorted(files.items())}
    record = {"version": version(hashes), "board": board.name, "files": hashes}
    files[RECORD] = json.dumps(record, separators=(",", ":")).encode()
    return files


def version(hashes):
    """Return the version of the project and eight digits that stand for exactly these files."""
    release = importlib.metadata.version("m5310-node")
    return f"{release}+{digest(json.dumps(hashes, sort_keys=True).encode())[:8]}"
