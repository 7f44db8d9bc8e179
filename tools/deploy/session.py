"""One visit to a board: stop its program, work, start it again, whatever happens."""

import contextlib

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
