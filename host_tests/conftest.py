"""Tests in real time mostly wait: all workers but the first begin with some, the others beside."""

import gc
import os
import sys

import pytest
from hypothesis import settings

# Each power-up of a node imports it anew: compiled once, here and in what is started from here.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

settings.register_profile("any", deadline=None)  # how long an example takes says nothing
settings.load_profile("any")

_WAITING = (
    "host_tests/e2e",
    "host_tests/deploy",
    "host_tests/console/test_console_browser",
    "host_tests/pcboard",
    "host_tests/bench/test_bench_run",
)
_WORKERS = 5  # as in pyproject.toml; with --dist worksteal each starts with a part of the list


def pytest_collection_modifyitems(items):
    waiting = [item for item in items if item.nodeid.startswith(_WAITING)]
    waiting.sort(key=lambda item: not item.nodeid.startswith(_WAITING[0]))  # the longest first
    others = [item for item in items if not item.nodeid.startswith(_WAITING)]
    part = -(-len(items) // _WORKERS)
    items[:] = []
    for worker in range(_WORKERS):
        mine = waiting[worker - 1 :: _WORKERS - 1] if worker else []
        fill = max(0, part - len(mine))
        items += mine + others[:fill]
        del others[:fill]
    items += others


def _set_aside():
    """Take what is loaded out of what the device code's gc.collect() goes through."""
    gc.collect()
    gc.freeze()


def pytest_collection_finish():
    _set_aside()


@pytest.fixture(scope="module", autouse=True)
def _collected_things_are_set_aside():
    _set_aside()
