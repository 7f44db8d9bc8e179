"""A plan in real time: the node under the real MicroPython, in its small heap.

The module, the platform, the board's devices and the referee live in this process; the node is a
child, with its UART and its devices on pseudo terminals, as in `make node`. Its power is cut with
SIGKILL. What it holds it says itself, every few seconds, behind a collection.
"""

import asyncio
import contextlib
import json
import re
import tempfile
from ast import literal_eval
from pathlib import Path

from chaos import paths  # noqa: F401 - first: it says where the virtual board is

import devcode  # isort: skip
import pcnode  # isort: skip
from bench.boardlink import new_board
from bench.faults.player import Effect
from bench.ticks import BenchClock
from chaos.outbox import OutboxWatch
from chaos.plan import settings
from chaos.processes import Life, PortStream
from chaos.run import Run
from chaos.world import World
from pchost.host import Host

BUILD = pcnode.ROOT / "build" / "chaos"
_DARK_S = 0.3  # how long a node without power stays so
_LOOK_S = 0.5
_TICK_S = 0.05
_STALL_MS = 300  # a computer that lets us wait so long lets the node wait as well
_CREEP = 4096  # bytes that the most of the second half may be above that of the first half
_LEAVE_S = 10
_QUEUE = 8
_TRIES = 3  # lives that end before the node has said anything of its heap
# Beside the node, compiled as it is: less than 1 KB of its heap.
_PROGRAM = """
import asyncio, gc
from node import app
run = asyncio.run
async def watch():
    while True:
        await asyncio.sleep_ms(3000)
        gc.collect()
        print("HEAP", gc.mem_alloc(), gc.mem_free(), *%s)
async def both(node):
    asyncio.create_task(watch())
    await node
asyncio.run = lambda node: run(both(node))
app.start()
"""
_GIVEN_UP = "(lambda c: (c.unwanted, c.outbox.dropped, c.outbox.damaged))(app.node.courier)"
_HEAP = re.compile(r"HEAP (\d+) (\d+)(?: (\d+) (\d+) (\d+))?")


class RealRun(Run):
    """Runs one Plan; main() returns the Tally."""

    def __init__(self, plan, heap, disk, story=None):
        super().__init__(plan, World(plan, BenchClock(), new_board(), self._power_cut), story)
        self.heap = heap
        self.disk = disk
        self.looks = []  # bytes that the node held, one behind the other
        self.least_free = None
        self._status = {}  # what it said at its end
        self._given_up = [0, 0]  # of lives before, and of this one
        self._life = None
        self._over = False
        self._host = Host(self.world.board, self._line, plan.baud)

    async def main(self):
        """Run it all; return the Tally."""
        self._prepare()
        ticking = asyncio.create_task(self._tick())
        try:
            await self._host.around(self._all)
        finally:
            ticking.cancel()
        return self.referee.close()

    def _line(self, take):
        self._stream = PortStream(self.world.port, take)
        return self._stream

    def _prepare(self):
        program = _PROGRAM % (_GIVEN_UP if self.plan.outbox else "()")
        pcnode.build(BUILD)
        source = self.disk / "watched.py"
        source.write_text(program)
        done = devcode.compiled({source.name: source}, lines=True)
        for name, data in done.items():
            (BUILD / name).write_bytes(data)
        config = self.disk / "config.json"
        config.write_text(json.dumps(settings(self.plan)))
        self._env = pcnode.environment(config)
        self._env |= {"DATA": "%s/" % self.disk, "CHECKED": str(self.disk / "checked")}
        if pcnode.check(self._env, BUILD):
            raise ValueError("the plan's configuration cannot be used")
        if self.plan.outbox:
            folder = self.disk / "outbox"
            self.referee.outbox = OutboxWatch(folder, self.referee, lambda: sum(self._given_up))

    async def _all(self, names):
        """Be what surrounds a node whose environment has names, for one life after the other."""
        living = asyncio.create_task(self._live({**self._env, **names}))
        telling = asyncio.create_task(self.story())
        try:
            await asyncio.wait((living, telling), return_when=asyncio.FIRST_COMPLETED)
            if telling.done():
                telling.result()
                await self._leave()
        finally:
            self._over = True
            telling.cancel()
            if self._life:
                self._life.kill()
            await living

    async def _live(self, env):
        """Live one life after the other, until it is over or none comes to anything."""
        short = 0
        command = pcnode.started(self.heap, "watched")
        while not self._over:
            looks = len(self.looks)
            life = self._life = await Life.begin(command, env, BUILD, self._said)
            status = await life.end()
            short = 0 if life.cut or len(self.looks) != looks else short + 1
            if short == _TRIES:
                self.referee.problem(7, "the node does not start, with a heap of %s" % self.heap)
            if self._over or short == _TRIES:
                return
            if not life.cut:
                self.referee.problem(7, "the node ended with status %d" % status)
                self._restarted()
            self._host.forget()
            await asyncio.sleep(_DARK_S)
            self.world.port.set_bauds(mcu=self.plan.baud)

    def _power_cut(self):
        self._restarted()
        self._life.cut = True
        self._life.kill()

    def _restarted(self):
        self.referee.restarted()
        self._given_up = [sum(self._given_up), 0]

    async def _leave(self):
        """Have the node de-register, and say what it knows."""
        self.referee.leaving()
        self._over = True
        self._life.interrupt()
        await self.until(lambda: self._life.ended, _LEAVE_S)
        self._check_status()

    # -- what it says -------------------------------------------------------------------------

    def _said(self, line):
        match = _HEAP.fullmatch(line)
        if match:
            held, free, *given_up = [int(each or 0) for each in match.groups()]
            self.looks.append(held)
            self.least_free = min(free, self.least_free or free)
            self._given_up[1] = sum(given_up)
            self.referee.tell("heap| %d used, %d free" % (held, free))
            return
        self.referee.tell("node| " + line)
        if "task " in line and " failed" in line:
            self.referee.problem(7, line)
        elif "Traceback" in line or "MemoryError" in line:
            self.referee.problem(9 if "Memory" in line else 7, "the node said: " + line)
        elif line.startswith("status of "):
            name, _, text = line.removeprefix("status of ").partition(" ")
            with contextlib.suppress(ValueError, SyntaxError):
                self._status[name] = literal_eval(text)

    def _check_status(self):
        status, referee = self._status, self.referee
        if "node" not in status or "at" not in status:
            referee.problem(8, "asked to leave, the node does not say how it was")
            return
        if status["at"]["faults"] or status["operations"]["faults"]:
            referee.problem(7, "a fault of the node's own was counted")
        if status["node"]["task_restarts"]:
            referee.problem(7, "a task was started again")
        if status["at"]["queue_max"] > _QUEUE:
            referee.problem(7, "the queue held %d" % status["at"]["queue_max"])

    # -- as every run -------------------------------------------------------------------------

    async def sleep(self, seconds):
        await asyncio.sleep(seconds)

    def begin(self):
        self.referee.tally.memory_start = self.looks[-1] if self.looks else 0

    async def under_faults(self):
        self.looks.clear()
        await asyncio.sleep(self.plan.seconds)
        self.creep(self.looks, _CREEP)

    def emptied(self):
        self.referee.outbox.look()
        return not self.referee.outbox.waiting

    def end(self):
        if not self.looks:
            self.referee.problem(9, "the node never said what it holds")
            return
        self.referee.tally.memory_end = self.looks[-1]
        self.referee.tally.memory_free = self.least_free

    async def _tick(self):
        """See to the outbox's files, and when this computer had no time for us."""
        referee, looked = self.referee, 0
        while True:
            before = referee.now()
            await asyncio.sleep(_TICK_S)
            now = referee.now()
            if now - before > _STALL_MS:
                referee.effects.add(Effect("stall", "", before, now), counted=False)
                referee.tell("! this computer had no time for %d ms" % (now - before))
            looked += _TICK_S
            if referee.outbox and looked >= _LOOK_S:
                looked = 0
                referee.outbox.look()


def play(plan, heap, story=None):
    """Run plan with a heap as "96K"; return its Tally. story: what hears all that happens."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as disk:
        return asyncio.run(RealRun(plan, heap, Path(disk), story).main())
