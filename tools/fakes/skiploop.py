"""CPython's own event loop in virtual time: its selector never waits, it moves the clock on.

Tasks that are due at the same moment wake in any order, as on a board; in vloop, which is faster,
they wake in the order in which they went to sleep.
"""

import asyncio
import selectors
import sys
import traceback

from vloop import DeadlockError


class _Skipper(selectors.SelectSelector):
    """Asked to wait for files until a timer is due, it says how long at once.

    No file is ever ready: what runs in virtual time has neither sockets nor threads.
    """

    on_wait = None

    def select(self, timeout=None):
        if timeout is None:
            raise DeadlockError
        if timeout > 0:
            self.on_wait(timeout)
        return []


class Loop(asyncio.SelectorEventLoop):
    """The loop; now: ms since its start. stretch: see vloop.run.

    Time is counted in whole us: sums of float seconds would fall short of a whole ms.
    """

    def __init__(self, stretch=None):
        skipper = _Skipper()
        skipper.on_wait = self._skip
        super().__init__(skipper)
        self._clock_resolution = 1e-6
        self._stretch = stretch
        self._us = 0

    @property
    def now(self):
        return self._us / 1000

    @now.setter
    def now(self, ms):
        """A test lets time pass in which nothing else runs."""
        self._us = round(ms * 1000)

    @property
    def alive(self):
        """The tasks that have not ended."""
        return asyncio.all_tasks(self)

    def time(self):
        return self._us / 1_000_000

    def call_exception_handler(self, context):
        """Print a failure nobody asked for where it is seen: asyncio would log it."""
        print(context.get("message"), file=sys.stderr)
        if context.get("exception"):
            traceback.print_exception(context["exception"])

    def _skip(self, seconds):
        due = self._us + max(round(seconds * 1_000_000), 1)
        if self._stretch:
            due = max(due, round(self._stretch(due / 1000, self.now) * 1000))
        self._us = due


async def nap(ms):
    """Sleep ms of virtual time; 0 or less gives the others a turn."""
    await asyncio.sleep(max(ms, 0) / 1000)


def run(coro, stretch=None, made=None):
    """Run coro to its end and cancel the tasks it leaves behind, as vloop.run does."""
    loop = Loop(stretch)
    if made:
        made(loop)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(coro)
