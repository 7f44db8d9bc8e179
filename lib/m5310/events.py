"""Every +MIPLEVENT id: its name and what the session does about it (facts/protocol.md 6, 5.1)."""

from micropython import const

NOTE = const(0)  # log it
REGISTERED = const(1)
LOST = const(2)  # the registration is gone: open a new session
UPDATED = const(3)
UPDATE = const(4)  # the lifetime is about to run out
ACK = const(5)  # a notification with an acknowledgement id arrived, or did not

TABLE = {
    1: ("bootstrap started", NOTE),
    2: ("bootstrap done", NOTE),
    3: ("bootstrap failed", LOST),
    4: ("connected", NOTE),
    5: ("connection failed", LOST),
    6: ("registered", REGISTERED),
    7: ("registration failed: are IMEI and IMSI those of the platform's device?", LOST),
    8: ("registration timed out: does the device exist on the platform?", LOST),
    9: ("lifetime ran out", LOST),
    10: ("halted", LOST),
    11: ("registration updated", UPDATED),
    12: ("update failed", LOST),
    13: ("update timed out", LOST),
    14: ("update needed", UPDATE),
    15: ("de-registered", LOST),
    20: ("response failed", NOTE),
    21: ("response delivered", NOTE),
    25: ("notification failed", ACK),
    26: ("notification delivered", ACK),
}


def name(event):
    """Return what event stands for, in words."""
    return TABLE[event][0] if event in TABLE else "event %d" % event


def action(event):
    """Return the constant above that says what to do about event; NOTE for an unknown one."""
    return TABLE[event][1] if event in TABLE else NOTE
