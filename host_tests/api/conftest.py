"""Fixtures of the tests of the HTTP API."""

import pytest
from api_rig import ApiRig


@pytest.fixture
def rig():
    """An online device behind the API, in virtual time."""
    one = ApiRig()
    yield one
    one.close()
