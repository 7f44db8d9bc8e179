"""Many seeds on several processors."""

import gc
import multiprocessing
import os
import signal
import traceback

from chaos.plan import of_seed
from chaos.tally import Tally

MAX_JOBS = 64
_CHUNK = 4  # seeds a worker takes at a time


def processors():
    """Return how many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        return os.cpu_count() or 1


def each_seed(seeds, jobs):
    """Yield (seed, Tally) of each seed, in the order they are done."""
    if jobs == 1:
        yield from map(_play, seeds)
        return
    with multiprocessing.get_context("fork").Pool(jobs, _ignore_interrupt) as pool:
        yield from pool.imap_unordered(_play, seeds, _CHUNK)


def no_garbage():
    """Take what is there by now out of the node's collections, which it does every 30 s."""
    if not gc.get_freeze_count():
        gc.collect()
        gc.freeze()


def _ignore_interrupt():
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _play(seed):
    from chaos.virtual import play

    no_garbage()
    try:
        return seed, play(of_seed(seed))
    except Exception:  # a fault of the harness's own is one to be seen as well
        return seed, Tally(problems=["the harness broke: %s" % traceback.format_exc()])
