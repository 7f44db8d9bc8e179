"""One visit to a board: stop its program, work, start it again, whatever happens."""

import contextlib
import signal

from deploy.errors import DeployError
from deploy.install import prepare
from deploy.link import Link
from deploy.probe import probe

_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def visit(port, patience, fresh=True):
    """Have (link, found) of the board on port, its program interrupted; restarted at the end."""
    link = Link(port, patience)
    try:
        try:
            link.stop(fresh)
            if fresh:
                _unwatched(link)
            yield link, probe(link)
        finally:
            if link.stopped:
                with undisturbed(), contextlib.suppress(DeployError):  # it may be why we are here
                    link.restart()
    finally:
        link.close()


# A watchdog outlives a soft reset: whether the board has one, its configurations tell.
_WATCHED = """
import json, os
def _w(p):
    try:
        with open(p) as f:
            return json.load(f)["safety"]["watchdog"] > 0
    except (OSError, ValueError, KeyError, TypeError):
        return False
print(_w("config.json") or _w("config.prev.json"))
"""
_HOLD = """
try:
    os.stat("stop")
    print(False)
except OSError:
    with open("stop", "w") as f:
        f.write("once")
    print(True)
if hasattr(os, "sync"):
    os.sync()
"""
_RELEASE = """
import os
try:
    os.remove("stop")
except OSError:
    pass
"""


def _unwatched(link):
    """Have no watchdog run that would reset the board while we are at work."""
    if link.run(_WATCHED).strip() != "True":
        return
    with undisturbed():  # the node would not start with our file there
        ours = link.run(_HOLD).strip() == "True"
        link.reset()
        if ours:
            link.run(_RELEASE)  # unless the start has used it up


@contextlib.contextmanager
def workshop(port, patience, say):
    """As visit, ready for the functions of install."""
    with visit(port, patience) as (link, found):
        if prepare(link):
            say("an interrupted deployment was finished first")
            found = probe(link)
        yield link, found


@contextlib.contextmanager
def undisturbed():
    """Have whoever presses Ctrl-C again wait for what is done here: it takes a moment."""
    with _handled(_wait, _ENDS):
        yield


@contextlib.contextmanager
def orderly():
    """Have SIGTERM and the end of the terminal do what Ctrl-C does: the board is started again.

    The first of them alone: what follows is the cleaning up.
    """
    with _handled(_end, _ENDS):
        yield


def _end(number, frame):
    for other in _ENDS:
        signal.signal(other, _wait)
    raise KeyboardInterrupt


def _wait(number, frame):
    """Do nothing; with SIG_IGN Python prints a traceback for a signal that is here already."""


@contextlib.contextmanager
def _handled(handler, numbers):
    old = {}
    for number in numbers:
        with contextlib.suppress(ValueError):  # not in the main thread
            old[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, before in old.items():
            signal.signal(number, before)
