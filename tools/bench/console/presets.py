"""The operations one wants most, each behind one button."""

from bench.console.orders import Order
from bench.console.state import state_names


def presets(wiring):
    """Return (title, name, Order) of the usual operations on a station of this Wiring."""
    first = wiring.temperatures[0]
    found = [
        ("Read all", "read-object", Order("read", (3303,))),
        ("Read sensor %d" % first, "read-instance", Order("read", (3303, first))),
        ("Read value %d" % first, "read-value", Order("read", (3303, first, 5700))),
    ]
    actuator = (3306, *wiring.actuators[:1])

    def write(title, name, rid, value):
        found.append((title, name, Order("write", actuator, ([(rid, value)],))))

    if wiring.switch is not None:
        write("Switch on", "on", 5850, True)
        write("Switch off", "off", 5850, False)
    if wiring.dimmer is not None:
        write("Dim 22 %", "dim", 5851, 22)
        write("Dim 100 %", "full", 5851, 100)
    for number, name in enumerate(state_names(wiring)):
        write("State " + name, "state-%d" % number, 5853, name)
    found.append(("Reset min/max", "reset", Order("execute", (3303, first, 5605), ("reset",))))
    return found
