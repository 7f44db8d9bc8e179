"""make types: the device code against the stubs of MicroPython's ports, for every board.

The stubs are pinned in pyproject.toml ([dependency-groups]). Each port has its own folder under
build/stubs, because all of them bring the same module names. A board is checked as a whole: lib,
firmware and its own files. With names of boards as arguments only those are checked.
"""

import os
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp

from deploy import boards
from deploy.errors import DeployError

ROOT = Path(__file__).resolve().parent.parent
ONBOARD = ROOT / "tools" / "deploy" / "onboard"
STUBS = ROOT / "build" / "stubs"
CACHE = ROOT / "build" / "mypy"
ONLY = {"firmware/node/actuators/timer_pwm.py": "stm32"}  # no other port gets to these
PLATFORMS = {"stm32": "pyboard", "unix": "linux"}  # sys.platform, where it is not the port


def pins(port):
    """Return the pinned requirements of the stubs of port; raises DeployError without any."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        groups = tomllib.load(file)["dependency-groups"]
    if "stubs-" + port not in groups:
        raise DeployError(
            f"there are no stubs for the port {port}",
            f"add stubs-{port} to [dependency-groups] of pyproject.toml",
        )
    return groups["stubs-" + port] + groups["stubs"]


def stubs(port):
    """Return the folder with the stubs of port, installed first if need be; raises DeployError."""
    folder = STUBS / port
    wanted = "\n".join(pins(port))
    pinned = folder / "pins.txt"
    if pinned.exists() and pinned.read_text() == wanted:
        return folder
    STUBS.mkdir(parents=True, exist_ok=True)
    fresh = Path(mkdtemp(prefix=port + "-", dir=STUBS))
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    try:
        subprocess.run([*command, "--no-deps", "--target", fresh, *pins(port)], check=True)
        (fresh / "pins.txt").write_text(wanted)
        rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    except subprocess.CalledProcessError:
        raise DeployError(
            f"the stubs for the port {port} could not be installed, pip says why above",
            "they come from PyPI once: connect to the network, then make types",
        ) from None
    except OSError:
        if not pinned.exists():  # else somebody else was faster
            raise
    finally:
        rmtree(fresh, ignore_errors=True)
    return folder


def sources(board):
    """Return every Python file that board has on it, relative to ROOT."""
    found = [*(ROOT / "lib").rglob("*.py"), *(ROOT / "firmware").rglob("*.py")]
    found += ONBOARD.glob("*.py")  # what the tools bring along for a while
    own = board.folder.glob("*.py")
    found += [path for path in own if not path.with_suffix(".pyi").exists()]
    found = [path for path in found if path.name != "manifest.py"]
    paths = sorted(path.relative_to(ROOT).as_posix() for path in found)
    return [path for path in paths if ONLY.get(path, board.port) == board.port]


def check(name, changed=None):
    """Return what mypy has to say of board name, a list of lines; [] is good.

    changed: {file of the tree: text to check in its stead}; that is kept in no cache. Raises
    DeployError.
    """
    board = boards.load(name)
    folder = stubs(board.port)
    roots = [board.folder, ROOT / "lib", ROOT / "firmware", ONBOARD, folder]
    command = [sys.executable, "-m", "mypy", "--config-file", ROOT / "pyproject.toml"]
    command += ["--custom-typeshed-dir", folder]
    command += ["--platform", PLATFORMS.get(board.port, board.port)]
    files = sources(board)
    with TemporaryDirectory() as copies:
        command += ["--cache-dir", copies + "/cache" if changed else CACHE / name]
        for number, (file, text) in enumerate((changed or {}).items()):
            copy = Path(copies, f"{number}.py")
            copy.write_text(text)
            command += ["--shadow-file", file, copy]
        done = subprocess.run(
            command + files,
            check=False,
            cwd=ROOT,
            env={**os.environ, "MYPYPATH": os.pathsep.join(map(str, roots))},
            capture_output=True,
            text=True,
        )
    lines = (done.stdout + done.stderr).splitlines()
    if done.returncode and not lines:
        lines = [f"mypy ended with status {done.returncode}"]
    return lines if done.returncode else []


def main(names):
    """Check the boards called names, all if there are none; return the exit status."""
    names = names or boards.names()
    found = {}
    try:
        for port in sorted({boards.load(name).port for name in names}):
            stubs(port)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for name, lines in zip(names, pool.map(check, names), strict=True):
                for line in lines:
                    found.setdefault(line, []).append(name)
    except DeployError as error:
        print(f"types: {error.what}; {error.step}")
        return 1
    for line, where in found.items():
        print(line)
        if ": error: " in line:
            print(f"    on {'every board' if len(where) == len(names) else ', '.join(where)}")
    if not found:
        print("types: good on " + ", ".join(names))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
