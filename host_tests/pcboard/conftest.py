"""Fixtures of the tests of boards/PC."""

import pytest
from pcboard_rig import Node, listen


@pytest.fixture
def node():
    """A function that starts a program; ended behind the test."""
    nodes = []

    def start(*args, **options):
        nodes.append(Node(*args, **options))
        return nodes[-1]

    yield start
    for one in nodes:
        one.close()


@pytest.fixture
def server():
    """A TCP server, for one end of a node."""
    with listen() as one:
        yield one
