"""The OneNET session: create, open, update, close, resume; events and notifications (guide 3).

Nothing above this module sees AT text.
"""

import asyncio

from micropython import const

from m5310 import dialects, errors
from m5310.errors import AtError
from m5310.fields import body, is_digits, num, put, split
from m5310.operations import put_resources
from m5310.requests import Requests

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from at import AtClient
    from at.port import Clock, Ticks
    from m5310.dialects import Dialect
    from m5310.operations import Operation

CLOSED = const(0)
OPENING = const(1)
REGISTERED = const(2)
STATES = ("closed", "opening", "registered")

_HOLD_MS = const(500)  # a command may hold the line that long while an operation waits
_PAUSE_MS = const(100)  # the module's LwM2M starts up meanwhile (facts/protocol.md 1)
_EVENT_MS = const(60000)  # for the event behind OPEN and UPDATE
_CREATE_MS = const(10000)
_NOTIFY_MS = const(2000)

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
_DELIVERED = const(26)
_FIRMWARE = const(40)  # and up: events of the module's own firmware
_OPEN_FAILED = const(b"\x03\x05\x07\x08\x0a")  # end a session that is being opened


class Mipl:
    """One session with the platform.

    `requests` handles the platform's operations. Call-backs: `on_lost(cause)` when a registration
    ended; `on_again()` when the module registered anew by itself, which ends all observations;
    `on_event(id, ext)` for every event; `on_ack(ackid, delivered)` for a notification sent with an
    acknowledgement id; `on_firmware(id)` for the events of the module's own firmware.
    """

    Error = AtError  # what its methods raise
    release = b""  # release assistance behind the ackid, see power.RELEASE

    def __init__(
        self,
        at: "AtClient",
        clock: "Clock",
        dialect: "Dialect",
        on_operation: "Callable[[Operation], object]",
    ) -> None:
        self.at = at
        self.clock = clock
        self.auto = dialect.name == "auto"  # it is found out
        at.urc(b"+MIPLEVENT:", self._event, cut=True)  # Requests registers all of +MIPL
        self.requests = Requests(at, clock, dialect, on_operation)
        self.requests.on_wait = self._start_detection
        self._detection: "asyncio.Task" = None  # the task that finds the dialect out
        self._changed = at.event()  # set when the state or `updates` changes
        self.on_lost: "Callable[[str], object]" = None
        self.on_again: "Callable[[], object]" = None
        self.on_event: "Callable[[int, int], object]" = None
        self.on_ack: "Callable[[int, bool], object]" = None
        self.on_firmware: "Callable[[int], object]" = None
        self.model = b""  # what the module called itself when it started
        self.state = CLOSED
        self.version: "str | None" = None  # of the module's LwM2M suite, text
        self.cause = ""
        self.notified = self.updates = 0
        self.lifetime_s = 0
        self._renewed = clock.ticks_ms()
        self._update_asked = False

    @property
    def dialect(self) -> "Dialect":
        """The dialect that is spoken; Requests.speak changes it."""
        return self.requests.dialect

    @property
    def registered(self) -> bool:
        """True from event 6 until the registration is lost or closed."""
        return self.state == REGISTERED

    # -- session -------------------------------------------------------------------------------

    async def open(
        self,
        objects: "list[tuple] | tuple",
        lifetime_s: int = 3600,
        timeout_s: int = 30,
        server: "str | None" = None,
        bootstrap: bool = True,
    ) -> None:
        """Create the session, add objects, register; return when the platform accepted.

        `objects` are (id, bitmap, attributes, actions, "id;id;...") (guide 3.2); server
        "host:port" and bootstrap are for the M5310-A. Raises AtError.
        """
        at = self.at
        self.reset()
        pause = at.pause_ms
        at.pause_ms = max(pause, _PAUSE_MS)
        try:
            await self._declare(objects, server, bootstrap)
        finally:
            at.pause_ms = pause
        self.state = OPENING
        self.lifetime_s = lifetime_s
        text = b"AT+MIPLOPEN=%d,%d,%d" % (self.requests.ref, lifetime_s, timeout_s)
        try:
            await at.command(text, 10000, prefix=b"", slow=True)
        except AtError:
            if self.state != REGISTERED:  # the event came, only the OK was lost
                self.reset()
                raise
        begun = self.clock.ticks_ms()
        left_ms = limit_ms = timeout_s * 1000 + _EVENT_MS
        while self.state == OPENING and left_ms > 0:
            self._changed.clear()
            await at.wait(self._changed, left_ms)
            left_ms = limit_ms - self._since_ms(begun)
        if self.state == OPENING:
            self.cause = "no event after OPEN"
            self.state = CLOSED
        if self.state != REGISTERED:
            raise AtError(errors.FAILED, 0, self.cause.encode())

    async def _declare(
        self, objects: "list | tuple", server: "str | None", bootstrap: bool
    ) -> None:
        """Create the session and tell the module what there is."""
        await self._detect()
        await self._create(self.dialect.creates(server, bootstrap))
        self.requests.done_before.clear()
        for oid, bitmap, attributes, actions, resources in objects:
            await self.at.command(
                b'AT+MIPLADDOBJ=%d,%d,%d,"%s",%d,%d'
                % (self.requests.ref, oid, len(bitmap), bitmap.encode(), attributes, actions),
                prefix=b"",
            )
            if self.dialect.answers_itself:
                text = bytearray(b"AT+MIPLDISCOVERRSP=%d,%d,1" % (self.requests.ref, oid))
                put_resources(resources, text)
                await self.at.command(bytes(text), prefix=b"")

    async def _create(self, texts: "tuple[bytes, ...]") -> None:
        """Send texts until one is accepted, the first once more after a delete; raises AtError."""
        lines = refusal = None
        for text in texts[:1] + texts:
            if refusal:  # a session from before our restart, or a command the module lacks
                await self._quietly(b"AT+MIPLDELETE=%d" % self.requests.ref)
            try:
                lines = await self.at.command(text, _CREATE_MS, b"+MIPLCREATE", None, is_digits)
                break
            except AtError as e:
                if not e.refused:
                    raise
                refusal = e
        else:
            if self.auto:  # perhaps the wrong dialect: the next try detects it again
                self.requests.speak(dialects.get("auto"))
            raise refusal
        # Some firmware does not print it, and a bare number may be the late answer to another
        # command.
        lines = [line for line in lines if line[:1] == b"+"] or lines
        ref = body(lines[0]).strip() if lines else b""
        self.requests.ref = num(ref) if is_digits(ref) and len(ref) < 5 else 0

    async def update(self, lifetime_s: int = 0, objects: bool = False) -> None:
        """Renew the registration and wait for event 11; raises AtError (guide 3.2 B, C).

        lifetime_s 0 keeps the present one; objects sends the object list along.
        """
        before = self.updates
        text = b"AT+MIPLUPDATE=%d,%d,%d" % (self.requests.ref, lifetime_s, objects)
        await self.at.command(text, prefix=b"")
        begun = self.clock.ticks_ms()
        left_ms = _EVENT_MS
        while self.updates == before and self.state == REGISTERED:
            if left_ms <= 0:
                raise AtError(errors.TIMEOUT, 0, b"AT+MIPLUPDATE")
            self._changed.clear()
            await self.at.wait(self._changed, left_ms)
            left_ms = _EVENT_MS - self._since_ms(begun)
        if self.state != REGISTERED:
            raise AtError(errors.FAILED, 0, self.cause.encode())
        self.lifetime_s = lifetime_s or self.lifetime_s

    def update_due(self) -> bool:
        """Return True if the registration is to be renewed: at half the lifetime, or event 14."""
        if self.state != REGISTERED:
            return False
        return self._update_asked or self._since_ms(self._renewed) >= self.lifetime_s * 500

    def lifetime_left_s(self) -> int:
        """Return the seconds until the registration runs out."""
        return self.lifetime_s - self._since_ms(self._renewed) // 1000

    async def resume(self, ref: int, dialect: str, lifetime_s: int) -> None:
        """Go on with a session the module still has, and renew it; raises AtError if it is gone.

        ref and dialect (its name) are those the session was opened with.
        """
        if self.dialect.name != dialect:
            self.requests.speak(dialects.get(dialect))
        self.reset()
        self.requests.ref = ref
        self.lifetime_s = lifetime_s
        self.state = REGISTERED
        self.at.hold_ms = _HOLD_MS
        self._note_renewal()
        try:
            await self.update(lifetime_s)
        except AtError:
            self.reset()
            raise

    async def close(self) -> None:
        """Deregister and delete the session, in the guide's order (3.6).

        What fails on the way is passed over: the rest is done all the same. Raises AtError only
        if the module is silent.
        """
        self.reset()
        await self._quietly(b"AT+MIPLCLOSE=%d" % self.requests.ref, 10000)
        await self._quietly(b"AT+MIPLDELETE=%d" % self.requests.ref, 10000)

    async def remove(self, oid: int) -> None:
        """Delete object oid from the module (guide 3.6); an error means it is gone already."""
        await self._quietly(b"AT+MIPLDELOBJ=%d,%d" % (self.requests.ref, oid))

    async def _quietly(self, text: bytes, timeout_ms: int = 2000) -> None:
        """Send text and pass over its error; raises AtError if the module is silent."""
        try:
            await self.at.command(text, timeout_ms, prefix=b"", slow=True)
        except AtError as e:
            if e.kind == errors.SILENT:
                raise

    def reset(self) -> None:
        """Forget the session: the module rebooted, or a new one is about to be made."""
        self.state = CLOSED
        self._changed.set()
        self.at.hold_ms = 0
        self.requests.reset()

    def stop(self) -> None:
        """End the tasks of the session: the line is given up."""
        self.requests.stop()
        if self._detection:
            self._detection.cancel()
            self._detection = None

    def lost(self, cause: str) -> None:
        """End the session for cause (text), and tell `on_lost`."""
        self.cause = cause
        self.reset()
        if self.on_lost:
            self.on_lost(cause)

    # -- dialect -------------------------------------------------------------------------------

    async def _detect(self) -> None:
        """Ask for the version of the suite and, if not known, the dialect; raises AtError."""
        self.version = await dialects.ask_version(self.at) or self.version
        if self.dialect.name == "auto":
            self.requests.speak(await dialects.detect(self.at, self.version, self.model))

    def _start_detection(self) -> None:
        """Detect the dialect before the session does: an operation waits for its answer.

        It is one of a session from before our restart.
        """
        if not self._detection:
            self._detection = asyncio.create_task(self._detect_for_operation())

    async def _detect_for_operation(self) -> None:
        try:
            await self._detect()
        except AtError:  # the next operation tries it again, and so does the session
            pass
        self._detection = None

    # -- notifications -------------------------------------------------------------------------

    async def notify(
        self, msgid: int, oid: int, iid: int, rid: int, kind: int, value: "Any", ackid: int = 0
    ) -> None:
        """Report one value under the observation msgid; raises AtError (guide 3.3).

        With ackid (1..65535) the platform's confirmation is asked for, see `on_ack`.
        Raises ValueError if value has no form on the line.
        """
        text = self._notification(msgid, oid, iid, (rid, kind, value), 0, 1)
        if ackid:
            text.append(44)
            put(text, ackid)
            text.extend(self.release)
        await self.at.command(bytes(text), _NOTIFY_MS, prefix=b"")
        self.notified += 1

    async def notify_values(
        self, msgid: int, oid: int, iid: int, values: "list | tuple", ackid: int = 0
    ) -> None:
        """Report values, [(rid, type, value), ...], in one message; as notify() for the rest.

        No other notification comes between the lines.
        """
        count = len(values)
        lines = [
            bytes(self._notification(msgid, oid, iid, values[i], i, count)) for i in range(count)
        ]
        if ackid:
            lines[-1] += b",%d" % ackid
        await self.at.together(lines, _NOTIFY_MS)
        self.notified += 1

    def _notification(
        self, msgid: int, oid: int, iid: int, entry: tuple, i: int, count: int
    ) -> bytearray:
        """Return the i-th of count lines of a notification; entry is (rid, type, value)."""
        rid, kind, value = entry
        dialect = self.dialect
        text = bytearray(b"AT+MIPLNOTIFY=")
        msgid = 0 if dialect.answers_itself else msgid
        for number in (self.requests.ref, msgid, oid, iid, rid):
            put(text, number)
            text.append(44)
        dialect.value(text, kind, value)
        for number in (count - 1 - i, dialect.flag(i, count)):
            text.append(44)
            put(text, number)
        return text

    # -- events --------------------------------------------------------------------------------

    def _event(self, line: bytearray) -> None:
        fields = split(body(line), 8)
        num(fields[0])
        event = num(fields[1])
        ext = 0
        if len(fields) > 2 and fields[2].isdigit():  # BC28 prints a time there
            ext = int(fields[2])
        action = _ACTIONS[event] if 0 <= event < len(_ACTIONS) else 0  # 0: only told
        if self.on_event:
            self.on_event(event, ext)
        if event >= _FIRMWARE and self.on_firmware:
            self.on_firmware(event)
        elif action == _REGISTER and self.state == OPENING:
            self.state = REGISTERED
            self.at.hold_ms = _HOLD_MS
            self._note_renewal()
        elif action == _REGISTER and self.state == REGISTERED:
            self._note_renewal()
            if self.on_again:  # the module registered by itself: it is observed anew
                self.on_again()
        elif action == _LOSE and self._ends(event):
            self.lost(errors.event(event))
        elif action == _UPDATED:
            self.updates += 1
            self._note_renewal()
        elif action == _UPDATE:
            self._update_asked = True
        elif action == _ACK and ext and self.on_ack:  # 0 is no id (facts/protocol.md 9.21)
            self.on_ack(ext, event == _DELIVERED)

    def _ends(self, event: int) -> bool:
        """Return True if event ends the session, and is not left over from an older one."""
        return self.state == REGISTERED or (self.state == OPENING and event in _OPEN_FAILED)

    def _note_renewal(self) -> None:
        self._changed.set()
        self._renewed = self.clock.ticks_ms()
        self._update_asked = False

    def _since_ms(self, tick: "Ticks") -> int:
        return self.clock.ticks_diff(self.clock.ticks_ms(), tick)

    def status(self) -> dict:
        """Return the state in words, the last cause of a loss and the counters as a new dict."""
        requests = self.requests
        return {
            "state": STATES[self.state],
            "cause": self.cause,
            "version": self.version,
            "notified": self.notified,
            "updates": self.updates,
            "operations": requests.operations,
            "repeats": requests.repeats,
            "refused": requests.refused,
        }
