import gc

import pytest

from chaos.workers import no_garbage


@pytest.fixture(autouse=True)
def quick():
    """A node collects garbage every 30 s, which is all of pytest's as well."""
    no_garbage()
    yield
    gc.unfreeze()
