"""States and operations in words."""

# The states of +CEREG (facts/protocol.md 3).
_STATES = """\
not searching
registered
searching
denied: is the SIM activated for NB-IoT?
out of coverage
registered, roaming
"""
_OPERATIONS = ("read", "write", "execute", "observe", "write-attributes", "discover")


def registration(state):
    """Return what state of +CEREG stands for."""
    states = _STATES.split("\n")
    return states[state] if state < len(states) - 1 else "state %d" % state


def signal(rssi):
    """Return what rssi of +CSQ stands for, in dBm (facts/protocol.md 3)."""
    return "signal %d dBm" % (2 * rssi - 113) if 0 < rssi < 32 else "no signal"


def kind(number):
    """Return what a kind of operation is called."""
    return _OPERATIONS[number]


def describe(op):
    """Return an Operation for a log: `read 3303/0/5700`."""
    path = "/".join([str(n) for n in (op.oid, op.iid, op.rid) if n >= 0])
    return "%s %s" % ("cancel" if op.cancel else kind(op.kind), path)
