"""What the platform does while latency is measured: one operation at a time, or the full load."""

import random
from dataclasses import replace

from bench.platform import messages as m
from measure.operations import ALL, BURST, EVERY_SECOND, OBSERVED, READ

PLATFORM = {"discover": False, "observe": False, "network_ms": 20}
_STEP_MS = 5
_START_MS = 60_000
_QUIET_MS = (300, 360)  # the driver falls into its idle rhythm 200 ms after the last byte
_SETTLED_MS = 700
_BURSTS_MS = 3500
_UPDATE_NEEDED = 14
_REFUSED = 3  # every third notification is not delivered: the outbox has something to write


class Unmeasurable(Exception):
    """The node did not do what a measurement needs; its text says what."""


class Work:
    """Asks a node through `platform` for what is measured.

    module: its Module. sleep_ms: awaited to wait. seed: of the pauses, so that an operation hits
    every phase of the node's rhythm.
    """

    def __init__(self, module, sleep_ms, seed=1):
        self.module = module
        self.platform = module.platform
        self._sleep_ms = sleep_ms
        self._random = random.Random(seed)
        self._timers = self.platform.timers

    async def ready(self):
        """Wait until the session stands and all readings are there. Raises Unmeasurable."""
        end = self._timers.now() + _START_MS
        while True:
            device = self.platform.device(self.module.imei)
            if device and device.online and self.module.session.is_open:
                operation = await self._done(self.platform.read(self.module.imei, 3303))
                if operation.code == 205 and len(operation.values) >= 12:
                    return
            if self._timers.now() > end:
                raise Unmeasurable("the node is not online with all its readings after 60 s")
            await self._sleep_ms(100)

    async def idle(self, samples):
        """Ask one operation after the other; READ gets `samples` of them, others their share.

        An observation is cancelled before anything else is asked: its notifications are no idling.
        """
        todo = [
            each
            for each in ALL
            if each.kind != "cancel"
            for _ in range(max(1, round(samples * each.share)))
        ]
        self._random.shuffle(todo)
        for each in todo:
            await self._sleep_ms(self._random.randint(*_QUIET_MS))
            await self._asked(each)
            if each.kind == "observe":
                await self._quiet()
                await self._asked(replace(each, kind="cancel"))

    async def prepare(self):
        """Make the full load: five observations, some of whose notifications are not delivered."""
        for path in OBSERVED:
            await self._done(self.platform.observe(self.module.imei, *path, **EVERY_SECOND))
        self._refuse_some()

    async def load(self, bursts):
        """Ask for so many bursts of ten, while the full load is there and an UPDATE under way."""
        imei = self.module.imei
        for _ in range(bursts):
            self.module.session.event(_UPDATE_NEEDED, 62)  # an UPDATE follows
            await self._sleep_ms(self._random.randint(0, 600))
            burst = list(BURST)
            self._random.shuffle(burst)
            begun = self._timers.now()
            asked = [each.ask(self.platform, imei) for each in burst]
            for operation in asked:
                await self._done(operation)
            await self._sleep_ms(max(1, _BURSTS_MS - (self._timers.now() - begun)))

    async def _asked(self, each):
        operation = await self._done(each.ask(self.platform, self.module.imei))
        if each.name == READ and not operation.ok:
            raise Unmeasurable("%s ends with %s" % (each.name, operation.name))

    async def _done(self, operation):
        while not operation.done:
            await self._sleep_ms(_STEP_MS)
        return operation

    async def _quiet(self):
        """Wait until nothing has come from the node for a while."""
        count = None
        while count != self.module.counters.lines_in:
            count = self.module.counters.lines_in
            await self._sleep_ms(_SETTLED_MS)

    def _refuse_some(self):
        session = self.module.session
        receive = session.receive
        count = 0

        def refusing(message):
            nonlocal count
            if isinstance(message, m.Ack) and message.kind == "notify":
                count += 1
                if count % _REFUSED == 0:
                    message = replace(message, code=0)
            receive(message)

        session.receive = refusing
