"""Lines a second through the receive path, against straightforward ways to do the same."""

from measure import inside
from measure.result import Result, Table, Target

_SECONDS = 1.0  # for each way, twice
_CHUNKS = (256, 8, 1)  # bytes at once: a flood; 8 ms at 9600 baud; a byte at a time
_DRIVER = "driver"
TIMES = 5


def measure(scale, say):
    """Return the Result; scale: of the usual time."""
    say("parse: three ways, %d sizes of pieces" % len(_CHUNKS))
    inside.build()
    rates = {
        chunk: {
            name: max(found)
            for name, found in inside.run("parse.py", _SECONDS * scale, chunk).items()
        }
        for chunk in _CHUNKS
    }
    data = {"rates": rates}
    return Result("parse", [_table(rates)], targets(data), data)


def targets(data):
    """Return the Targets of the data of a Result: where whole lines arrive at once."""
    rates = data["rates"][_CHUNKS[0]]
    return [
        Target.at_least("driver / (%s)" % name, rates[_DRIVER] / rates[name], TIMES, "times")
        for name in rates
        if name != _DRIVER
    ]


def _table(rates):
    names = list(rates[_CHUNKS[0]])
    return Table(
        "Lines a second (real MicroPython on this computer), by bytes that arrive at once",
        ("way", *("%d" % chunk for chunk in rates)),
        [
            *((name, *("%.0f" % found[name] for found in rates.values())) for name in names),
            *(
                (
                    "driver / " + name,
                    *("%.2f" % (found[_DRIVER] / found[name]) for found in rates.values()),
                )
                for name in names
                if name != _DRIVER
            ),
        ],
    )
