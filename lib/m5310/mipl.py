"""The OneNET session: register, keep registered, operations out and replies in (guide 3).

Nothing above this module sees AT text.
"""

import asyncio

from micropython import const

from m5310 import borrow, causes, detect, renewal
from m5310.fields import body, num, put, split
from m5310.requests import Requests

# States of the session; words for them are in report.py.
_CLOSED = const(0)
_OPENING = const(1)
_REGISTERED = const(2)

_HOLD_MS = const(500)
_FIRMWARE = const(40)  # and up: events of the module's own firmware

# What is done about each +MIPLEVENT (facts/protocol.md 6, facts/platform.md 5.1).
_REGISTER = const(1)
_LOSE = const(2)  # the registration is gone: open a new session
_UPDATED = const(3)
_UPDATE = const(4)  # renew the registration: it runs out (14), or an answer did not arrive (20)
_ACK = const(5)  # a notification with an acknowledgement id arrived (26), or did not (25)
_ACTIONS = const(
    # 0  1   2   3   4   5   6   7   8   9  10  11  12  13
    b"\x00\x00\x00\x02\x00\x02\x01\x02\x02\x02\x02\x03\x02\x02"
    # 14 15  16  17  18  19  20  21  22  23  24  25  26
    b"\x04\x02\x00\x00\x00\x00\x04\x00\x00\x00\x00\x05\x05"
    # 27 28  29  30  31  32  33: OneMO's own. Behind 32 the platform has an address of before.
    b"\x00\x00\x00\x00\x02\x04\x00"
)


class Mipl:
    """One session with the platform.

    `requests` brings the platform's operations. `on_lost(cause)` hears that a registration ended,
    `on_again()` that the module registered anew by itself, which ends all observations,
    `on_event(id, ext)` every event, `on_ack(ackid, delivered)` the fate of a notification sent
    with an acknowledgement id, `on_firmware(id)` the events of the module's own firmware.
    """

    release = b""  # release assistance behind the ackid, see power.RELEASE

    def __init__(self, at, clock, dialect, on_operation):
        self.at = at
        self.clock = clock
        self.auto = dialect.name == "auto"  # it is found out
        at.urc(b"+MIPLEVENT:", self._event)  # before the requests take the rest of +MIPL
        self.requests = Requests(at, clock, dialect, on_operation)
        self.requests.on_wait = self._unknown
        self._finding = None  # the task that does
        self.on_lost = None
        self.on_again = None
        self.on_event = None
        self.on_ack = None
        self.on_firmware = None
        self.model = b""  # what the module called itself when it started
        self.state = _CLOSED
        self.version = None
        self.cause = ""
        self.notified = self.updates = 0
        self.lifetime = 0
        self._renewed = None
        self._asked = False

    @property
    def dialect(self):
        """How the module speaks; Requests.speak changes it."""
        return self.requests.dialect

    @property
    def registered(self):
        """True from event 6 until the registration is lost or closed."""
        return self.state == _REGISTERED

    # -- session: what it takes is in session.py, renewal.py, closing.py ------------------------

    async def open(self, objects, lifetime=3600, timeout=30, server=None, bootstrap=True):
        """Create the session, add objects, register; return when the platform accepted.

        `objects` are (id, bitmap, attributes, actions, "id;id;..."), lifetime and timeout are in
        seconds (guide 3.2); server "host:port" and bootstrap are for m5310a. Raises AtError.
        """
        await borrow("m5310.session").start(self, objects, lifetime, timeout, server, bootstrap)

    async def update(self, lifetime=0, objects=False):
        """Renew the registration and wait for event 11; raises AtError (guide 3.2 B, C).

        lifetime 0 keeps the present one; objects sends the object list along.
        """
        await renewal.update(self, lifetime, objects)

    async def close(self):
        """De-register and take the session down, in the guide's order (3.6).

        What fails on the way is passed over: the rest is done all the same. Raises AtError only
        if the module is silent.
        """
        await borrow("m5310.closing").close(self)

    async def remove(self, oid):
        """Delete object oid from the module (guide 3.6); an error means it is gone already."""
        await borrow("m5310.closing").remove(self, oid)

    def _unknown(self):
        """Find the dialect out before the session does: an operation waits for its answer."""
        if not self._finding:
            self._finding = asyncio.create_task(detect.soon(self))

    def reset(self):
        """Forget the session: the module rebooted, or a new one is about to be made."""
        self.state = _CLOSED
        self.at.hold = 0
        self.requests.reset()

    def update_due(self):
        """Tell whether the registration wants renewing: half the lifetime passed, or event 14."""
        if self.state != _REGISTERED:
            return False
        return self._asked or self.since(self._renewed) >= self.lifetime * 500

    # -- reports -------------------------------------------------------------------------------

    async def notify(self, msgid, oid, iid, rid, kind, value, ackid=0):
        """Report one value under the observation msgid; raises AtError (guide 3.3).

        With ackid (1..65535) the platform's confirmation is asked for: `on_ack` hears of it.
        Raises ValueError if value has no form on the line.
        """
        text = bytearray(b"AT+MIPLNOTIFY=")
        msgid = 0 if self.dialect.own else msgid
        for number in (self.requests.ref, msgid, oid, iid, rid):
            put(text, number)
            text.append(44)
        self.dialect.value(text, kind, value)
        text.extend(b",0,0")
        if ackid:
            text.append(44)
            put(text, ackid)
            text.extend(self.release)
        await self.at.command(bytes(text), prefix=b"")
        self.notified += 1

    # -- events --------------------------------------------------------------------------------

    def _event(self, line):
        fields = split(body(line), 8)
        num(fields[0])
        event = num(fields[1])
        ext = fields[2] if len(fields) > 2 else b""
        ext = int(ext) if ext.isdigit() else 0  # BC28 prints a time there
        action = _ACTIONS[event] if 0 <= event < len(_ACTIONS) else 0  # 0: only told
        if self.on_event:
            self.on_event(event, ext)
        if event >= _FIRMWARE and self.on_firmware:
            self.on_firmware(event)
        elif action == _REGISTER and self.state == _OPENING:
            self.state = _REGISTERED
            self.at.hold = _HOLD_MS
            self._renew()
        elif action == _REGISTER and self.state == _REGISTERED:
            self._renew()
            if self.on_again:  # the module registered by itself: it is observed anew
                self.on_again()
        elif action == _LOSE and self._ends(event):
            self.lost(causes.event(event))
        elif action == _UPDATED:
            self.updates += 1
            self._renew()
        elif action == _UPDATE:
            self._asked = True
        elif action == _ACK and ext and self.on_ack:  # 0 is no id (facts/protocol.md 9.21)
            self.on_ack(ext, event == 26)

    def _ends(self, event):
        """Tell whether event ends the session, and is not what an older one left behind."""
        return self.state == _REGISTERED or (self.state == _OPENING and event in (3, 5, 7, 8, 10))

    def lost(self, cause):
        """End the session for cause (text): whoever relied on it hears of it."""
        self.cause = cause
        self.reset()
        if self.on_lost:
            self.on_lost(cause)

    def _renew(self):
        self._renewed = self.clock.ticks_ms()
        self._asked = False

    def since(self, tick):
        """Return ms since tick."""
        return self.clock.ticks_diff(self.clock.ticks_ms(), tick)

    def status(self):
        """Return the state in words, the last cause of a loss and the counters as a new dict."""
        return borrow("m5310.report").of_session(self)
