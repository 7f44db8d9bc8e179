"""One visit to a board: stop its program, work, start it again, whatever happens."""

import contextlib
import signal

from deploy.errors import DeployError
from deploy.install import prepare
from deploy.link import Link
from deploy.probe import probe


@contextlib.contextmanager
def visit(port, patience, fresh=True):
    """Have (link, found) of the board on port, its program interrupted; restarted at the end."""
    link = Link(port, patience)
    try:
        try:
            link.stop(fresh)
            yield link, probe(link)
        finally:
            if link.stopped:
                with contextlib.suppress(DeployError):  # it may be why we are here
                    link.restart()
    finally:
        link.close()


@contextlib.contextmanager
def workshop(port, patience, say):
    """As visit, ready for the functions of install."""
    with visit(port, patience) as (link, found):
        if prepare(link):
            say("an interrupted deployment was finished first")
            found = probe(link)
        yield link, found


@contextlib.contextmanager
def orderly():
    """Have SIGTERM and the end of the terminal do what Ctrl-C does: the board is started again."""
    old = {}
    for number in (signal.SIGTERM, signal.SIGHUP):
        with contextlib.suppress(ValueError):  # not in the main thread
            old[number] = signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
