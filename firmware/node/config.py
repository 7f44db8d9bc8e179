"""Reading the configuration file, and falling back on the last good one.

What is in it, and its checking: config_check. Both can be forgotten once the node runs.
"""

import json
import os
import sys

from .config_check import validate
from .config_error import ConfigError

MAX_SIZE = 8192


def of_board(board, log):
    """Return the configuration of board; one that is hosted on a PC has nothing to fall back on.

    Raises ConfigError.
    """
    path = getattr(board, "CONFIG", "config.json")
    if getattr(board, "HOSTED", False):
        return load(path, board)
    found, problem = load_with_fallback(path, "config.prev.json", board)
    if problem:
        log("%s; running on config.prev.json" % problem, 0)
    else:
        save_good(path, "config.prev.json")
    return found


def load(path, board=None):
    """Return the validated configuration in the JSON file path (see config_check.validate).

    board: the board definition (module pins), for its defaults and its pins. Raises ConfigError.
    """
    config = validate(_parse(_read(path), path), board)
    sys.modules.pop("pin_rules", None)  # where a board has its rules there: not needed again
    return config


def load_with_fallback(path, previous, board=None):
    """Return (configuration, problem): that of path, or where that is bad, of previous.

    problem: None, or the text of what is wrong with path. Raises the ConfigError of path when
    previous is unusable too.
    """
    try:
        return load(path, board), None
    except ConfigError as e:
        first = e
    try:
        return load(previous, board), str(first)
    except ConfigError:
        raise first


def save_good(path, previous):
    """Keep a copy of the good file path as previous, unless it is there already; True if written.

    A power cut leaves the old copy or the new one. Raises ConfigError when path cannot be read,
    OSError when the copy cannot be written.
    """
    text = _read(path)
    try:
        if _read(previous) == text:
            return False
    except ConfigError:
        pass  # no copy yet, or a broken one
    draft = previous + ".new"
    with open(draft, "wb") as f:
        f.write(text)
    os.rename(draft, previous)
    return True


def _read(path):
    try:
        with open(path, "rb") as f:
            data = b""
            while len(data) <= MAX_SIZE:  # in pieces: the heap has no room for the longest
                part = f.read(512)
                if not part:
                    break
                data += part
    except OSError as e:
        if e.errno == 2:
            raise ConfigError(path, ..., "is missing: copy config.example.json to it")
        raise ConfigError(path, ..., "cannot be read: %s" % e)
    if len(data) > MAX_SIZE:
        raise ConfigError(path, ..., "is too long: %d bytes at most" % MAX_SIZE)
    return data


def _parse(data, path):
    """Return what the JSON text data holds; says line and column of an error where it can."""
    try:
        text = data.decode()
    except ValueError:
        raise ConfigError(path, ..., "is not UTF-8 text")
    stream = None
    try:
        if hasattr(json, "JSONDecoder"):
            return json.loads(text)
        import io

        stream = io.StringIO(text)
        return json.load(stream)
    except (ValueError, TypeError, OSError) as e:
        place = getattr(e, "pos", None)
        if place is None and hasattr(stream, "tell"):
            place = max(stream.tell() - 1, 0)  # it has read the character it stumbled over
    except (RuntimeError, MemoryError):
        raise ConfigError(path, ..., "is nested too deeply")
    if place is None:
        raise ConfigError(path, ..., "is no valid JSON")
    before = text.encode()[:place].split(b"\n") if stream else text[:place].split("\n")
    raise ConfigError(
        path,
        ...,
        "is no valid JSON at line %d, column %d: look for a missing comma, quote or bracket"
        % (len(before), len(before[-1]) + 1),
    )
