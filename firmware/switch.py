"""The last step of a deployment: puts what was staged in next/ in its places.

next/ready lists the steps: `NAME PATH` moves next/NAME to PATH, `- PATH` removes PATH; the last
line is `end`, without which nothing is done. Before the list is there the board starts
the old version; as soon as it is there boot.py goes through it at every start until it is done, so
a power cut leaves one version or the other. Every step can be done again.
"""

import os

STAGE = "next"
LIST = "next/ready"


def steps() -> "list | None":
    """Return the list as [(name, path)], or None if there is no complete one."""
    try:
        with open(LIST) as f:
            todo = [line.split(" ", 1) for line in f.read().split("\n")]
    except (OSError, ValueError):  # ValueError: damaged, no UTF-8
        return None
    if todo.pop() != ["end"]:
        return None
    for step in todo:  # a damaged list is none: half of it would be a mixture of two versions
        if len(step) != 2 or not step[0] or not step[1]:
            return None
    return todo


def remove(path: str) -> None:
    """Remove the file path, and its folder when that is empty then; either may be missing."""
    while path:
        try:
            os.remove(path)
        except OSError:
            try:
                os.rmdir(path)  # FAT and LittleFS refuse one that is not empty
            except OSError:
                pass
        path = path.rpartition("/")[0]
        if path in ("lib", STAGE):
            break


def put(name: str, path: str) -> None:
    """Move next/name to path, unless that was done already; raises OSError.

    By copying: LittleFS may lose a third file when the power fails while it renames from one
    folder to another, and FAT may keep both names.
    """
    source = STAGE + "/" + name
    try:
        f = open(source, "rb")
    except OSError:
        return
    folders = path.split("/")[:-1]
    for i in range(len(folders)):
        try:
            os.mkdir("/".join(folders[: i + 1]))
        except OSError:
            pass  # it is there
    part = bytearray(512)
    view = memoryview(part)
    with f, open(path, "wb") as g:
        while True:
            n = f.readinto(part)
            if not n:
                break
            g.write(view[:n])
    os.remove(source)


def sync() -> None:
    """Have everything written that a port holds back."""
    if hasattr(os, "sync"):
        os.sync()


def clear() -> None:
    """Remove next/ and what is in it."""
    try:
        names = [entry[0] for entry in os.ilistdir(STAGE)]
    except OSError:
        return
    for name in names:
        os.remove(STAGE + "/" + name)
    os.rmdir(STAGE)


def finish() -> bool:
    """Go through the list if there is a complete one; return whether there was. Raises OSError."""
    todo = steps()
    if todo is None:
        return False
    for name, path in todo:
        if name == "-":
            remove(path)
        else:
            put(name, path)
    sync()
    os.remove(LIST)
    clear()
    return True
