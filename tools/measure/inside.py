"""Runs the programs of onboard/ under the real MicroPython, beside the compiled device code."""

import json
import os
import subprocess
from pathlib import Path

import devcode

import pcnode
from measure.settings import BUILD
from measure.work import Unmeasurable
from upytest import interpreter

HERE = Path(__file__).resolve().parent / "onboard"
_CODE = BUILD / "device"


def build():
    """Compile the device code as a board gets it, for onboard/."""
    files = {}
    for folder in ("lib", "firmware"):
        for path in sorted((pcnode.ROOT / folder).rglob("*.py")):
            if path.name != "manifest.py":
                files[path.relative_to(pcnode.ROOT / folder).as_posix()] = path
    devcode.write(_CODE, devcode.compiled(files))


def run(program, *args, heap="1M", folder=_CODE, seconds=300):
    """Run a program of onboard/ with args; return what it printed last, from JSON.

    folder: of the device code. Raises Unmeasurable.
    """
    env = dict(os.environ, MICROPYPATH="%s:%s:.frozen" % (folder, HERE))
    command = [interpreter(), "-X", "heapsize=%s" % heap, str(HERE / program), *map(str, args)]
    done = subprocess.run(
        command, env=env, capture_output=True, text=True, check=False, timeout=seconds
    )
    try:
        return json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        raise Unmeasurable(
            "%s ended with status %d: %s"
            % (program, done.returncode, (done.stdout + done.stderr).strip()[-500:])
        )
