"""config.json: the one to begin with, and the check a board would do, done here beforehand."""

import json
import subprocess

from deploy.boards import ROOT
from deploy.errors import DeployError
from upytest import interpreter

_CHECK = """
import sys
try:
    import pins
except ImportError:
    pins = None
from node.config import load
from node.config_error import ConfigError
try:
    load(sys.argv[1], pins)
except ConfigError as e:
    print(e)
    sys.exit(9)
"""


def default(board):
    """Return the path of the configuration that a new board of this kind begins with."""
    own = board.folder / "config.json"
    return own if own.exists() else ROOT / "firmware" / "config.example.json"


def problem(path, board):
    """Return what is wrong with the configuration at path on board, or None."""
    try:
        json.loads(path.read_text())  # stricter than a board's, and it knows the place
    except json.JSONDecodeError as e:
        return f"{path.name}: is no valid JSON at line {e.lineno}, column {e.colno}: {e.msg}"
    except (OSError, ValueError) as e:
        return f"{path.name}: cannot be read: {e}"
    done = run_as_board(_CHECK, path, board)
    if done.returncode == 0:
        return None
    lines = (done.stdout + done.stderr).strip().splitlines() or ["it cannot be checked"]
    return lines[-1]


def run_as_board(code, path, board):
    """Run code here, under MicroPython with the modules that board would have; return how it went.

    sys.argv[1] is path.
    """
    command = [interpreter(), "-X", "heapsize=4M", "-c", code, str(path)]
    env = {"MICROPYPATH": f"{board.folder}:{ROOT / 'firmware'}:{ROOT / 'lib'}:.frozen"}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def checked(path, board):
    """Return the bytes of the configuration at path if board can use it; raises DeployError."""
    try:
        data = path.read_bytes()
    except OSError as e:
        raise DeployError(f"{path} cannot be read: {e.strerror}", "give an existing file")
    if wrong := problem(path, board):
        raise DeployError(
            f"configuration: {wrong}", f"put it right in {path}; nothing was changed"
        )
    return data
