"""config.json: the one to begin with, and the check a board would do, done here beforehand."""

import codecs
import json
import subprocess

from deploy.boards import ROOT
from deploy.errors import DeployError
from upytest import interpreter

_CHECK = """
import json
import sys
try:
    import pins
except ImportError:
    pins = None
from node.startup.config import load
from node.startup.errors import ConfigError
try:
    print(json.dumps(load(sys.argv[1], pins)))
except ConfigError as e:
    print(e)
    sys.exit(9)
"""


def default(board):
    """Return the path of the configuration that a new board of this kind begins with."""
    own = board.folder / "config.json"
    return own if own.exists() else ROOT / "firmware" / "config.example.json"


def examined(path, board):
    """Return (every field of the configuration at path on board, None), or (None, problem)."""
    try:
        data = path.read_bytes()
    except OSError as e:
        return None, f"{path.name}: cannot be read: {e.strerror}"
    if wrong := _unreadable(data):
        return None, f"{path.name}: {wrong}"
    done = run_as_board(_CHECK, path, board)
    if done.returncode == 0:
        return json.loads(done.stdout), None
    lines = (done.stdout + done.stderr).strip().splitlines() or ["it cannot be checked"]
    return None, lines[-1].removeprefix("configuration: ")  # whoever shows it says so


def problem(path, board):
    """Return what is wrong with the configuration at path on board, or None."""
    return examined(path, board)[1]


def _unreadable(data):
    """Return why data is no JSON, or None; stricter than a board, and it knows the place."""
    if data.startswith(codecs.BOM_UTF8):
        return "begins with a byte order mark: save it as UTF-8 without one"
    try:
        json.loads(data.decode())
    except UnicodeDecodeError:
        return "is no UTF-8 text: save it as UTF-8"
    except json.JSONDecodeError as e:
        return f"is no valid JSON at line {e.lineno}, column {e.colno}: {e.msg}"
    except RecursionError:
        return "has more brackets in one another than a configuration ever has"
    return None


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
