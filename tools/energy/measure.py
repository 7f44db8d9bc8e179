"""One setting for some hours in virtual time: where the time went, and what was said."""

import tempfile
from dataclasses import dataclass

from energy import paths  # noqa: F401 - first: it says where the device's code is
from energy.world import play

_BEFORE_S = 5
_WARM_C = (20.0, 20.5)  # a reading that changes each time


@dataclass
class Measured:
    """module, mcu: {state: ms}. at_bytes, messages: (from the MCU or up, to it or down)."""

    hours: float
    module: dict
    mcu: dict
    at_bytes: tuple
    messages: tuple
    readings: int


def day(config, hours, period):
    """Return the Measured of config, {"part.field": value}, a reading every period seconds."""
    config = {"log.trace": 0, **config}
    cycle = config.get("power.mode") == "cycle"
    if cycle:
        config["power.period"] = period
        lifetime = config.get("onenet.lifetime", 0)
        config["onenet.lifetime"] = max(lifetime, 2 * period + 600)

    async def scene(rig):
        rig.readings = 0
        rig.platform.listen(lambda event: _count(rig, event))
        rig.board.on_change(lambda *change: None)
        end = hours * 3600
        tick = period if not cycle else None
        rig.on_wake = lambda rig: _warm(rig, len(rig.slept))
        if tick:
            _warmer(rig, period, 0)
        await rig.run(end)
        return rig

    with tempfile.TemporaryDirectory(prefix="energy-") as folder:
        rig = play(scene, config, folder, sample_s=period, nap_ms=100 if cycle else 2000)
    total = rig.module.timers.now() - rig.module.started_ms
    asleep = max(total - rig.awake_ms, 0) if rig.slept else 0
    return Measured(
        total / 3_600_000,
        rig.module.sleep.what(),
        {"awake": total - asleep, "asleep": asleep},
        tuple(rig.bytes),
        (rig.module.air.sent[0], rig.module.air.sent[1]),
        rig.readings,
    )


def _count(rig, event):
    if type(event).__name__ == "Stored" and event.path[2] == 5700:
        rig.readings += 1


def _warm(rig, number):
    for name in ("ds18x20-0", "ds18x20-1"):
        rig.board.set_temp(name, _WARM_C[number % 2])


def _warmer(rig, period, number):
    _warm(rig, number)
    ms = (period if number else period - _BEFORE_S) * 1000  # before the sensors are read
    rig.platform.timers.after(ms, lambda: _warmer(rig, period, number + 1))
