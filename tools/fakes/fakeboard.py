"""Import this before what imports `machine`: the fake wins whatever the path's order is."""

import sys

_HERE = __file__.rpartition("/")[0]
if sys.path[0] != _HERE:
    sys.path.insert(0, _HERE)

import machine  # noqa: E402
from vboard import VBoard  # noqa: E402


def fresh(clock):
    """Put a new VBoard with this clock in use and return it."""
    return machine.use(VBoard(clock))
