"""An event loop in virtual time for CPython, several times as fast as asyncio's own.

It runs what device code is made of: tasks that sleep, make tasks, await and cancel each other;
futures of asyncio work as well. Nothing waits for real: the clock moves on to what is due next.
"""

import asyncio
import itertools
import sys
import traceback
import types
from collections import deque
from heapq import heappop, heappush

_NUMBERS = (int, float)


class DeadlockError(Exception):
    """Every task waits for something that no task and no timer will bring."""


@types.coroutine
def nap(ms):
    """Await this to sleep ms of virtual time; 0 or less gives the others a turn."""
    yield ms


class Task:
    """A coroutine in the loop, as asyncio.Task: cancel(), done(), result(), await."""

    def __init__(self, coro, loop):
        self._coro = coro
        self._loop = loop
        self.turn = 0  # what woke it for an earlier turn comes too late
        self._cancel = False
        self._waits_for = None
        self._callbacks = []
        self.ended = False
        self._value = None
        self.error = None
        self.asked = False  # somebody has seen how it ended

    def done(self):
        return self.ended

    def cancelled(self):
        return isinstance(self.error, asyncio.CancelledError)

    def exception(self):
        self.asked = True
        return self.error

    def result(self):
        """Return what the coroutine returned, or raise what it raised."""
        self.asked = True
        if not self.ended:
            raise asyncio.InvalidStateError
        if self.error:
            raise self.error
        return self._value

    def cancel(self, msg=None):
        """Have CancelledError raised where it waits; return False if it has ended."""
        if self.ended:
            return False
        waits_for, self._waits_for = self._waits_for, None
        if waits_for is not None and waits_for.cancel():
            return True
        self._cancel = True
        if self._loop.current is not self:
            self.turn += 1
            self._loop.ready.append((self, self.turn))
        return True

    def add_done_callback(self, callback):
        if self.ended:
            callback(self)
        else:
            self._callbacks.append(callback)

    def remove_done_callback(self, callback):
        self._callbacks = [each for each in self._callbacks if each != callback]

    def __await__(self):
        if not self.ended:
            yield self
        return self.result()

    def wake(self, _=None):
        """Go on at the loop's next turn."""
        self._waits_for = None
        if not self.ended:
            self.turn += 1
            self._loop.ready.append((self, self.turn))

    def step(self):
        """Run to the next await."""
        try:
            if self._cancel:
                self._cancel = False
                wait = self._coro.throw(asyncio.CancelledError())
            else:
                wait = self._coro.send(None)
        except StopIteration as e:
            self._end(e.value, None)
        except (KeyboardInterrupt, SystemExit) as e:
            self._end(None, e)
            raise
        except BaseException as e:  # CancelledError too: it is how most tasks end
            self._end(None, e)
        else:
            self.turn = turn = self.turn + 1
            if isinstance(wait, _NUMBERS):
                loop = self._loop
                if wait > 0:
                    heappush(loop.heap, (loop.now + wait, next(loop.order), self, turn))
                else:
                    loop.ready.append((self, turn))
            elif wait is None or self._cancel:
                self._loop.ready.append((self, self.turn))
            else:
                self._waits_for = wait
                if hasattr(wait, "_asyncio_future_blocking"):
                    wait._asyncio_future_blocking = False  # noqa: SLF001
                wait.add_done_callback(self.wake)

    def _end(self, value, error):
        self.ended = True
        self.turn += 1
        self._value, self.error = value, error
        self._loop.alive.discard(self)
        for callback in self._callbacks:
            callback(self)
        if error and not (self._callbacks or self.cancelled()):
            self._loop.failed.append(self)


class Loop(asyncio.AbstractEventLoop):
    """The loop; now: ms since its start. stretch: see run()."""

    def __init__(self, stretch=None):
        self.now = 0
        self.ready = deque()
        self.alive = set()
        self.failed = []
        self.current = None
        self._stretch = stretch
        self.heap = []
        self.order = itertools.count()

    def after(self, ms, entry):
        """Make entry, (task, turn) or (call, None), ready ms from now."""
        if ms <= 0:
            self.ready.append(entry)
        else:
            heappush(self.heap, (self.now + ms, next(self.order), *entry))

    def run_until(self, task):
        """Run until task is done. Raises DeadlockError if it never will be."""
        ready, heap, stretch = self.ready, self.heap, self._stretch
        while not task.ended:
            while ready:
                runner, turn = ready.popleft()
                if turn is None:
                    runner()
                elif runner.turn == turn:  # which ends with a task
                    self.current = runner
                    runner.step()
                    self.current = None
                    if task.ended:
                        return
            while heap:
                due, _, runner, turn = heap[0]
                if turn is None or runner.turn == turn:
                    break
                heappop(heap)
            if not heap:
                raise DeadlockError
            self.now = now = due if stretch is None else max(due, stretch(due, self.now))
            while heap and heap[0][0] <= now:
                ready.append(heappop(heap)[2:])

    # -- what asyncio asks its loop for ---------------------------------------------------------

    def create_task(self, coro, **_):
        task = Task(coro, self)
        self.alive.add(task)
        self.ready.append((task, 0))
        return task

    def create_future(self):
        return asyncio.Future(loop=self)

    def call_soon(self, callback, *args, context=None):
        self.ready.append((lambda: callback(*args), None))

    def call_later(self, delay, callback, *args, context=None):
        handle = asyncio.TimerHandle(self.time() + delay, callback, args, self, context)
        self.after(delay * 1000, (lambda: handle.cancelled() or handle._run(), None))  # noqa: SLF001
        return handle

    def time(self):
        return self.now / 1000

    def get_debug(self):
        return False

    def is_running(self):
        return True

    def _timer_handle_cancelled(self, handle):
        pass

    def call_exception_handler(self, context):
        print(context.get("message"), context.get("exception"), file=sys.stderr)


def run(coro, stretch=None, made=None):
    """Run coro to its end and cancel the tasks it leaves behind; return its result.

    stretch(due, now): due is the time in ms at which the next task wakes; returns a time not
    before it to which the clock moves instead, so that tasks wake late, as on a busy computer.
    made(loop) is called before anything runs.
    """
    loop = Loop(stretch)
    if made:
        made(loop)
    asyncio._set_running_loop(loop)  # noqa: SLF001
    try:
        task = loop.create_task(coro)
        try:
            loop.run_until(task)
        finally:
            for left in sorted(loop.alive, key=id):
                left.cancel()
                loop.run_until(left)
            coro.close()
        return task.result()
    finally:
        asyncio._set_running_loop(None)  # noqa: SLF001
        for failed in loop.failed:
            if not failed.asked:
                traceback.print_exception(failed.error)
