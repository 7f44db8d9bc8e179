"""A node under the real MicroPython beside a simulated module, in real time, bytes paced."""

import asyncio
import contextlib
import os
import sys
from pathlib import Path

import pcnode

sys.path.insert(0, str(pcnode.VIRTUAL))
from vboard import VBoard

from bench.module import Module
from bench.platform import Platform
from bench.port import Port
from bench.serve import Shell
from measure.clock import FineClock
from measure.settings import BUILD
from measure.work import PLATFORM, Unmeasurable
from pchost.host import Host
from pchost.stream import Stream

_EXACT_S = 0.00005  # between two turns of the serial line
_END_S = 8


class _Direct(Stream):
    """The module's end of the line, in this process: no socket in between."""

    def __init__(self, shell, take):
        super().__init__("the module", take)
        self._shell = shell
        self.up = True

    async def run(self):
        self._shell.attach(self._take, lambda: None)
        self.tried.set()
        await asyncio.Event().wait()

    def write(self, data):
        self._shell.feed(data)

    def waiting(self):
        return 0


def environment(name, config_path):
    """Return the environment of a node, its configuration checked. Raises Unmeasurable."""
    env = pcnode.environment(config_path)
    env["DATA"] = "%s/" % (BUILD / name)
    Path(env["DATA"]).mkdir(parents=True, exist_ok=True)
    if pcnode.check(env):
        raise Unmeasurable("the configuration %s cannot be used" % config_path)
    return env


class RealNode:
    """One module and its node; `async with` starts and ends them.

    name: of its log below build/benchmark, or os.devnull. env: from environment(). least_s: how
    exact the line is paced. number: tells its identity. platform: options of the Platform.
    """

    def __init__(
        self, name, env, baud, heap=pcnode.HEAP, least_s=_EXACT_S, number=0, platform=None
    ):
        self.clock = FineClock()
        self.platform = Platform(self.clock, **(PLATFORM if platform is None else platform))
        self.module = Module(
            self.clock, self.platform, imei="%015d" % (867725030000018 + number), register_ms=500
        )
        self.port = Port(self.module, self.clock, baud)
        self.board = VBoard()
        self._shell = Shell(self.port, least_s)
        self._heap = heap
        self._env = env
        self.log = Path(BUILD, name if os.path.isabs(name) else "%s.log" % name)
        self._tasks = []

    async def __aenter__(self):
        self._output = self.log.open("wb")
        self._host = Host(
            self.board, lambda take: _Direct(self._shell, take), None, output=self._output
        )
        command = pcnode.started(self._heap)
        self._tasks = [
            asyncio.create_task(self._shell.pump()),
            asyncio.create_task(self._host.serve(command, self._env, pcnode.BUILD)),
        ]
        return self

    async def leave(self):
        """Ask the node to de-register and end; return its exit status, None if it does not."""
        self._host.interrupt()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_END_S):
                return await asyncio.shield(self._tasks[1])
        return None

    async def __aexit__(self, *_):
        await self.leave()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._output.close()

    @property
    def ended(self):
        """Return whether the node has ended by itself."""
        return self._tasks[1].done()

    @property
    def pid(self):
        """The interpreter's process."""
        return self._host.pid

    async def beside(self, work):
        """Return what the coroutine work returns; raises Unmeasurable if the node ends before."""
        working = asyncio.create_task(work)
        await asyncio.wait([working, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            working.cancel()
            status = next(task.result() for task in self._tasks if task.done())  # may raise
            tail = self.log.read_text(errors="replace").splitlines()[-1:]
            raise Unmeasurable(
                "the node ended with %s; its last words: %s" % (status, "".join(tail))
            )
        return working.result()


def sleep_ms(ms):
    """Return what to await to sleep ms."""
    return asyncio.sleep(ms / 1000)
