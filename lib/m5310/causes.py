"""Errors and events in words."""

from at.errors import printable

# Texts, not one object for each, but none too long for a heap in pieces: kinds of AtError, the
# module's error numbers that tell the user what to do (facts/protocol.md 1.1), and the events of
# +MIPLEVENT (6).
_KINDS = """
0 ?
1 no answer in time
2 ERROR
3 +CME ERROR
4 +CIS ERROR
5 too many commands wait
6 the module is silent
7 the module rebooted
8 gave way to a platform operation
9 not fit for the UART
10 failed
11 the module writes its own firmware
12 asked again before all of the answer was sent
"""
_CODES = """
3 operation not allowed
4 operation not supported
23 memory full
30 no network service
50 incorrect parameters
159 uplink busy
310 SIM not inserted
311 SIM PIN required
313 SIM failure
512 required parameter not configured
513 not registered with the network
516 incorrect state for command
524 module is in minimal function mode
530 no such socket
601 parameter error
602 state error
"""
_EVENTS = """
1 bootstrap started
2 bootstrap done
3 bootstrap failed
4 connected
5 connection failed
6 registered
7 registration failed: are IMEI and IMSI those of the platform's device?
8 registration timed out: does the device exist on the platform?
9 lifetime ran out
"""
_LATER_EVENTS = """
10 halted
11 registration updated
12 update failed
13 update timed out
14 update needed
15 de-registered
20 response failed
21 response delivered
25 notification failed
26 notification delivered
31 the platform deleted the device
32 the address of the device on the network is out of date
33 a downlink message was too long for the module
40 firmware is being downloaded
41 firmware not downloaded
42 firmware downloaded
43 firmware is being written
44 firmware updated
45 firmware not updated
46 firmware update over
"""


def _find(text, number):
    """Return the words for number in text, None if there are none."""
    at = text.find("\n%d " % number)
    return None if at < 0 else text[text.find(" ", at) + 1 : text.find("\n", at + 1)]


def error(kind, code, text):
    """Return an AtError in words: what happened, the module's number, the command."""
    head = _find(_KINDS, kind)
    if code:
        head = "%s %d" % (head, code)
        words = _find(_CODES, code)
        if words:
            head = "%s (%s)" % (head, words)
    return "%s: %s" % (head, printable(text)) if text else head


def event(number):
    """Return what event number of +MIPLEVENT stands for (facts/protocol.md 6)."""
    text = _EVENTS if number < 10 else _LATER_EVENTS
    return _find(text, number) or "event %d" % number
