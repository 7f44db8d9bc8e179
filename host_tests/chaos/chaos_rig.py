"""Plans with no faults, or with a few of them at known times."""

from dataclasses import replace

from bench.faults.script import Fault, Script
from chaos.plan import of_seed

CALM = of_seed(4)


def plan(*faults, seconds=40, **changes):
    """Return a Plan at 9600 baud in which only faults, (at, do, args), happen."""
    script = Script(tuple(Fault(at, do, args) for at, do, args in faults))
    given = {
        "baud": 9600,
        "chunk": 0,
        "lag_ms": 0,
        "gap_s": 1.0,
        "temp_s": 3,
        "pins": False,
        "outbox": 0,
        "config": {"onenet.lifetime": 300},
        "module": {"register_ms": 500},
        "platform": {"network_ms": 40},
    }
    return replace(CALM, script=script, seconds=seconds, **{**given, **changes})


def broken(tally):
    """Return the numbers of the invariants that were broken."""
    return {int(text.split(",")[0].removeprefix("invariant ")) for text in tally.problems}
