"""A private const that several files of the driver have is the same in all of them."""

import re
from pathlib import Path

from m5310 import report
from m5310.at import At

LIB = Path(report.__file__).parent
CONST = re.compile(r"^(_N_\w+) = const\((\d+)\)", re.M)


def counters():
    """Return {name: {number: [files]}} of the counters of an At."""
    found = {}
    for path in sorted(LIB.glob("*.py")):
        for name, number in CONST.findall(path.read_text()):
            found.setdefault(name, {}).setdefault(int(number), []).append(path.name)
    return found


def test_every_counter_has_one_number_and_each_number_one_counter():
    found = counters()
    assert all(len(numbers) == 1 for numbers in found.values()), found
    numbers = [next(iter(each)) for each in found.values()]
    assert sorted(numbers) == list(range(15))


def test_the_report_calls_each_by_its_name():
    class Clock:
        ticks_ms = staticmethod(int)

    at = At(None, Clock())
    at.stats[:] = range(100, 115)
    told = report.of_at(at)
    for name, numbers in counters().items():
        assert told[name.removeprefix("_N_").lower()] == 100 + next(iter(numbers)), name
