"""What a seed stands for: a module, a network, a configuration, operations and a fault script."""

import json
import random
from dataclasses import dataclass, field
from pathlib import Path

from bench.faults.script import Fault, Script

EXAMPLE = Path(__file__).resolve().parents[2] / "firmware" / "config.example.json"
TICKS = 1 << 30
SECONDS = 150  # of faults
_URCS = (
    *("+MIPLEVENT:0,%d" % number for number in (1, 2, 4, 6, 11, 21, 26, 40, 99)),
    *("+MIPLEVENT:0,%d" % number for number in (3, 5, 7, 8, 9, 10, 12, 13, 15)),
    "+MIPLEVENT:0,14,62",
    "+MIPLEVENT:0,20,1001",
    "+MIPLEVENT:0,25,7",
    "+MIPLEVENT:",
    "+MIPLEVENT:0,",
    "+CEREG:1,19E6,94,7",
    "+CEREG:2",
    "+CEREG:0",
    "+CEREG:5",
    "+CSCON:0",
    "+CSCON:1",
    "+NSONMI:0,20",
    "+MIPLREAD:0,{0},3303,0,5700",
    "+MIPLREAD: 0, {0}, 3303, -1, -1",
    "+MIPLWRITE:0,{0},3306,0,5851,2,1,63,0,0",
    "+MIPLWRITE:0,{0},3306,0,5851,2,1,64,0,3",
    "+MIPLEXECUTE:0,{0},3303,0,5605,0",
    "+MIPLNOSUCH:0,1",
    "OK",
    "ERROR",
    "+CME ERROR: 50",
    "+CIS ERROR: 602",
    "M5310",
    "REBOOT_CAUSE_SECURITY_UNKNOWN",
    "something else",
)
_WEIGHTS = {
    "lose": 5,
    "corrupt": 5,
    "duplicate": 3,
    "noise": 3,
    "insert": 6,
    "delay": 3,
    "split": 2,
    "merge": 2,
    "mute": 2,
    "reboot": 2,
    "error": 3,
    "late": 3,
    "msgid": 2,
    "network": 1,
    "registration": 1,
    "air": 2,
    "burst": 2,
    "restart": 1,
    "baud": 0.5,
}


@dataclass
class Plan:
    """One run. start: ticks; gap_s: mean between two operations; temp_s: between two readings.

    lag_ms: how late the node's tasks wake, as on a board that has more to do. idle_ms: how much
    later yet while nothing happens on the line. pins: whether the module's reset and power pins
    are connected. outbox: readings it holds, 0 = there is none. period_s: of the sensors, 0 = as
    configured.
    """

    seed: int
    script: Script
    seconds: float = SECONDS
    start: int = 0
    baud: int = 9600
    chunk: int = 0
    gap_s: float = 3
    temp_s: float = 10
    lag_ms: int = 0
    idle_ms: int = 0
    pins: bool = False
    outbox: int = 0
    period_s: int = 0
    config: dict = field(default_factory=dict)
    module: dict = field(default_factory=dict)
    platform: dict = field(default_factory=dict)


def settings(plan):
    """Return the configuration of the plan's node, not yet validated."""
    config = json.loads(EXAMPLE.read_text())
    config["module"].update(baud=plan.baud or 9600)
    if plan.pins:
        config["module"].update(reset_pin=27, power_pin=14)
    if plan.outbox:
        config["outbox"] = {"readings": plan.outbox, "period": 20}
    for sensor in config["sensors"]:
        sensor["period"] = plan.period_s or sensor["period"]
    for path, value in plan.config.items():
        part, name = path.split(".")
        config[part][name] = value
    return config


def of_seed(seed, seconds=SECONDS):
    """Return the Plan of a seed."""
    r = random.Random(seed)
    pause_s = r.choice((4, 8, 8, 15, 40))  # the fewer faults, the less they explain
    wraps = (0, TICKS - r.randint(20_000, 200_000), (TICKS >> 1) - r.randint(20_000, 200_000))
    baud = r.choice((9600, 9600, 9600, 57600, 115200, 4800))
    return Plan(
        seed,
        Script(tuple(faults(r, seconds, pause_s)), r.getrandbits(32)),
        seconds,
        start=r.choice(wraps),
        baud=baud,
        chunk=r.choice((0, 0, 1, 7, 64)),
        gap_s=r.choice((1.0, 2.0, 4.0)),
        temp_s=r.choice((3, 10, 30)),
        lag_ms=r.choice((0, 4, 9, 9, 19)) if baud > 4800 else 4,
        pins=r.random() < 0.3,
        outbox=r.choice((0, 0, 256)),
        config={
            "onenet.lifetime": r.choice((120, 300, 3600)),
            "network.register_timeout": r.choice((60, 180)),
        },
        module={
            "register_ms": r.choice((500, 2000, 20_000)),
            "max_outstanding": r.choice((1, 1, 1, 2)) if baud > 4800 else 1,
            # With echo at 4800 baud the read of a whole object takes 3.1 s.
            "echo": r.random() < 0.2 and baud > 4800,
            "bootstrap": r.random() < 0.2,
            "connect_event": r.random() < 0.3,
            "close_event": r.random() < 0.3,
            "update_needed_event": r.random() < 0.3,
            "reply_ms": r.choice((5, 5, 30)),
            "profile": r.choice(("seed", "seed", "m5310a", "m5310sp3")),
        },
        platform={"network_ms": r.choice((40, 80, 600))},
    )


def faults(r, seconds, pause_s):
    """Yield faults, pause_s apart in the mean; r: a random.Random."""
    kinds, weights = list(_WEIGHTS), list(_WEIGHTS.values())
    at = 0.0
    while True:
        at += r.expovariate(1 / pause_s)
        if at >= seconds:
            return
        do = r.choices(kinds, weights)[0]
        yield Fault(round(at, 3), do, _args(r, do))


def _args(r, do):
    some = r.choice((1, 1, 2, 3, 8, 60))
    skip = r.choice((0, r.randint(0, 20), r.randint(0, 200)))
    way = r.choice(("up", "down"))
    if do in ("lose", "corrupt", "duplicate", "noise"):
        return {"way": way, "skip": skip, "bytes": some}
    if do in ("delay", "merge"):
        return {"way": way, "skip": skip, "ms": r.choice((30, 200, 1000, 2500, 5000))}
    if do == "split":
        return {"way": way, "skip": skip, "bytes": some, "ms": r.choice((5, 50, 200))}
    if do == "insert":
        line = r.choice(_URCS).format(r.randint(700_000, 799_999))
        return {"way": "down", "skip": skip, "line": line}
    if do == "error":
        text = r.choice(("ERROR", "+CME ERROR: 50", "+CIS ERROR: 601", "+CIS ERROR: 100"))
        return {"nth": r.randint(1, 4), "command": r.choice(("", "AT+MIPL")), "text": text}
    return _other_args(r, do)


def _other_args(r, do):
    seconds = round(r.choice((0.5, 3, 12, 40)) * (0.5 + r.random()), 2)
    return {
        "mute": lambda: {"way": r.choice(("up", "down", "both", "both")), "seconds": seconds},
        "reboot": lambda: {"cause": "REBOOT_CAUSE_APPLICATION_WATCHDOG"},
        "late": lambda: {
            "nth": r.randint(1, 4),
            "command": r.choice(("", "AT+MIPL")),
            "ms": r.choice((400, 1200, 2500, 8000)),
        },
        "msgid": lambda: {"nth": 1, "add": r.choice((1, -1, 500_000))},
        "network": lambda: {"seconds": seconds},
        "registration": lambda: {"seconds": seconds},
        "air": lambda: {
            "seconds": seconds,
            "delay_ms": r.choice((0, 500, 3000)),
            "loss": r.choice((0, 0.2, 0.6)),
        },
        "burst": lambda: {
            "count": r.choice((4, 10, 30)),
            "kinds": r.choice((["read"], ["write"], ["read", "write", "execute", "discover"])),
        },
        "restart": dict,
        "baud": lambda: {"rate": r.choice((19200, 38400, 57600, 115200))},
    }[do]()


def real(seed, seconds):
    """Return the Plan of a run in real time: every kind of fault in turns, in an order of its own.

    It has the configuration of the example; with an odd seed an outbox as well.
    """
    r = random.Random(seed)
    return Plan(
        seed,
        Script(tuple(each_kind(r, seconds, 8.0)), r.getrandbits(32)),
        seconds,
        gap_s=2.0,
        temp_s=5,
        outbox=256 * (seed % 2),
        config={"onenet.lifetime": 300},
        module={"register_ms": 1000, "update_needed_event": True},
        platform={"network_ms": 80},
    )


def each_kind(r, seconds, pause_s):
    """Yield faults, pause_s apart in the mean, as faults() does, but no kind before all others."""
    at, kinds = 0.0, []
    while (at := at + r.expovariate(1 / pause_s)) < seconds:
        kinds = kinds or r.sample(list(_WEIGHTS), len(_WEIGHTS))
        do = kinds.pop()
        yield Fault(round(at, 3), do, _args(r, do))


def soak(days, seed=0, gap_s=25.0, pause_s=900.0):
    """Return the Plan of many days: an operation every gap_s, a fault every pause_s in the mean.

    The ticks of the MCU wrap at 12.4 days after its start, so from 5 days on once in the middle.
    """
    r = random.Random(seed)
    seconds = days * 86400
    half = int(min(seconds * 500, TICKS - 1))
    return Plan(
        seed,
        Script(tuple(faults(r, seconds, pause_s)), r.getrandbits(32)),
        seconds,
        start=TICKS - half if days < 20 else 0,
        baud=0,
        gap_s=gap_s,
        temp_s=600,
        lag_ms=0,
        idle_ms=5000,
        outbox=256,
        period_s=60,
        config={"onenet.lifetime": 3600, "log.level": 0},
        module={"register_ms": 2000},
        platform={"network_ms": 80},
    )
