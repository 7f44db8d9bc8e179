"""The same measurement in virtual time: the node's own share, exact and the same on any computer.

The node runs on CPython, where computing takes no time; its rhythm, its pauses and its turns are
the real ones. Times are whole ms, as the node's clock has them.
"""

import asyncio

from chaos import paths  # noqa: F401 - first: it says where the device's code is

import fakeboard  # isort: skip
import vtime  # isort: skip
from simuart import SimUart  # isort: skip

from bench.module import Module
from bench.platform import Platform
from bench.port import Port
from measure.tap import Tap
from measure.work import PLATFORM, Work
from node.log import Log
from node.startup.check import validate
from node.startup.wiring import build, make_modem


class _Quiet(Log):
    """A log that says nothing."""

    def __call__(self, text, level=1):
        pass


def passed(config, before, scene, folder="none", **module):
    """Return the operations that passed while scene(work) ran, in virtual time.

    config: of the node. before: awaited first with the Work, or None. folder: of its outbox.
    module: options of the simulated one.
    """

    async def program():
        clock = vtime.clock
        fakeboard.fresh(clock)
        simulated = Module(clock, Platform(clock, **PLATFORM), register_ms=500, **module)
        port = Port(simulated, clock, config["module"]["baud"])
        uart = SimUart(port, clock, rxbuf=1024)
        checked = validate(config)
        log = _Quiet(clock, 0)
        node = build(checked, make_modem(checked, uart, clock, log), log, folder=folder)
        running = asyncio.create_task(node.run())
        work = Work(simulated, clock.sleep_ms)
        try:
            await work.ready()
            if before:
                await before(work)
            tap = Tap(port, clock)
            await scene(work)
            return tap.passed
        finally:
            node.supervisor.stopping = True
            for task in [running, *node.tasks]:
                task.cancel()

    return vtime.run(program())
