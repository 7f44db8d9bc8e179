"""Sensors: one driver per file, named after the sensor's type; all have the same interface.

    make(spec, shared)  return the driver of one sensor of the configuration
    .start() -> ms until the reading is ready, 0 = now
    .read()  -> the reading in its unit as float; of a contact, whether it is on
    .pulses() -> how often a contact went on since the last call; where the driver counts

A new sensor is a file here, and its type and a table of its fields in startup/schema.py. What it
measures is an object of lwm2m.objects.

No call waits. start() and read() raise OSError if the sensor does not answer, read() raises
ValueError for an answer that cannot be true.
"""

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Protocol

    class Driver(Protocol):
        def start(self) -> int: ...

        def read(self) -> float: ...


def make(spec: dict, shared: dict) -> "Driver":
    """Return the driver for spec, a sensor of a checked configuration.

    shared: a dict for all sensors of the node; it holds the clock, and the buses they share.
    Raises OSError or ValueError for pins and buses that this board does not have, ImportError
    where the driver is not on the board.
    """
    return __import__("node.sensors." + spec["type"], None, None, ("make",)).make(spec, shared)
