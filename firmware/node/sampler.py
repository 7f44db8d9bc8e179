"""The task that samples every sensor at its own period and never makes the loop wait for one."""

from micropython import const

_LOST_AFTER = const(3)  # failures in a row until the value is given up
_TICK_MS = const(60_000)
_RETRY_MS = const(100)  # floor between two tries of one sensor that says it is due


class _Slot:
    def __init__(self, driver, instance, period_ms, due):
        self.driver = driver
        self.instance = instance
        self.period_ms = period_ms
        self.begun = due
        self.due = due  # ticks of the next start, or of the reading once started
        self.started = False
        self.value = None
        self.failures = 0  # in a row
        self.errors = 0
        self.error = None


class Sampler:
    """Feeds instances of objects from sensor drivers (node.sensors) by the injected clock."""

    def __init__(self, clock, actuations=()):
        """actuations: their tick() is called every minute."""
        self.clock = clock
        self.actuations = actuations
        self.slots = []
        self._tick = self.alive = clock.ticks_ms()  # alive: of the last turn
        self.samples = 0

    def add(self, driver, instance, period=10):
        """Sample driver into instance every period seconds (1..3600), beginning at once."""
        slot = _Slot(driver, instance, period * 1000, self.clock.ticks_ms())
        self.slots.append(slot)

    async def run(self):
        """Sample for ever."""
        clock = self.clock
        while True:
            wait = await self._round()
            self.alive = clock.ticks_ms()
            await clock.sleep_ms(max(wait, 1))

    async def _round(self):
        """Do what is due, giving way after each sensor; return ms until something else is."""
        clock = self.clock
        for slot in self.slots:
            if clock.ticks_diff(slot.due, clock.ticks_ms()) <= 0:
                self._step(slot)
                await clock.sleep_ms(0)
        now = clock.ticks_ms()
        if clock.ticks_diff(self._tick, now) <= 0:
            self._tick = clock.ticks_add(now, _TICK_MS)
            for actuation in self.actuations:
                actuation.tick()
        wait = clock.ticks_diff(self._tick, now)
        for slot in self.slots:
            wait = min(wait, clock.ticks_diff(slot.due, now))
        return wait

    def _step(self, slot):
        """Start or read one sensor."""
        clock = self.clock
        try:
            if not slot.started:
                slot.begun = clock.ticks_ms()
                ms = slot.driver.start()
                slot.started = True
                if ms > 0:
                    slot.due = clock.ticks_add(clock.ticks_ms(), ms)
                    return
            slot.value = slot.driver.read()
        except (OSError, ValueError) as e:
            slot.errors += 1
            slot.failures += 1
            slot.error = str(e) or repr(e)
            if slot.failures == _LOST_AFTER:
                slot.value = None
                slot.instance.lose()
        else:
            slot.failures = 0
            self.samples += 1
            slot.instance.update(slot.value)
        slot.started = False
        # Counted from the start, so the period holds; a sensor that is late is not made up for.
        left = slot.period_ms - clock.ticks_diff(clock.ticks_ms(), slot.begun)
        slot.due = clock.ticks_add(clock.ticks_ms(), max(left, _RETRY_MS))

    def status(self):
        """Return counters, and for each sensor its last value, failures and last error text."""
        sensors = []
        for slot in self.slots:
            sensors.append(
                {
                    "instance": slot.instance.iid,
                    "value": slot.value,
                    "failures": slot.failures,
                    "errors": slot.errors,
                    "error": slot.error,
                }
            )
        return {"samples": self.samples, "sensors": sensors}
