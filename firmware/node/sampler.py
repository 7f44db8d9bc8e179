"""Sampler: reads every sensor at its own period, without making the loop wait for any of them."""

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any

    from at.port import Clock, Ticks
    from lwm2m.actuation import Actuation

    from .sensors import Driver

_LOST_AFTER = const(3)  # failures in a row until the value is given up
_TICK_MS = const(60_000)
_RETRY_MS = const(100)  # least time between two readings of a sensor that is always late


class _Slot:
    """One sensor: its driver, the instance it feeds, and how it fares."""

    def __init__(self, driver: "Driver", instance: "Any", period_ms: int, due: "Ticks") -> None:
        self.driver = driver
        self.instance = instance
        self.period_ms = period_ms
        self.begun = due  # ticks of the last start
        self.due = due  # ticks of the next start; of the reading once started
        self.started = False
        self.value: float | None = None
        self.failures = 0  # in a row
        self.errors = 0
        self.error: str | None = None


class Sampler:
    """Feeds instances of objects from sensor drivers (node.sensors)."""

    def __init__(self, clock: "Clock", actuations: "list[Actuation] | tuple" = ()) -> None:
        """actuations: their tick() is called every minute."""
        self.clock = clock
        self.actuations = actuations
        self.slots: list[_Slot] = []
        self.samples = 0
        self._tick = self.alive = clock.ticks_ms()  # alive: of the last turn, for the watchdog

    def add(self, driver: "Driver", instance: "Any", period_s: int = 10) -> None:
        """Sample driver every period_s seconds (1 to 3600), beginning at once.

        instance: is given each reading by update(value), and told by lose() that there is none.
        """
        self.slots.append(_Slot(driver, instance, period_s * 1000, self.clock.ticks_ms()))

    async def run(self) -> None:
        """Sample, for ever; sleep until something is due."""
        clock = self.clock
        while True:
            wait_ms = await self._round()
            self.alive = clock.ticks_ms()
            await clock.sleep_ms(max(wait_ms, 1))

    async def _round(self) -> int:
        """Do what is due, yielding after each sensor; return ms until something else is due."""
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
        wait_ms = clock.ticks_diff(self._tick, now)
        for slot in self.slots:
            wait_ms = min(wait_ms, clock.ticks_diff(slot.due, now))
        return wait_ms

    def _step(self, slot: _Slot) -> None:
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
        # Counted from the start, so that the period holds; a late sensor does not catch up.
        left_ms = slot.period_ms - clock.ticks_diff(clock.ticks_ms(), slot.begun)
        slot.due = clock.ticks_add(clock.ticks_ms(), max(left_ms, _RETRY_MS))

    def status(self) -> dict:
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
