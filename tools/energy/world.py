"""A node in duty cycle on a module and a platform that live on, in virtual time.

At each sleep the node is thrown away, and made anew from its configuration when it wakes: what it
knows then is what it had kept.
"""

import asyncio
import json

from energy import paths  # noqa: F401 - first: it says where the device's code is

import vtime  # isort: skip
from simuart import SimUart  # isort: skip
from vboard import VBoard  # isort: skip

import fakeboard  # isort: skip
import machine  # isort: skip
from bench.module import Module
from bench.platform import Platform
from bench.port import Port
from bench.uplink import UplinkPeer
from node.app import Log
from node.startup.check import validate
from node.startup.wiring import build, make_modem, make_wall

EXAMPLE = {
    "module": {"uart": 2, "tx": 17, "rx": 16, "dialect": "auto"},
    "sensors": [
        {"type": "ds18x20", "instance": 0, "pin": 4, "index": 0},
        {"type": "ds18x20", "instance": 1, "pin": 4, "index": 1},
    ],
    "actuators": [{"instance": 0, "switch": {"pin": 26}}],
    "outbox": {"readings": 256},
}
_NAP_MS = 10
WOKEN = "DEEPSLEEP_RESET"  # what machine.reset_cause() tells behind a sleep; None: nothing known


class _Quiet(Log):
    def __init__(self, clock, said):
        super().__init__(clock, 0)
        self.said = said

    def __call__(self, text, level=1):
        super().__call__("", 9)
        if level < 2:
            self.said.append(text)


class CycleRig:
    """slept: the sleeps, in ms; awake_ms: how long the MCU was awake in all.

    sample_s: the sensors are read so often, where the MCU stays awake.
    """

    def __init__(self, config, folder, module=None, platform=None, sample_s=10):
        self.clock = vtime.clock
        self.folder = str(folder)
        settings = json.loads(json.dumps(EXAMPLE))
        for sensor in settings["sensors"]:
            sensor["period"] = min(sample_s, 3600)
        for path, value in config.items():
            part, name = path.split(".")
            settings.setdefault(part, {})[name] = value
        self.settings = validate(settings)
        fakeboard.fresh(self.clock)
        self.board = machine.use(VBoard(self.clock))
        self.platform = Platform(self.clock, **(platform or {}))
        self.module = Module(self.clock, self.platform, **(module or {}))
        self.uart = SimUart(Port(self.module, self.clock, 9600), self.clock)
        self.peer = UplinkPeer(self.module)
        self.said = []
        self.slept = []
        self.bytes = [0, 0]  # the MCU has sent and got
        self.uart.port.on_bytes = self._bytes
        self.awake_ms = 0
        self.on_wake = None  # called with the rig at each start
        self.node = None
        self._due = None

    def _bytes(self, way, data):
        self.bytes[way == "got"] += len(data)

    @property
    def device(self):
        return self.platform.device(self.module.imei)

    @property
    def busy(self):
        """Return whether the engine has something under way, whose time limits are to hold."""
        at = self.node and self.node.modem.at
        return bool(at and not at.idle)

    def now_s(self):
        """Return seconds since the start."""
        return self.module.timers.now() / 1000 - self.module.started_ms / 1000

    async def run(self, seconds):
        """Live for so many seconds."""
        end = self.now_s() + seconds
        while self.now_s() < end:
            await self._awake(end)
            if self._due is None:
                return
            self.slept.append(self._due)
            await self._asleep(self._due)

    async def _awake(self, end):
        """Start the node, and let it run until it sleeps or the time is over."""
        self._due = None
        machine.cause = getattr(machine, WOKEN or "", None) if self.slept else machine.PWRON_RESET
        self.uart.flush()
        begun = self.module.timers.now()
        log = _Quiet(self.clock, self.said)
        self.node = build(
            self.settings,
            make_modem(self.settings, self.uart, self.clock, log),
            log,
            folder=self.folder + "/box",
            wall=make_wall(self.settings, None, self.now_s),
            sleep=self._sleep,
        )
        machine.cause = machine.PWRON_RESET  # of the next node that somebody makes
        if self.on_wake:
            self.on_wake(self)
        task = asyncio.create_task(self.node.run())
        while self._due is None and self.now_s() < end:
            await self.clock.sleep_ms(100)
        for each in [task, *self.node.tasks]:
            each.cancel()
        await self.clock.sleep_ms(0)
        self.awake_ms += self.module.timers.now() - begun

    def _sleep(self, ms):
        self._due = ms

    async def _asleep(self, ms):
        """Let the module live on; what it prints meanwhile nobody hears."""
        end = self.module.timers.now() + ms
        while (left := end - self.module.timers.now()) > 0:
            self.uart.run()
            self.uart.flush()
            await self.clock.sleep_ms(max(min(left, self.uart.due_ms() or _NAP_MS, 60_000), 1))


def play(scene, config, folder, nap_ms=500, **options):
    """Run scene(rig) in virtual time; return what it returns.

    nap_ms: how late a task may wake while nothing comes on the line.
    """
    rigs = []

    async def program():
        rigs.append(CycleRig(config, folder, **options))
        return await scene(rigs[0])

    def stretch(due, now):
        # A task that naps has nothing to do until something comes on the line.
        if not rigs or due - now < _NAP_MS or rigs[0].busy:
            return due
        return max(due, min(due + nap_ms, now + rigs[0].uart.due_ms()))

    return vtime.run(program(), stretch=stretch)
