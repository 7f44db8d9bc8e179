"""A plan in virtual time: the node on CPython beside the simulated module, in one loop."""

import asyncio
import contextlib
import sys
import tempfile
from pathlib import Path

from chaos import paths  # noqa: F401 - first: it says where the device's code is

import fakeboard  # isort: skip
import vtime  # isort: skip
from simuart import SimUart  # isort: skip

from bench.faults.player import Effect
from chaos.memory import held
from chaos.outbox import OutboxWatch
from chaos.plan import settings
from chaos.run import Run
from chaos.world import World
from node.log import Log
from node.startup.board import open_pins
from node.startup.check import validate
from node.startup.wiring import build, make_modem

_LOOK_MS = 1000
_DARK_MS = 300  # how long a node without power stays so
_GROWTH = 12_288  # bytes on CPython: one more path observed, tables that fill up once
_LOOKS = 60  # at the memory of a long run
_LONG_S = 3600
_CREEP = 1024  # bytes that the most of its second half may be above that of its first half
_NAP_MS = 20  # the engine rests 25 ms with nothing to do, 10 while an answer is due
_LATE_MS = 10  # of shorter naps
# More of them than at the beginning; 5 remember writes: 4 that were refused, those that were done.
_TASKS = 4 + 5
_QUEUE = 8


class _Log(Log):
    """Prints nothing: hands each text to the referee, and tells of those that mean a fault."""

    def __init__(self, clock, referee):
        super().__init__(clock)
        self._referee = referee

    def __call__(self, text, level=1):
        if text:
            self._referee.tell("node| " + text)
        if text.startswith("task "):
            self._referee.problem(7, text)


class VirtualRun(Run):
    """Runs one Plan; main() is a coroutine for vtime.run, which returns the Tally."""

    def __init__(self, plan, story=None, folder=None):
        self.clock = vtime.clock
        self.board = fakeboard.fresh(self.clock)
        super().__init__(plan, World(plan, self.clock, self.board, self._power_cut), story)
        self.uart = SimUart(self.world.port, self.clock, plan.chunk, rxbuf=1024)
        self.uart.on_overrun = self._overrun
        self.node = None
        self._main = None
        self._tasks = 0
        self._given_up_before = 0  # by nodes that have lost their power since
        self._folder = folder
        if folder:
            self._watch_outbox()

    async def main(self):
        """Run it all; return the Tally."""
        saved = getattr(sys, "print_exception", None)
        sys.print_exception = self._exception
        try:
            self._power_on()
            await self.story()
        finally:
            self._power_off()
            if saved is None:
                del sys.print_exception
            else:
                sys.print_exception = saved
        return self.referee.close()

    async def sleep(self, seconds):
        await self.clock.sleep_ms(round(seconds * 1000))
        self.uart.run()

    # -- what it holds ------------------------------------------------------------------------

    def begin(self):
        self.referee.tally.memory_start = held(self.node)
        self._tasks = len(asyncio.get_running_loop().alive)

    async def under_faults(self):
        if self.plan.seconds < _LONG_S:
            await self.sleep(self.plan.seconds)
            return
        looks = []
        for _ in range(_LOOKS):
            await self.sleep(self.plan.seconds / _LOOKS)
            looks.append(held(self.node))
            self._tell_look(looks)
        self.creep(looks, _CREEP)

    def _tell_look(self, looks):
        tally = self.referee.tally
        hours = self.plan.seconds * len(looks) / _LOOKS / 3600
        text = "look| %.1f hours: %d operations, %d restarts, %d bytes held"
        self.referee.tell(text % (hours, tally.delivered, tally.restarts, looks[-1]))

    def end(self):
        referee, tally, node = self.referee, self.referee.tally, self.node
        at = node.modem.at
        counted = at.status()
        if counted["faults"]:
            referee.problem(7, "a handler failed: %r" % at.fault)
        if node.dispatcher.faults or node.restarts:
            referee.problem(7, "a fault of the node's own was counted")
        if counted["queue_max"] > _QUEUE or len(at.queue) + len(at.replies.queue) > 2:
            referee.problem(7, "the queues hold %d, %d" % (len(at.queue), len(at.replies.queue)))
        tally.memory_end = held(node)
        grown = tally.memory_end - tally.memory_start
        if grown > _GROWTH:
            referee.problem(9, "%d bytes more than at the beginning" % grown)
        alive = len(asyncio.get_running_loop().alive)
        if alive > self._tasks + _TASKS:
            referee.problem(9, "%d tasks, %d at the beginning" % (alive, self._tasks))

    # -- power --------------------------------------------------------------------------------

    def _power_on(self):
        config = validate(settings(self.plan))
        pins = open_pins(config["module"]) if self.plan.pins else {}
        log = _Log(self.clock, self.referee)
        folder = str(self._folder) if self._folder else "none"
        modem = make_modem(config, self.uart, self.clock, log, **pins)
        self.node = build(config, modem, log, self._power_cut, folder)
        self._main = asyncio.create_task(self._watched(self.node))

    async def _watched(self, node):
        try:
            await node.run()
        except Exception as error:
            self.referee.problem(7, "the node ended with %r" % error)
        else:
            self.referee.problem(7, "the node ended")

    def _power_off(self):
        for task in [self._main, *self.node.tasks]:
            if task:
                task.cancel()

    def _power_cut(self):
        """The node loses its power, and has it back a moment later."""
        self.uart.dead = True  # its task may be in the middle of a turn
        self._given_up_before = self._given_up()
        self._power_off()
        self.referee.restarted()
        self._main = asyncio.create_task(self._power_back())

    async def _power_back(self):
        await self.clock.sleep_ms(_DARK_MS)
        self.uart.flush()
        self.uart.dead = False
        self.uart.init(self.plan.baud or 9600)  # a UART made anew has the configured rate
        self._power_on()

    # -- outbox -------------------------------------------------------------------------------

    def _watch_outbox(self):
        def look():
            self.referee.outbox.look()
            self.world.platform.timers.after(max(_LOOK_MS, self.plan.idle_ms * 10), look)

        self.referee.outbox = OutboxWatch(self._folder, self.referee, self._given_up)
        look()

    def _given_up(self):
        courier = self.node.courier
        if not courier:
            return 0
        outbox = courier.outbox
        return self._given_up_before + courier.unwanted + outbox.dropped + outbox.damaged

    def emptied(self):
        self.referee.outbox.look()
        return not (self.referee.outbox.waiting or self.node.courier.held)

    # -- small things -------------------------------------------------------------------------

    def _exception(self, error):
        self.referee.problem(7, "the node caught %r" % error)

    def _overrun(self, count):
        now = self.referee.now()
        self.referee.effect(Effect("overrun", "down", now, now))


def play(plan, story=None):
    """Run plan; return its Tally. story: a list that gets what happens as text."""

    stretch = Stretch(plan)

    async def program():
        run = VirtualRun(plan, story, Path("outbox") if plan.outbox else None)
        stretch.uart = run.uart
        return await run.main()

    how = stretch if plan.lag_ms or plan.idle_ms else None
    # The node's file system: it writes why it was restarted, and its outbox.
    with tempfile.TemporaryDirectory(prefix="chaos-") as disk, contextlib.chdir(disk):
        return vtime.run(program(), plan.start, how)


class Stretch:
    """How late the node's tasks wake: as the plan says, but not beyond what comes on the line."""

    def __init__(self, plan):
        self._plan = plan
        self.uart = None

    def __call__(self, due, now):
        late = due + self._plan.lag_ms
        if not self._plan.idle_ms:
            return late
        # A task that naps for less than the engine's idle time has something to wait for.
        idle_ms = self._plan.idle_ms if due - now >= _NAP_MS else _LATE_MS
        return max(late, min(late + idle_ms, now + self.uart.due_ms()))
