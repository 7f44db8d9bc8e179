"""The whole node on a simulated module and platform, in virtual time, at 9600 baud."""

import asyncio
import json
from pathlib import Path

import fakeboard
import vtime
from simuart import SimUart

from bench.module import Module
from bench.platform import Platform
from bench.port import Port
from node.app import Log
from node.startup.check import validate
from node.startup.wiring import build, make_modem, make_wall

EXAMPLE = Path(__file__).resolve().parents[2] / "firmware" / "config.example.json"


class Said(Log):
    """A log that keeps what a user would see in a list."""

    def __init__(self, clock, said):
        super().__init__(clock, 0)
        self.said = said

    def __call__(self, text, level=1):
        super().__call__("", 9)  # time goes on
        if level < 2:
            self.said.append(text)


class RigPin:
    """A pin that is pulsed: levels it had; act(rig) is called when it is let go."""

    def __init__(self, rig, act):
        self.rig = rig
        self.act = act
        self.levels = []

    def value(self, level):
        self.levels.append(level)
        if not level:
            self.act(self.rig)


class NodeRig:
    """node, board, module, platform; lines: [(ticks, "<" or ">", text)] of the serial line."""

    def __init__(
        self,
        config=None,
        baud=9600,
        chunk=0,
        module=None,
        platform=None,
        folder="outbox",
        example=EXAMPLE,
        rtc=None,
        log=None,
        **acts,
    ):
        """example: the configuration that config changes. rtc: the MCU's, None: it has none.
        log: in place of Said(clock, said).

        acts: what happens at reset_pin, power_pin, restart: act(rig).
        """
        self.clock = vtime.clock
        self.board = fakeboard.fresh(self.clock)
        self.platform = Platform(self.clock, **(platform or {}))
        self.records = []
        self.lines = []
        self.said = []
        self.module = Module(self.clock, self.platform, **(module or {}))
        self.module.on_operation = self.records.append
        self.uart = SimUart(Port(self.module, self.clock, baud), self.clock, chunk)
        settings = json.loads(example.read_text())
        for path, value in (config or {}).items():
            part, name = path.split(".")
            settings.setdefault(part, {})[name] = value
        log = log or Said(self.clock, self.said)
        self.settings = validate(settings)
        self.restarts = 0
        restart = acts.pop("restart", None)
        self.pins = {name: RigPin(self, act) for name, act in acts.items()}
        modem = make_modem(self.settings, self.uart, self.clock, log, **self.pins)
        self.node = build(
            self.settings,
            modem,
            log,
            restart and (lambda: self._restart(restart)),
            folder=folder,
            wall=make_wall(self.settings, rtc, self._seconds),
        )
        self._record = self.node.modem.at.on_line
        self.node.modem.at.on_line = self._line
        self.imei = self.module.imei

    def _seconds(self):
        """Return seconds since the start of the virtual time."""
        return self.module.timers.now() / 1000

    def _restart(self, act):
        self.restarts += 1
        act(self)

    def _line(self, kind, line):
        self._record(kind, line)
        way = ">" if kind == ord(">") else "<"
        self.lines.append((self.clock.ticks_ms(), way, line.decode("latin-1")))

    @property
    def device(self):
        return self.platform.device(self.imei)

    @property
    def sent(self):
        """The lines the node sent, in their order."""
        return [text for _, way, text in self.lines if way == ">"]

    async def sleep(self, seconds):
        await self.clock.sleep_ms(round(seconds * 1000))

    async def until(self, condition, seconds=60):
        """Wait until condition() is true; return the seconds it took, fail after seconds."""
        start = self.clock.ticks_ms()
        while not condition():
            spent = self.clock.ticks_diff(self.clock.ticks_ms(), start) / 1000
            assert spent < seconds, (self.said, self.sent[-20:])
            await self.clock.sleep_ms(10)
        return self.clock.ticks_diff(self.clock.ticks_ms(), start) / 1000

    async def online(self, seconds=60):
        """Wait until the node says it is online and has answered what registering brings."""
        await self.until(lambda: self.node.supervisor.state == "online", seconds)
        await self.until(lambda: self.device.online and len(self.device.observed) == 3, 20)
        await self.sleep(3)

    async def ask(self, kind, *args, **attributes):
        """Let the platform perform an operation; return it when it is done."""
        op = getattr(self.platform, kind)(self.imei, *args, **attributes)
        await self.until(lambda: op.done)
        return op


def play(scene, start=0, **options):
    """Run scene(rig) in virtual time beside the node; return what it returns."""

    async def program():
        rig = NodeRig(**options)
        task = asyncio.create_task(rig.node.run())
        try:
            return await scene(rig)
        finally:
            rig.node.supervisor.stopping = True
            for each in [task, *rig.node.tasks]:
                each.cancel()

    return vtime.run(program(), start)
