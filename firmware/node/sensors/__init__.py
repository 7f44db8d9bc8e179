"""Sensors: one driver a file, named after its type, all with the same three calls.

    make(spec, shared)  the driver of one sensor of a validated configuration
    .start() -> ms until the reading is there, 0 = now
    .read()  -> the reading in its units as float, of a contact whether it is on
    .pulses() -> how often a contact went on since this was asked last, where it counts by itself

None of them ever waits. All raise OSError (no answer); read raises ValueError for an answer that
cannot be true.
"""

import sys


def make(spec, shared):
    """Return the driver for spec, a sensor of a validated configuration.

    shared: a dict that all sensors of the node are made with; it holds the buses they share, and
    the clock.
    Raises OSError or ValueError for pins and buses this board does not have, ImportError where
    the driver is not on it.
    """
    name = "node.sensors." + spec["type"]
    __import__(name)
    return sys.modules[name].make(spec, shared)
