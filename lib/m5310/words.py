"""Errors, states and events in words; loaded for each that is printed: heap is scarce."""

# One text, not one object for each: kinds of AtError, the module's error numbers that tell the
# user what to do (facts/protocol.md 1.1), the states of +CEREG (facts/protocol.md 3), and the
# events of +MIPLEVENT (facts/protocol.md 6).
_WORDS = """
kind0 ?
kind1 no answer in time
kind2 ERROR
kind3 +CME ERROR
kind4 +CIS ERROR
kind5 too many commands wait
kind6 the module is silent
kind7 the module rebooted
kind8 gave way to a platform operation
kind9 not fit for the UART
kind10 failed
code3 operation not allowed
code4 operation not supported
code23 memory full
code30 no network service
code50 incorrect parameters
code100 unknown
code159 uplink busy
code310 SIM not inserted
code311 SIM PIN required
code313 SIM failure
code512 required parameter not configured
code513 not registered with the network
code516 incorrect state for command
code524 module is in minimal function mode
code530 no such socket
code601 parameter error
code602 state error
state0 not searching
state1 registered
state2 searching
state3 denied: is the SIM activated for NB-IoT?
state4 out of coverage
state5 registered, roaming
event1 bootstrap started
event2 bootstrap done
event3 bootstrap failed
event4 connected
event5 connection failed
event6 registered
event7 registration failed: are IMEI and IMSI those of the platform's device?
event8 registration timed out: does the device exist on the platform?
event9 lifetime ran out
event10 halted
event11 registration updated
event12 update failed
event13 update timed out
event14 update needed
event15 de-registered
event20 response failed
event21 response delivered
event25 notification failed
event26 notification delivered
"""
_OPERATIONS = ("read", "write", "execute", "observe", "write-attributes", "discover")


def _find(name):
    """Return the words for name, None if there are none."""
    at = _WORDS.find("\n%s " % name)
    if at < 0:
        return None
    at += len(name) + 2
    return _WORDS[at : _WORDS.find("\n", at)]


def error(kind, code, text):
    """Return an AtError in words: what happened, the module's number, the command."""
    head = _find("kind%d" % kind)
    if code:
        head = "%s %d" % (head, code)
        words = _find("code%d" % code)
        if words:
            head = "%s (%s)" % (head, words)
    return "%s: %s" % (head, printable(text)) if text else head


def event(number):
    """Return what event number of +MIPLEVENT stands for (facts/protocol.md 6)."""
    return _find("event%d" % number) or "event %d" % number


def registration(state):
    """Return what state of +CEREG stands for."""
    return _find("state%d" % state) or "state %d" % state


def signal(rssi):
    """Return what rssi of +CSQ stands for, in dBm (facts/protocol.md 3)."""
    return "signal %d dBm" % (2 * rssi - 113) if 0 < rssi < 32 else "no signal"


def printable(raw, limit=80):
    """Return bytes as text for a log: other characters escaped, at most `limit` bytes shown."""
    out = "".join([chr(c) if 32 <= c < 127 else "\\x%02x" % c for c in raw[:limit]])
    return out + "..." if len(raw) > limit else out


def kind(number):
    """Return what a kind of operation is called."""
    return _OPERATIONS[number]


def describe(op):
    """Return an Operation for a log: `read 3303/0/5700`."""
    path = "/".join([str(n) for n in (op.oid, op.iid, op.rid) if n >= 0])
    return "%s %s" % ("cancel" if op.cancel else kind(op.kind), path)
