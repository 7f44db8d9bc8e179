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
from chaos.world import World
from node.config_check import validate
from node.setup import build

ONLINE_S = 400  # the first time
BACK_S = 900  # after the last fault
SETTLE_S = 45  # until every operation is done
_ACCOUNT_S = 150  # after the last operation
_LOOK_MS = 1000
_DARK_MS = 300  # how long a node without power stays so
_GROWTH = 12_288  # bytes on CPython: one more path observed, tables that fill up once
_LOOKS = 60  # at the memory of a long run
_LONG_S = 3600
_CREEP = 1024  # bytes that the most of its second half may be above that of its first half
_NAP_MS = 10
_TASKS = 4  # more of them than at the beginning


class _Log:
    """Stands for node.app.Log: keeps the last texts, tells of those that mean a fault."""

    level = 1

    def __init__(self, referee):
        self._referee = referee

    def __call__(self, text, level=1):
        if text:
            self._referee.tell("node| " + text)
        if text.startswith("task "):
            self._referee.problem(7, text)


class VirtualRun:
    """Runs one Plan; main() is a coroutine for vtime.run, which returns the Tally."""

    def __init__(self, plan, story=None, folder=None):
        self.plan = plan
        self.clock = vtime.clock
        self.board = fakeboard.fresh(self.clock)
        self.world = World(plan, self.clock, self.board, self._power_cut)
        self.referee = self.world.referee
        self.referee.story = story
        self.uart = SimUart(self.world.port, self.clock, plan.chunk, rxbuf=1024)
        self.uart.on_overrun = self._overrun
        self.node = None
        self._main = None
        self._folder = folder
        if folder:
            self._watch_outbox()

    async def main(self):
        """Run it all; return the Tally."""
        saved = getattr(sys, "print_exception", None)
        sys.print_exception = self._exception
        try:
            self._power_on()
            await self._story()
        finally:
            self._power_off()
            if saved is None:
                del sys.print_exception
            else:
                sys.print_exception = saved
        return self.referee.close()

    async def _story(self):
        world, referee = self.world, self.referee
        if not await self._until(lambda: world.online, ONLINE_S):
            referee.problem(8, "not online %d s after the start" % ONLINE_S)
            return
        await self._sleep(3)
        referee.tally.memory_start = held(self.node)
        tasks = len(asyncio.get_running_loop().alive)
        world.start()
        if self.plan.seconds < _LONG_S:
            await self._sleep(self.plan.seconds)
        else:
            await self._watch_memory()
        world.stop()
        await self._sleep(SETTLE_S)
        await self._prove()
        if referee.outbox and not await self._until(self._emptied, BACK_S, 2):
            referee.problem(6, "%d readings stay in the outbox" % referee.outbox.waiting)
        await self._until(lambda: referee.deliveries.accounted, _ACCOUNT_S)
        referee.tally.memory_end = held(self.node)
        self._check(tasks)

    async def _watch_memory(self):
        """Let a long run go on, and see that what the node holds does not creep up."""
        looks = []
        for _ in range(_LOOKS):
            await self._sleep(self.plan.seconds / _LOOKS)
            looks.append(held(self.node))
        first, second = max(looks[: _LOOKS // 2]), max(looks[_LOOKS // 2 :])
        self.referee.tally.memory_most = first, second
        if second > first + _CREEP:
            self.referee.problem(9, "at most %d bytes at first, %d later" % (first, second))

    async def _prove(self):
        """Wait until every kind of operation is answered rightly, with no faults any more."""
        begun = self.referee.now()
        said = "it is offline"
        while self.referee.now() - begun < BACK_S * 1000:
            if await self._until(lambda: self.world.online, 30):
                operations = self.world.driver.ask_all()
                await self._done(operations)
                wrong = [each for each in operations if not _right(each)]
                if not wrong:
                    return
                said = "%s ends with %s" % (wrong[0].kind, wrong[0].name or "nothing")
                if self.referee.tally.problems:
                    return  # it is known to be broken, and may be for ever
        self.referee.problem(8, "%d s after the last fault %s" % (BACK_S, said))

    def _check(self, tasks):
        """Look at what only shows inside: queues, counters of faults, memory."""
        referee, tally, node = self.referee, self.referee.tally, self.node
        at = node.modem.at
        for name in ("faults",):
            if at.stats[name]:
                referee.problem(7, "a handler failed: %r" % at.fault)
        if node.dispatcher.faults or node.restarts:
            referee.problem(7, "a fault of the node's own was counted")
        if at.stats["queue_max"] > 8 or len(at.normal) + len(at.replies) > 2:
            referee.problem(7, "the queues hold %d, %d" % (len(at.normal), len(at.replies)))
        grown = tally.memory_end - tally.memory_start
        if grown > _GROWTH:
            referee.problem(9, "%d bytes more than at the beginning" % grown)
        alive = len(asyncio.get_running_loop().alive)
        if alive > tasks + _TASKS:
            referee.problem(9, "%d tasks, %d at the beginning" % (alive, tasks))

    # -- power --------------------------------------------------------------------------------

    def _power_on(self):
        config = validate(settings(self.plan))
        pins = {}
        if self.plan.pins:
            from node.port import open_pins

            pins = open_pins(config["module"])
        log = _Log(self.referee)
        folder = str(self._folder) if self._folder else "none"
        self.node = build(
            config, self.uart, self.clock, log, self._power_cut, folder=folder, **pins
        )
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
        self._power_off()
        self.world.referee.restarted()
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
        return courier.unwanted + courier.outbox.dropped + courier.outbox.damaged

    def _emptied(self):
        self.referee.outbox.look()
        return not (self.referee.outbox.waiting or self.node.courier._held)

    # -- small things -------------------------------------------------------------------------

    def _exception(self, error):
        self.referee.problem(7, "the node caught %r" % error)

    def _overrun(self, count):
        now = self.referee.now()
        self.referee.effect(Effect("overrun", "down", now, now))

    async def _sleep(self, seconds):
        await self.clock.sleep_ms(round(seconds * 1000))
        self.uart.run()

    async def _done(self, operations):
        await self._until(lambda: all(each.done for each in operations), 60)

    async def _until(self, condition, seconds, step=0.25):
        for _ in range(round(seconds / step)):
            if condition():
                return True
            await self._sleep(step)
        return False


def _right(operation):
    """Return whether an operation has come to the end it should."""
    return operation.code in getattr(operation, "right", (204, 205, 404))


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
        idle_ms = self._plan.idle_ms if due - now >= _NAP_MS else _NAP_MS
        return max(late, min(late + idle_ms, now + self.uart.due_ms()))
