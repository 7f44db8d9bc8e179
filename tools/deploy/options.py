"""The modules that the configurations of a board need, see deploy.modules."""

import errno
import tempfile
from pathlib import Path

from devcode import module

from deploy.errors import BoardError
from deploy.files import read
from deploy.modules import every, of
from deploy.settings import default, examined


def needed(data, board):
    """Return the set of modules that the configuration data (bytes) needs; None if it is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.json"
        path.write_bytes(data)
        config, _ = examined(path, board)
    return None if config is None else set(of(config, board))


def usual(board):
    """Return the set of modules of a new board of this kind."""
    return needed(default(board).read_bytes(), board) or set(every(board))


def of_board(link, board, config):
    """Return the set of modules for config (bytes), None for the board's own, and for the last.

    A board that cannot use its configuration goes on with the last it could use.
    """
    found = set()
    for data in (config or _there(link, "config.json"), _there(link, "config.prev.json")):
        found |= (data and needed(data, board)) or set()
    return found or usual(board)


def lacking(files, data, board):
    """Return those modules, sorted, that the configuration data needs and files (paths) lack."""
    there = {module(path) for path in files}
    return sorted((needed(data, board) or set()) - there)


def _there(link, name):
    """Return the bytes of the file of the board, None if there is none."""
    try:
        return read(link, name)
    except BoardError as e:
        if e.errno != errno.ENOENT:
            raise
        return None
