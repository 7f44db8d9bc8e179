"""What the session does about each +MIPLEVENT (facts/protocol.md 6, facts/platform.md 5.1)."""

from micropython import const

NOTE = const(0)  # nothing: it may be logged
REGISTERED = const(1)
LOST = const(2)  # the registration is gone: open a new session
UPDATED = const(3)
UPDATE = const(4)  # renew the registration: it runs out (14), or an answer did not arrive (20)
ACK = const(5)  # a notification with an acknowledgement id arrived (26), or did not (25)

#             0   1   2   3   4   5   6   7   8   9  10  11  12  13
_ACTIONS = b"\x00\x00\x00\x02\x00\x02\x01\x02\x02\x02\x02\x03\x02\x02"
#             14  15  16  17  18  19  20  21  22  23  24  25  26
_ACTIONS += b"\x04\x02\x00\x00\x00\x00\x04\x00\x00\x00\x00\x05\x05"


def action(event):
    """Return the constant above that says what to do about event; NOTE for an unknown one."""
    return _ACTIONS[event] if 0 <= event < len(_ACTIONS) else NOTE
