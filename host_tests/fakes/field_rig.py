"""A node on a module that plays what was printed in the field: bytes in, bytes out, virtual time.

The one file of these tests that knows how the parts of the device code are put together.
"""

import asyncio

import vtime
from fakeuart import FakeUart

from lwm2m.actuation import Actuation
from lwm2m.client import Dispatcher, Notifier
from lwm2m.observe import Observations
from lwm2m.registry import Registry
from lwm2m.temperature import Temperature
from m5310.modem import Modem
from node.log import Log
from node.supervisor import Supervisor

_LATENCY_MS = 5
_REGISTER_MS = 60000
_SESSION = 3600, 30, None, True  # lifetime, timeout in s, server, bootstrap

OBJECTS = (
    (3303, "11", 6, 1, "5700;5701;5601;5602;5603;5604;5605"),
    (3306, "1", 5, 0, "5850;5851;5852;5853;5750"),
)

# A module at home in its network, its clock set, that opens a session at once.
ANSWERS = {
    b"AT+CGSN=1": (b"+CGSN:490154203237518", b"OK"),
    b"AT+CIMI": (b"001010123456789", b"OK"),
    b"AT+CGDCONT?": (b'+CGDCONT:0,"IP","cmnbiot",,0,0', b"OK"),
    b"AT+CSQ": (b"+CSQ:20,99", b"OK"),
    b"AT+CEREG?": (b"+CEREG:1,1", b"OK"),
    b"AT+CCLK?": (b"+CCLK:26/11/28,02:00:00+32", b"OK"),
    b"AT+MIPLVER?": (b"+MIPLVER: 2.2.0", b"OK"),
    b"AT+MIPLCREATE": (b"+MIPLCREATE:0", b"OK"),
    b"AT+MIPLOPEN=": (b"OK", 200, b"+MIPLEVENT: 0,6"),
    b"AT+MIPLUPDATE=": (b"OK", 100, b"+MIPLEVENT:0,11"),
}


class Module:
    """Prints what a script says.

    `answers` maps a command, or its beginning up to and with `=`, to what is printed: a tuple of
    lines (bytes, framed here), ("raw", bytes), and milliseconds to wait before what follows; None:
    nothing; or a function of the command that returns one of these. `log` keeps (ticks, command).
    While it is `deaf` it answers nothing.
    """

    def __init__(self, answers):
        self.answers = dict(ANSWERS)
        self.answers.update(answers)
        self.default = (b"OK",)
        self.deaf = False
        self.log = []
        self.uart = FakeUart(0, self._hear)
        self._tasks = []

    def _hear(self, line):
        self.log.append((vtime.clock.ticks_ms(), line))
        whole = line in self.answers
        reply = self.answers.get(line if whole else line[: line.find(b"=") + 1], self.default)
        if callable(reply):
            reply = reply(line)
        if line == b"AT" and reply is not None:
            reply = (b"OK",)
        if reply is not None and not self.deaf:
            self.say(reply, _LATENCY_MS)

    def say(self, items, after_ms=0):
        """Print items, as in answers, from after_ms on."""
        self._tasks.append(asyncio.create_task(self._print(items, after_ms)))

    async def _print(self, items, wait_ms):
        for item in items:
            if isinstance(item, int):
                wait_ms += item
                continue
            if wait_ms:
                await vtime.clock.sleep_ms(wait_ms)
                wait_ms = 0
            self.uart.push(item[1] if isinstance(item, tuple) else b"\r\n" + item + b"\r\n")

    def stop(self):
        for task in self._tasks:
            task.cancel()


class Kept(Log):
    """A log that prints nothing: all holds (ticks, text, level), said what a user would see."""

    def __init__(self, said):
        Log.__init__(self, vtime.clock)
        self.said = said
        self.all = []

    def __call__(self, text, level=1):
        self.all.append((vtime.clock.ticks_ms(), text, level))
        if text and level <= self.level:
            self.said.append(text)


class Node:
    """Two thermometers, a switch with dimmer and multistate, and the module they are served by."""

    def __init__(self, answers, **options):
        self.module = Module(answers)
        self.clock = vtime.clock
        self.said = []
        self.modem = Modem(self.module.uart, self.clock, self.said.append, None, **options)
        self.driven = []  # (output, value) as the platform set them
        self.changes = []  # registered or not, as they were told
        self.losses = []  # causes for which a session ended
        self.thermometers = [Temperature(0), Temperature(1)]
        self.switch = Actuation(
            0,
            self.clock,
            on_off=lambda value: self.driven.append(("on", value)),
            dimmer=lambda value: self.driven.append(("dim", value)),
            multistate=lambda value: self.driven.append(("multi", value)),
        )
        registry = Registry()
        for instance in self.thermometers + [self.switch]:
            registry.add(instance)
        self.thermometers[0].update(20.5)
        self.thermometers[1].update(21.5)
        self.observations = Observations(registry, self.clock)
        self.log = Kept(self.said)
        mipl = self.modem.mipl
        Dispatcher(registry, self.observations, mipl.requests, self.log)
        mipl.on_lost = self._lost
        self.modem.network.on_change = self.changes.append
        self.notifier = Notifier(self.observations, mipl, self.clock, self.log)
        self._tasks = []

    def _lost(self, cause):
        self.losses.append(cause)
        self.observations.clear()

    def begin(self, work):
        self._tasks.append(asyncio.create_task(work))

    def stop(self):
        self.module.stop()
        for task in self._tasks:
            task.cancel()

    # -- states ---------------------------------------------------------------------------------

    async def linked(self):
        """The engine runs, the module answers."""
        self.begin(self.modem.at.run())
        await self.modem.at.sync(20000)

    async def attached(self):
        """On the network, by the driver's own bring-up."""
        await self.linked()
        await self.modem.attach(_REGISTER_MS)

    async def online(self):
        """In a session; what was sent for it is forgotten."""
        await self.linked()
        self.begin(self.notifier.run())
        await self.modem.mipl.open(OBJECTS, 3600, 30)
        del self.module.log[:]

    def supervise(self, objects=OBJECTS, restart=None, session=_SESSION):
        """Start all tasks of a node, the supervisor's among them."""
        self.supervisor = Supervisor(
            self.modem,
            self.clock,
            self.log,
            (_REGISTER_MS, (1, 9600, 1024)) + session,
            objects,
            self.observations,
            self.notifier,
            restart,
        )
        self.begin(self.modem.at.run())
        self.begin(self.notifier.run())
        self.begin(self.supervisor.run())

    async def supervised(self):
        """As the program does it: brought up, online, looked after by the supervisor."""
        self.supervise()
        await self.sleep(90)
        assert self.registered, self.said
        del self.module.log[:]

    @property
    def registered(self):
        return self.modem.mipl.registered

    @property
    def network(self):
        return self.modem.network

    # -- what comes in, what goes out -----------------------------------------------------------

    async def sleep(self, seconds):
        await self.clock.sleep_ms(int(seconds * 1000))

    async def hear(self, *items, wait_s=3):
        """Have the module print items, then wait."""
        self.module.say(items)
        await self.sleep(wait_s)

    @property
    def sent(self):
        """The commands that were sent, without probes."""
        return [line for _, line in self.module.log if line != b"AT"]

    def answers_to(self, msgid):
        """Return the lines that answer the operation msgid."""
        key = b"RSP=0,%d," % msgid
        return [line for line in self.sent if key in line]

    def results(self, msgid):
        """Return the results in them: 1 and 2 are success, 11 is 4.00, 13 is 4.04, 14 is 4.05."""
        return [int(line.split(b",")[2]) for line in self.answers_to(msgid)]

    def notified(self):
        """Return [(ticks, message id, value)] of the notifications sent."""
        out = []
        for at, line in self.module.log:
            if line.startswith(b"AT+MIPLNOTIFY="):
                fields = line.split(b",")
                out.append((at, fields[1], fields[7]))
        return out


def play(scene, answers=None, **options):
    """Run scene(node) in virtual time on a module with answers; return what it returns."""

    async def main():
        node = Node(answers or {}, **options)
        try:
            return await scene(node)
        finally:
            node.stop()

    return vtime.run(main())
