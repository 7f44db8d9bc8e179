"""The running node, and the program: set up, run until Ctrl-C, de-register."""

import asyncio
import gc

from micropython import const

from m5310 import borrow, causes

from .log import Log

# Collecting this often keeps a small heap in one piece; a collection takes a few milliseconds.
_GC_LEAST = const(1024)
_GC_MOST = const(4096)

node = None  # the running Node, for the REPL: `from node import app; app.node.status()`


class Node:
    """All parts of the node, wired by node.setup; what few nodes have is added by node.stages."""

    watchdog = None
    failures = None  # type: dict # of tasks, see node.failure
    uplink = None  # where one is configured
    fallback = None  # type: str # what is said of a configuration that is not the board's own
    proof = None  # what has to run until the configuration has proven itself
    keep = None  # keeps it, once it has: where there is a proof
    proven = False

    def __init__(self, clock, log, registry, modem, dispatcher, notifier, sampler, supervisor):
        self.clock = clock
        self.log = log
        self.registry = registry
        self.modem = modem
        self.dispatcher = dispatcher
        self.notifier = notifier
        self.sampler = sampler
        self.supervisor = supervisor
        self.courier = None  # where an outbox is configured
        self.trace = None  # a Trace, if there is to be one
        self.restarts = 0
        self.tasks = []
        if log.level > 1:
            modem.mipl.on_event = self._event

    async def run(self):
        """Run every task for ever; one that fails is reported and started again."""
        self.log.at = self.modem.at
        for name, part in (
            ("sampler", self.sampler),
            ("notifier", self.notifier),
            ("courier", self.courier),
            ("uplink", self.uplink),
            ("at", self.modem.at),
            ("log", self.log),
        ):
            if part:
                self.tasks.append(asyncio.create_task(self._keep(name, part.run)))
        if self.watchdog:
            self.tasks.append(asyncio.create_task(self.watchdog.run()))
        if self.proof:  # no task of the node's: nothing is to hold on to it when it is done
            asyncio.create_task(self.proof())  # noqa: RUF006 - the loop has it
            self.proof = None
        await self._keep("supervisor", self.supervisor.run)

    async def _keep(self, name, work):
        while not self.supervisor.stopping:
            try:
                await work()
            except Exception as e:  # a task that ends would leave the node half alive
                self.restarts += 1
                gc.collect()
                try:
                    pause = borrow("node.failure").failed(self, name, e)
                except Exception:  # there is no memory even for that
                    pause = 1000
                await self.clock.sleep_ms(pause)

    async def shutdown(self, limit=8000):
        """De-register in order, limit ms at most; for a loop in which nothing else runs."""
        await borrow("node.leave").leave(self, limit)

    def status(self):
        """Return everything there is to know about the node as a new dict."""
        return borrow("node.report").of_node(self)

    def _event(self, event, ext):
        self.log("event %d: %s" % (event, causes.event(event)), 2)


def start():
    """Run the node of this board until Ctrl-C, then de-register and print the status.

    Without a usable configuration it exits with status 2 on a PC. A board restarts then, as it
    does when the node ends by itself, after a pause in which Ctrl-C leads to the prompt.
    """
    global node
    gc.threshold(_GC_LEAST)
    from m5310.clock import Clock

    from .stages import set_up

    node = set_up(Clock(), Log)
    set_up = None  # the last that holds on to the start
    if node is None:
        borrow("node.restarts").retry("no configuration can be used")
        return
    gc.collect()
    gc.threshold(max(_GC_LEAST, min(_GC_MOST, gc.mem_free() // 16)))
    try:
        asyncio.run(node.run())
    except KeyboardInterrupt:
        try:
            _leave()
        except Exception as e:  # whoever pressed Ctrl-C gets the prompt
            borrow("node.failure").tell(node.log, e)
    except Exception as e:
        if not node.supervisor.restart:  # on a PC the program ends with it
            raise
        node.log.flush()
        borrow("node.failure").tell(node.log, e)
        borrow("node.restarts").retry("the node has ended: %r" % e)


def _leave():
    """De-register, and print the status."""
    node.log.flush()
    if node.keep and not node.proven:
        borrow("node.fallback").stopped()
    if node.log.level < 3:  # what was going on must not make room for the way out
        node.modem.at.on_line = None
    asyncio.new_event_loop()
    node.tasks.clear()  # what they were at must not make room for the way out either
    node.dispatcher.observations.clear(True)
    gc.collect()
    asyncio.run(node.shutdown())
    for name, part in borrow("node.report").parts(node):
        print("status of", name, part)  # as it is: a text of it would be the largest of all
