"""Which configuration a board starts with: its own, or the last that was online."""

import os

from m5310 import borrow

COPY = "config.prev.json"


def choices(path, bitten=False):
    """Return [(path, starts before, why)] of the configurations to try, one after the other.

    starts before: those that failed, of one that has yet to prove itself, else None; why: what is
    said of a copy; bitten: the watchdog ended the last start.
    """
    keep = borrow("node.config_keep")
    try:
        tries = keep.tried(path, COPY, bitten)
    except OSError:  # the file system takes nothing: the node runs all the same
        tries = None
    said = "running on %s, the last configuration that was online: " % COPY
    if tries is not None and tries >= keep.TRIES:
        why = "%s was not online at %d starts; a changed one is tried anew" % (path, tries)
        return [(COPY, None, said + why), (path, None, None)]
    out = [(path, tries, None)]  # type: list
    if _there(COPY):
        out.append((COPY, None, said + "%s cannot be used" % path))
    return out


def _there(path):
    try:
        return os.stat(path) is not None
    except OSError:
        return False


def begin(path, tries, log):
    """Count this start; return the mark of the configuration if it has yet to prove itself."""
    keep = borrow("node.config_keep")
    try:
        if keep.same(path, COPY):
            return None
        if tries is not None:
            log("%s has not been online yet: start %d of %d" % (path, tries + 1, keep.TRIES))
            keep.begin(path, tries + 1)
    except OSError as e:  # the node runs all the same
        log("the starts with %s cannot be counted: %s" % (path, e), 0)
    return keep.mark(path)


def stopped():
    """Note that somebody pressed Ctrl-C: this start says nothing about its configuration."""
    try:
        borrow("node.config_keep").note("stopped", ("begun", "ran"))
    except OSError:
        pass  # it counts as failed then
