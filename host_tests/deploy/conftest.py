"""Fixtures of the tests of the deployment."""

import pytest
from deploy_rig import MAIN, Board

from deploy import care, deploying
from deploy.payload import RECORD, payload


@pytest.fixture
def board(tmp_path):
    """A function that starts a stand-in; ended behind the test. The image stays the same."""
    boards = []

    def start(*options, **more):
        for old in boards:
            old.end()
        boards.append(Board(tmp_path, *options, **more))
        return boards[-1]

    yield start
    for one in boards:
        one.end()


@pytest.fixture
def version(monkeypatch):
    """A function that makes a small program what is deployed: version("A", {path: bytes})."""
    real = payload

    def choose(name, files=None):
        def small(board, compiled=True, lines=False):
            whole = real(board, compiled, lines)
            own = {path: whole[path] for path in whole if path in ("boot.py", "switch.mpy")}
            own["main.py"] = MAIN
            own["lib/node/app.py"] = b"from .more import NAME\n"
            own["lib/node/more.py"] = b"NAME = %r\n" % name
            own["lib/node/__init__.py"] = b""
            own.update(files or {})
            text = '{"version": "%s", "board": "%s", "files": {}}' % (name, board.name)
            return {**own, RECORD: text.encode()}

        monkeypatch.setattr(deploying, "payload", small)
        monkeypatch.setattr(deploying, "selected", lambda files, spare, board: files)
        monkeypatch.setattr(care, "lacking", lambda files, config, board: [])

    return choose
