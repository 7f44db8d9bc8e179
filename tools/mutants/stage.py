"""A copy of the checkout in which mutmut can work: it wants the import root to be called src."""

import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STAGE = ROOT / "build" / "mutants"
SOURCES = {"lib/at": "at", "lib/m5310": "m5310", "lib/lwm2m": "lwm2m", "firmware/node": "node"}
_TEST_LIMIT_S = 20  # of one test: a mutant that waits for ever fails by it

_SETTINGS = """
[tool.mutmut]
source_paths = ["src"]
also_copy = {also}
only_mutate = {files}
pytest_add_cli_args = ["-p", "no:cacheprovider"]
pytest_add_cli_args_test_selection = {tests}
timeout_multiplier = 2.0
timeout_constant = 10.0
"""


def staged(path):
    """Return where path (as `lib/at/engine.py`) is in the copy; None: it is not mutated."""
    for source, package in SOURCES.items():
        if path.startswith(source + "/"):
            return "src/" + package + path[len(source) :]
    return None


def original(path):
    """Return what path of the copy (as `src/at/engine.py`) is called in the checkout."""
    for source, package in SOURCES.items():
        if path.startswith(f"src/{package}/"):
            return source + path[len(f"src/{package}") :]
    raise ValueError(path)


def make():
    """Copy what git knows of, and what it does not ignore, to STAGE."""
    shutil.rmtree(STAGE, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    for name in listed.split("\0"):
        if name and (ROOT / name).is_file():
            for path in (name, staged(name)):
                if path:
                    (STAGE / path).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(ROOT / name, STAGE / path)


def configure(files, tests):
    """Have files (as in the checkout) mutated, and tests run."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    text = re.sub(
        r'^addopts = ".*"$',
        f'addopts = "-q -p no:xdist -p no:schemathesis -p no:anyio --timeout={_TEST_LIMIT_S}"',
        text,
        flags=re.M,
    )
    text = text.replace("pythonpath = [", 'pythonpath = ["src", ')
    also = sorted(path.name for path in STAGE.iterdir() if path.name not in ("src", "mutants"))
    text += _SETTINGS.format(
        also=also, files=[staged(path) for path in files], tests=list(tests)
    ).replace("'", '"')
    (STAGE / "pyproject.toml").write_text(text, "utf-8")
    (STAGE / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
