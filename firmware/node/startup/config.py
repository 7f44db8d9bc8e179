"""Configuration file: read it, check it, cache the checked fields.

The check takes more heap than a small board can spare at each start. So the checked fields lie in
a file beside the configuration, the cache, behind two stamps: of the rules (schema) and of the
text. While both match, a start reads the cache instead.
"""

import json
import os
from binascii import crc32

from micropython import const

from node import option

from .errors import ConfigError

MAX_BYTES = const(8192)
_RULES_CRC = const(176120939)  # of the tables in schema.py: host_tests/config says which
_PART_BYTES = const(512)  # files are read in parts, which fit into a fragmented heap


def checked(path: str, board: object) -> "dict | None":
    """Return the checked configuration at path; None after having printed what is wrong with it.

    board: the board definition (module pins), or None.
    """
    try:
        return _checked(path, option(board, "CHECKED", path + ".ok"), board)
    except ConfigError as e:
        print("configuration: %s" % e)
    return None


def _checked(path: str, cache: str, board: object) -> dict:
    if not is_cached(path, cache):
        config = load(path, board)
        if not save_cache(path, cache, config):
            return config
    return load_cache(cache)


def load(path: str, board: object = None) -> dict:
    """Return the configuration in the JSON file path, checked (see check.validate).

    board: the board definition, for its default pins and for what its pins can do. Raise
    ConfigError.
    """
    from .check import validate

    return validate(_parse(_read(path), path), board)


# -- the file ----------------------------------------------------------------------------------


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as f:
            data = b""
            while len(data) <= MAX_BYTES:
                part = f.read(_PART_BYTES)
                if not part:
                    break
                data += part
    except OSError as e:
        if e.errno == 2:
            raise ConfigError(path, ..., "is missing: copy config.example.json to it")
        raise ConfigError(path, ..., "cannot be read: %s" % e)
    if len(data) > MAX_BYTES:
        raise ConfigError(path, ..., "is too long: %d bytes at most" % MAX_BYTES)
    return data


def _parse(data: bytes, path: str) -> object:
    """Return what the JSON text data holds; an error has its line and column where possible."""
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


# -- the cache ---------------------------------------------------------------------------------


def is_cached(path: str, cache: str) -> bool:
    """Return True if cache was made of exactly the file path, by the rules of this version."""
    try:
        with open(cache) as f:
            return f.readline() == _stamps(path)
    except (OSError, ValueError):
        return False


def load_cache(cache: str) -> dict:
    """Return the checked configuration in cache. Raise OSError or ValueError."""
    with open(cache) as f:
        f.readline()
        return json.load(f)


def save_cache(path: str, cache: str, config: dict) -> bool:
    """Write config, the checked fields of the file path, to cache; return False if that failed."""
    try:
        with open(cache + ".new", "w") as f:
            f.write(_stamps(path))
            json.dump(config, f)
        os.rename(cache + ".new", cache)
    except OSError:
        return False
    return True


def _stamps(path: str) -> str:
    value = 0
    with open(path, "rb") as f:
        while True:
            part = f.read(_PART_BYTES)
            if not part:
                return "%08x %08x\n" % (_RULES_CRC, value & 0xFFFFFFFF)
            value = crc32(part, value)
