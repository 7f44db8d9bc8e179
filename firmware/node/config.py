"""Reading the configuration file; what may be in it, and its checking, is in config_check."""

import json
import sys

from .config_check import validate
from .config_error import ConfigError

MAX_SIZE = 8192


def load(path, board=None):
    """Return the validated configuration in the JSON file path (see config_check.validate).

    board: the board definition (module pins), for its defaults and its pins. Raises ConfigError.
    """
    config = validate(_parse(_read(path), path), board)
    sys.modules.pop("pin_rules", None)  # where a board has its rules there: not needed again
    return config


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
