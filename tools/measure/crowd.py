"""A worker process of the scale measurement: many modules with their nodes."""

import asyncio
import contextlib
import itertools
import multiprocessing
import os
import random

from measure.real import RealNode, environment
from measure.settings import settings, written
from measure.tap import Tap
from measure.work import Unmeasurable

EVERY_S = 5  # between two operations on one module
_OBJECT_EACH = 5  # every fifth reads the whole object
_START_S = 90
_APART_S = 0.02  # between two starts
_BAUD = 9600
_PACED_S = 0.004  # bytes that follow each other faster are moved together
_PLATFORM = {"network_ms": 20}
_FIRST = 10_000  # number of the first module of the second worker


class Worker:
    """One worker; grow() and measure() begin something, done() returns what came of it."""

    def __init__(self, number):
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_work, args=(other, number), daemon=True)
        self._process.start()
        other.close()
        self._pids = []

    @property
    def pid(self):
        return self._process.pid

    def pids(self):
        """Return the processes that belong to it."""
        return [self.pid, *self._pids]

    def grow(self, count):
        """Have so many modules with nodes that are online."""
        self._pipe.send(("grow", count))

    def measure(self, seconds):
        """Ask them all for so long."""
        self._pipe.send(("measure", seconds))

    def done(self):
        """Return ([latency in ms], operations without an answer). Raises Unmeasurable."""
        try:
            problem, self._pids, *result = self._pipe.recv()
        except EOFError:
            raise Unmeasurable("a worker has died") from None
        if problem:
            raise Unmeasurable(problem)
        return result

    def end(self):
        """End it, and its nodes."""
        with contextlib.suppress(OSError):
            self._pipe.send(("end", 0))
        self._process.join(30)
        if self._process.is_alive():
            self._process.kill()


def _work(pipe, number):
    asyncio.run(Crowd(number).main(pipe))


class Crowd:
    """What runs in the worker."""

    def __init__(self, number):
        self._number = number
        self._stack = contextlib.AsyncExitStack()
        self._nodes = []
        self._taps = []

    async def main(self, pipe):
        """Do what comes through pipe, until "end"."""
        loop = asyncio.get_running_loop()
        name = "scale-%d" % self._number
        self._env = environment(name, written(name, settings(_BAUD)))
        async with self._stack:
            while True:
                order, amount = await loop.run_in_executor(None, pipe.recv)
                if order == "end":
                    return
                try:
                    result = await getattr(self, order)(amount)
                    pids = [node.pid for node in self._nodes]
                    pipe.send(("", pids, *result))
                except Unmeasurable as error:
                    pipe.send((str(error), []))

    async def grow(self, count):
        """Start nodes until there are count that are online."""
        while len(self._nodes) < count:
            node = RealNode(
                os.devnull,
                self._env,
                _BAUD,
                heap="256K",
                least_s=_PACED_S,
                number=self._number * _FIRST + len(self._nodes),
                platform=_PLATFORM,
            )
            self._nodes.append(await self._stack.enter_async_context(node))
            self._taps.append(Tap(node.port, node.clock))
            await asyncio.sleep(_APART_S)
        end = asyncio.get_running_loop().time() + _START_S
        while not all(_online(node) for node in self._nodes):
            if asyncio.get_running_loop().time() > end:
                some = sum(not _online(node) for node in self._nodes)
                raise Unmeasurable("%d nodes are not online after %d s" % (some, _START_S))
            await asyncio.sleep(0.1)
        return [], 0

    async def measure(self, seconds):
        """Ask every node every EVERY_S; return the latencies and how many have no answer."""
        for tap in self._taps:
            tap.passed.clear()
        await asyncio.gather(*(self._ask(node, seconds) for node in self._nodes))
        passed = [each for tap in self._taps for each in tap.passed]
        latencies = [each.latency_ms for each in passed if each.latency_ms is not None]
        return latencies, len(passed) - len(latencies)

    async def _ask(self, node, seconds):
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        await asyncio.sleep(random.uniform(0, EVERY_S))
        for count in itertools.count(random.randrange(_OBJECT_EACH)):
            if loop.time() >= end:
                return
            path = (3303,) if count % _OBJECT_EACH == 0 else (3303, 0, 5700)
            operation = node.platform.read(node.module.imei, *path)
            due = loop.time() + EVERY_S
            answered = asyncio.Event()
            operation.on_done(lambda _, answered=answered: answered.set())
            await answered.wait()
            await asyncio.sleep(max(0, min(due, end) - loop.time()))


def _online(node):
    device = node.platform.device(node.module.imei)
    return bool(
        device and device.online and device.observed and not (device.sent or device.waiting)
    )
