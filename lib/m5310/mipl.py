"""The OneNET session: register, keep registered, operations out and replies in (guide 3).

Nothing above this module sees AT text.
"""

from micropython import const

from m5310 import errors, events
from m5310.errors import AtError
from m5310.fields import body, is_digits, num, split
from m5310.requests import Requests, discovered

# States of the session.
CLOSED = const(0)
OPENING = const(1)
REGISTERED = const(2)

_HOLD_MS = const(500)
_EVENT_MS = const(60000)


class Mipl:
    """One session with the platform.

    `requests` brings the platform's operations. `on_lost(cause)` hears that a registration ended,
    `on_again()` that the module registered anew by itself, which ends all observations,
    `on_event(id, ext)` every event, `on_ack(ackid, delivered)` the fate of a notification sent
    with an acknowledgement id.
    """

    def __init__(self, at, clock, dialect, on_operation):
        self.at = at
        self.clock = clock
        self.dialect = dialect
        at.urc(b"+MIPLEVENT:", self._event)  # before the requests take the rest of +MIPL
        self.requests = Requests(at, clock, dialect, on_operation)
        self.on_lost = None
        self.on_again = None
        self.on_event = None
        self.on_ack = None
        self.state = CLOSED
        self.version = None
        self.cause = ""
        self.counts = {"notified": 0, "updates": 0}
        self._ref = 0
        self._lifetime = 0
        self._renewed = 0
        self._asked = False
        self._updated = 0
        self._ackid = 0

    @property
    def registered(self):
        """True from event 6 until the registration is lost or closed."""
        return self.state == REGISTERED

    # -- session -------------------------------------------------------------------------------

    async def open(self, objects, lifetime=3600, timeout=30, server=None):
        """Create the session, add objects, register; return when the platform accepted.

        `objects` are (id, bitmap, attributes, actions, "id;id;..."), lifetime and timeout are in
        seconds (guide 3.2). Raises AtError.
        """
        self.reset()
        await self._version()
        await self._create(server)
        for oid, bitmap, attributes, actions, resources in objects:
            await self.at.command(
                b'AT+MIPLADDOBJ=%d,%d,%d,"%s",%d,%d'
                % (self._ref, oid, len(bitmap), bitmap.encode(), attributes, actions)
            )
            if self.dialect.module_answers:
                await self.at.command(discovered(self._ref, oid, resources))
        self.state = OPENING
        self._lifetime = lifetime
        try:
            await self.at.command(
                b"AT+MIPLOPEN=%d,%d,%d" % (self._ref, lifetime, timeout), 10000, slow=True
            )
        except AtError:
            if self.state != REGISTERED:  # the event came, only the OK was lost
                self.reset()
                raise
        start = self.clock.ticks_ms()
        while self.state == OPENING:
            if self._since(start) > timeout * 1000 + _EVENT_MS:
                self.cause = "no event after OPEN"
                self.state = CLOSED
            await self.clock.sleep_ms(20)
        if self.state != REGISTERED:
            raise AtError(errors.FAILED, 0, self.cause.encode())

    async def _version(self):
        try:
            lines = await self.at.command(b"AT+MIPLVER?", 2000, b"+MIPLVER:")
            version = body(lines[0]).strip() if lines else b""
            self.version = "".join([chr(c) for c in version if 32 <= c < 127]) or None
        except AtError as e:  # firmware of the first generation does not know it
            if not e.refused:
                raise

    async def _create(self, server):
        text = self.dialect.create(server)
        try:
            lines = await self.at.command(text, 10000, b"+MIPLCREATE", None, is_digits)
        except AtError as e:
            if not e.refused:
                raise
            # A session from before our restart.
            await self._quietly(b"AT+MIPLDELETE=%d" % self._ref)
            lines = await self.at.command(text, 10000, b"+MIPLCREATE", None, is_digits)
        ref = body(lines[0]).strip() if lines else b""
        # Some firmware does not print it.
        self._ref = num(ref) if is_digits(ref) and len(ref) < 5 else 0
        self.requests.ref = self._ref

    def reset(self):
        """Forget the session: the module rebooted, or a new one is about to be made."""
        self.state = CLOSED
        self.at.hold = 0
        self.requests.reset()
        self._asked = False

    async def update(self, lifetime=0, objects=False):
        """Renew the registration and wait for event 11; raises AtError (guide 3.2 B, C).

        lifetime 0 keeps the present one; objects sends the object list along.
        """
        before = self._updated
        await self.at.command(b"AT+MIPLUPDATE=%d,%d,%d" % (self._ref, lifetime, objects))
        start = self.clock.ticks_ms()
        while self._updated == before and self.state == REGISTERED:
            if self._since(start) > _EVENT_MS:
                raise AtError(errors.TIMEOUT, 0, b"AT+MIPLUPDATE")
            await self.clock.sleep_ms(20)
        if self.state != REGISTERED:
            raise AtError(errors.FAILED, 0, self.cause.encode())
        self._lifetime = lifetime or self._lifetime

    def update_due(self):
        """Tell whether the registration wants renewing: half the lifetime passed, or event 14."""
        if self.state != REGISTERED:
            return False
        return self._asked or self._since(self._renewed) >= self._lifetime * 500

    async def close(self):
        """De-register and take the session down, in the guide's order (3.6).

        What fails on the way is passed over: the rest is done all the same. Raises AtError only
        if the module is silent.
        """
        self.reset()
        await self._quietly(b"AT+MIPLCLOSE=%d" % self._ref, 10000)
        await self._quietly(b"AT+MIPLDELETE=%d" % self._ref, 10000)

    async def remove(self, oid):
        """Delete object oid from the module (guide 3.6); an error means it is gone already."""
        await self._quietly(b"AT+MIPLDELOBJ=%d,%d" % (self._ref, oid))

    async def _quietly(self, text, timeout=2000):
        try:
            await self.at.command(text, timeout, slow=True)
        except AtError as e:
            if e.kind == errors.SILENT:
                raise

    # -- reports -------------------------------------------------------------------------------

    async def notify(self, msgid, oid, iid, rid, kind, value, ack=False):
        """Report one value under the observation msgid; raises AtError (guide 3.3).

        With ack the platform's confirmation is asked for: returns the id that `on_ack` will get,
        else 0. Raises ValueError if value has no form on the line.
        """
        text = b"AT+MIPLNOTIFY=%d,%d,%d,%d,%d,%s,0,0" % (
            self._ref,
            msgid,
            oid,
            iid,
            rid,
            self.dialect.value(kind, value),
        )
        ackid = 0
        if ack:
            ackid = self._ackid = self._ackid % 65535 + 1
            text += b",%d" % ackid
        await self.at.command(text)
        self.counts["notified"] += 1
        return ackid

    # -- events --------------------------------------------------------------------------------

    def _event(self, line):
        fields = split(body(line), 8)
        num(fields[0])
        event = num(fields[1])
        ext = fields[2] if len(fields) > 2 else b""
        ext = int(ext) if ext.isdigit() else 0  # BC28 prints a time there
        action = events.action(event)
        if self.on_event:
            self.on_event(event, ext)
        if action == events.REGISTERED and self.state == OPENING:
            self.state = REGISTERED
            self.at.hold = _HOLD_MS
            self._renew()
        elif action == events.REGISTERED and self.state == REGISTERED:
            self._renew()
            if self.on_again:  # the module registered by itself: it is observed anew
                self.on_again()
        elif action == events.LOST and self._ends(event):
            from m5310 import words

            self.lost(words.event(event))
        elif action == events.UPDATED:
            self._updated += 1
            self.counts["updates"] += 1
            self._renew()
        elif action == events.UPDATE:
            self._asked = True
        elif action == events.ACK and self.on_ack:
            self.on_ack(ext, event == 26)

    def _ends(self, event):
        """Tell whether event ends the session, and is not what an older one left behind."""
        return self.state == REGISTERED or (self.state == OPENING and event in (3, 5, 7, 8, 10))

    def lost(self, cause):
        """End the session for cause (text): whoever relied on it hears of it."""
        self.cause = cause
        self.reset()
        if self.on_lost:
            self.on_lost(cause)

    def _renew(self):
        self._renewed = self.clock.ticks_ms()
        self._asked = False

    def _since(self, tick):
        return self.clock.ticks_diff(self.clock.ticks_ms(), tick)

    def status(self):
        """Return the state in words, the last cause of a loss and the counters as a new dict."""
        from m5310.report import of_session

        return of_session(self)
