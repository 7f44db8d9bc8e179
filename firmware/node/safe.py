"""Small text files that a power cut leaves either as they were or as they were to be.

A new version is written to PATH.tmp. When it is complete it is renamed to PATH.new, and that to
PATH. A cut leaves one of these:

    before PATH.new exists  the old version in PATH; PATH.tmp is ignored and overwritten later
    after that              the old version in PATH, or none (FAT removes it before it renames);
                            in the latter case settle() finishes the replacement

LittleFS replaces a file in one step.
"""

import os

_MOST = 500  # characters of a file that are read


def settle(path: str) -> None:
    """Finish a replacement of path that was cut off between its steps."""
    try:
        os.stat(path)
    except OSError:
        try:
            os.rename(path + ".new", path)
        except OSError:
            pass  # there is no such file at all


def place(path: str) -> None:
    """Replace path by path.tmp, which is complete and closed. Raises OSError."""
    settle(path)
    if hasattr(os, "sync"):
        os.sync()
    os.rename(path + ".tmp", path + ".new")
    os.rename(path + ".new", path)


def write(path: str, lines: list[str]) -> None:
    """Replace the contents of path by lines, texts without newlines. Raises OSError."""
    with open(path + ".tmp", "w") as f:
        f.write("\n".join(lines + ["end"]))
    place(path)


def read(path: str) -> "list[str] | None":
    """Return the lines that were written to path last, None if there are none."""
    settle(path)
    try:
        with open(path) as f:
            lines = f.read(_MOST).split("\n")
    except (OSError, ValueError):  # ValueError: damaged, not UTF-8
        return None
    return lines[:-1] if lines[-1] == "end" else None
