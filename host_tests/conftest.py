"""What all tests share: which begin first, their limits of time, the event loop, Ctrl-C.

Tests in real time mostly wait: all workers but the first begin with some, the others beside.
"""

import gc
import os
import signal
import sys

import pytest
import vtime
from hypothesis import settings

# Each power-up of a node imports it anew: compiled once, here and in what is started from here.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

settings.register_profile("any", deadline=None)  # how long an example takes says nothing
settings.load_profile("any")

# A shell without job control starts what it puts into the background with SIGINT ignored, and
# every child would inherit that. A handler is not inherited: Ctrl-C ends the children only.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, lambda number, frame: None)

_WAITING = (
    "host_tests/e2e",
    "host_tests/deploy",
    "host_tests/console/test_console_browser",
    "host_tests/pcboard",
    "host_tests/bench/test_bench_run",
)
_WORKERS = 5  # as in pyproject.toml; with --dist worksteal each starts with a part of the list
_LIMIT_S = 300  # of a test in real time, on a busy computer; of the others: timeout in pyproject


def pytest_addoption(parser):
    parser.addoption(
        "--loop",
        choices=list(vtime.LOOPS),
        default="virtual",
        help="event loop of tests in virtual time: the fast one of tools/fakes, or asyncio's own",
    )


def pytest_configure(config):
    vtime.use(config.getoption("loop"))


def pytest_collection_modifyitems(items):
    waiting = [item for item in items if item.nodeid.startswith(_WAITING)]
    waiting.sort(key=lambda item: not item.nodeid.startswith(_WAITING[0]))  # the longest first
    for item in waiting:
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(_LIMIT_S))
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
