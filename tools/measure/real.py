"""A node under the real MicroPython beside a simulated module, in real time, bytes paced."""

import asyncio
import contextlib
import sys

import pcnode
from upytest import interpreter

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


class RealNode:
    """One module and its node; `async with` starts and ends them.

    name: of its files below build/benchmark. least_s: how exact the line is paced.
    """

    def __init__(self, name, config_path, baud, heap=pcnode.HEAP, least_s=_EXACT_S, number=0):
        self.clock = FineClock()
        self.platform = Platform(self.clock, **PLATFORM)
        self.module = Module(
            self.clock, self.platform, imei="%015d" % (867725030000018 + number), register_ms=500
        )
        self.port = Port(self.module, self.clock, baud)
        self.board = VBoard()
        self._shell = Shell(self.port, least_s)
        self._name = name
        self._heap = heap
        self._env = pcnode.environment(config_path)
        self._env["DATA"] = "%s/" % (BUILD / name)
        self._tasks = []

    async def __aenter__(self):
        folder = BUILD / self._name
        folder.mkdir(parents=True, exist_ok=True)
        self.log = BUILD / ("%s.log" % self._name)
        self._output = self.log.open("wb")
        if pcnode.check(self._env):
            raise Unmeasurable("the configuration %s cannot be used" % self._env["CONFIG"])
        self._host = Host(
            self.board,
            None,
            None,
            stream=lambda take: _Direct(self._shell, take),
            output=self._output,
        )
        command = [interpreter(), "-X", "heapsize=%s" % self._heap, "main.py"]
        self._tasks = [
            asyncio.create_task(self._shell.pump()),
            asyncio.create_task(self._host.serve(command, self._env, pcnode.BUILD)),
        ]
        return self

    async def __aexit__(self, *_):
        self._host.interrupt()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_END_S):
                await asyncio.wait(self._tasks[1:])
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
            tail = self.log.read_text(errors="replace").splitlines()[-1:]
            raise Unmeasurable("the node ended; its last words: %s" % "".join(tail))
        return working.result()


def sleep_ms(ms):
    """Return what to await to sleep ms."""
    return asyncio.sleep(ms / 1000)
