"""Fixtures of the tests of the command line."""

import pytest
from onenet_rig import RawServer


@pytest.fixture
def server():
    """A platform that answers as the test says."""
    one = RawServer()
    yield one
    one.close()
