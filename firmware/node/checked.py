"""The configuration as the check left it: checking takes more heap than a small node has to spare.

Beside a configuration that passed lies a file with two stamps, of the rules and of the text, and
then the checked fields. While both fit, a start takes the fields from there.
"""

import json
import os
from binascii import crc32

from micropython import const

_RULES = const(176120939)  # crc of the tables in config_schema; host_tests/config says which
_PART = const(512)  # the heap has no room for a long file in one piece


def fits(path, kept):
    """Return whether kept is of exactly the file path, by the rules of this version."""
    try:
        with open(kept) as f:
            return f.readline() == _stamps(path)
    except (OSError, ValueError):
        return False


def load(kept):
    """Return the checked configuration in kept, after fits(); raises OSError, ValueError."""
    with open(kept) as f:
        f.readline()
        return json.load(f)


def save(path, kept, config):
    """Write kept anew for the checked config of the file path; return whether that worked."""
    try:
        with open(kept + ".new", "w") as f:
            f.write(_stamps(path))
            json.dump(config, f)
        os.rename(kept + ".new", kept)
    except OSError:
        return False
    return True


def _stamps(path):
    value = 0
    with open(path, "rb") as f:
        while True:
            part = f.read(_PART)
            if not part:
                return "%08x %08x\n" % (_RULES, value & 0xFFFFFFFF)
            value = crc32(part, value)
