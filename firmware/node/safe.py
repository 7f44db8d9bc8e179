"""Small files that a power cut leaves as they were or as they are to be; loaded for that alone.

What is new is written to path.tmp, becomes path.new when it is complete, and then takes its place.
LittleFS replaces a file in one step; FAT removes the old one first, and settle() does the rest.
"""

import os


def settle(path):
    """Finish a replacement of path that was cut off between its steps."""
    try:
        os.stat(path)
    except OSError:
        try:
            os.rename(path + ".new", path)
        except OSError:
            pass  # there is none either


def place(path):
    """Put the file path.tmp, complete and closed, in the place of path. Raises OSError."""
    settle(path)
    if hasattr(os, "sync"):
        os.sync()
    os.rename(path + ".tmp", path + ".new")
    os.rename(path + ".new", path)


def write(path, rows):
    """Make rows (a list of texts without newlines) the contents of path. Raises OSError."""
    with open(path + ".tmp", "w") as f:
        f.write("\n".join(rows + ["end"]))
    place(path)


def read(path):
    """Return the lines written to path last, None if there are none."""
    settle(path)
    try:
        with open(path) as f:
            lines = f.read(500).split("\n")
    except (OSError, ValueError):  # ValueError: damaged, no UTF-8
        return None
    return lines[:-1] if lines[-1] == "end" else None
