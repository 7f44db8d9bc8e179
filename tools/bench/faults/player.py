"""Plays a fault script on one module, its serial line and the network around it."""

import random
from dataclasses import dataclass

from bench.faults.line import Line
from bench.faults.script import BYTE_FAULTS
from bench.faults.tricks import Tricks


@dataclass(frozen=True)
class Effect:
    """A fault that took effect: way "up", "down" or "", from_ms to to_ms of the module's clock."""

    name: str
    way: str
    from_ms: float
    to_ms: float

    def __str__(self):
        ways = {"up": " on the way up", "down": " on the way down"}
        return self.name + ways.get(self.way, "")


class Player:
    """Has each fault of `script` happen at its time after start().

    faults: the Faults of the module. port: its Port. ask(kind): starts an operation of a burst.
    restart(): restarts the node, None where there is none to restart. on_effect(Effect) hears of
    everything that took effect.
    """

    def __init__(self, script, faults, port, ask, restart=None):
        self.script = script
        self.on_effect = None
        self._faults = faults
        self._port = port
        self._module = module = port.module
        self._ask = ask
        self._restarts = restart
        self._stopped = False
        # The platform's timers: the module's end with a reboot, the script does not.
        self._timers = module.platform.timers
        seeded = random.Random(script.seed)
        self._lines = {way: Line(way, seeded, self._touched) for way in ("up", "down")}
        port.up, port.down = self._lines["up"], self._lines["down"]
        module.tricks = self._tricks = Tricks(self._touched, self._timers.now)

    def start(self):
        """Begin now."""
        for fault in self.script.faults:
            self._timers.after(fault.at * 1000, lambda fault=fault: self._play(fault))

    def stop(self):
        """Undo what is still on, disarm what has not taken effect, play nothing more."""
        self._stopped = True
        self._tricks.disarm()
        for line in self._lines.values():
            line.disarm()
        self._faults.set(delay_ms=0, loss=0, network=True)
        self._port.set_bauds(module=self._port.mcu_baud)

    def _play(self, fault):
        if self._stopped:
            return
        do, args = fault.do, fault.args
        now = self._timers.now()
        self._faults.note("fault: %s" % fault)
        if do in BYTE_FAULTS:
            self._lines[args["way"]].arm(do, args, now)
        elif do in ("error", "late", "msgid"):
            self._tricks.arm(do, args)
        else:
            getattr(self, "_" + do)(args, now)
        if self._module.on_output:
            self._module.on_output()  # there may be bytes to fetch

    def _mute(self, args, now):
        for way, line in self._lines.items():
            if args["way"] in (way, "both"):
                line.mute(args["seconds"], now)

    def _reboot(self, args, now):
        self._touched("reboot", "", now, now + self._module.options.boot_ms)
        self._faults.reboot(args["cause"])

    def _baud(self, args, now):
        self._touched("baud", "", now, now)
        self._port.set_bauds(module=args["rate"])
        self._faults.reboot()

    def _registration(self, args, now):
        self._touched("registration", "", now, now)
        self._module.options.register_ms = round(args["seconds"] * 1000)

    def _network(self, args, now):
        self._touched("network", "", now, now + args["seconds"] * 1000)
        self._faults.set(network=False)
        self._timers.after(args["seconds"] * 1000, lambda: self._faults.set(network=True))

    def _air(self, args, now):
        self._touched("air", "", now, now + args["seconds"] * 1000)
        self._faults.set(delay_ms=args["delay_ms"], loss=args["loss"])
        self._timers.after(args["seconds"] * 1000, lambda: self._faults.set(delay_ms=0, loss=0))

    def _burst(self, args, now):
        for number in range(args["count"]):
            self._ask(args["kinds"][number % len(args["kinds"])])

    def _restart(self, args, now):
        self._restarts()

    def _touched(self, name, way, from_ms, to_ms):
        if self.on_effect:
            self.on_effect(Effect(name, way, from_ms, to_ms))


def asker(platform, imei):
    """Return what asks the device for an operation of a burst, each write with a new value."""
    count = 0

    def ask(kind):
        nonlocal count
        count += 1
        if kind == "read":
            platform.read(imei, 3303, 0, 5700)
        elif kind == "write":
            platform.write(imei, 3306, 0, {5851: count % 101})
        elif kind == "execute":
            platform.execute(imei, 3303, 0, 5605, "reset")
        elif kind == "observe":
            platform.observe(imei, 3303, 0)
        else:
            platform.discover(imei, 3303)

    return ask
