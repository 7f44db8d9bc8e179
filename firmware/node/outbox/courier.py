"""Courier: brings readings to the platform that could not be notified when they were taken.

Without a registration, a reading of every sensor is kept each period. With one, notifications of
readings ask for the platform's confirmation (event 26) and are kept until it arrives. Readings go
to the outbox while the line is quiet, and from there, oldest first and one at a time, to whoever
observes their resource by then.
"""

from micropython import const

from lwm2m.values import READINGS, TIMESTAMP
from m5310.errors import AtError

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Callable

    from at.port import Ticks
    from lwm2m.observe import Observations
    from lwm2m.registry import Instance
    from m5310.modem import Modem
    from node.log import Log

    from .store import Outbox

_TURN_MS = const(200)
_CONFIRM_MS = const(60000)  # a confirmation that has not arrived by then is not coming
_GAP_MS = const(1000)  # between two readings from the outbox
_RETRY_MS = const(30000)  # after a reading that did not arrive
_UNWANTED_MS = const(600000)  # a reading that nobody observes for so long is given up
_NEW_SESSION = const(5)  # failed deliveries in a row until a new session is opened
_GIVE_UP = const(10)  # and until the reading is given up
_PENDING = const(8)  # notifications that may wait for their confirmation
_HELD = const(16)  # readings that may wait to be written


class Courier:
    """Keeps readings of `measured`, instances of objects, and delivers them when it can.

    delivered counts readings from the outbox that were confirmed; lost those that could not be
    written; unwanted those that nobody observed or that the platform did not take.
    """

    def __init__(
        self,
        outbox: "Outbox",
        measured: "list[Instance]",
        observations: "Observations",
        modem: "Modem",
        log: "Log",
        period_s: int,
    ) -> None:
        """period_s: between two readings of a sensor while offline."""
        self.outbox = outbox
        self.measured = measured
        self.observations = observations
        self.modem = modem
        self.clock = modem.clock
        self.log = log
        self.period_ms = period_s * 1000
        self.samples = True  # False in a duty cycle, which takes its readings itself
        self.wall: Callable[[], int | None] | None = None  # UNIX time
        self.delivered = self.lost = self.unwanted = 0
        self.held = []  # readings to be written to the outbox
        self._pending = []  # (ackid, reading, ticks) of notifications not yet confirmed
        self._last_id = 0
        self._ackid = 0  # of the reading from the outbox that is on its way
        self._over = False  # it arrived or is given up, and is still to be removed
        self._pause_ms = 0  # until the next delivery
        self._since = self._sampled = self.alive = self.clock.ticks_ms()
        self._failed = 0  # deliveries in a row
        self._unwanted_path: tuple | None = (
            None  # given up last: the next of this path need not wait as long
        )
        self._online = False
        modem.mipl.on_ack = self._acked

    async def run(self) -> None:
        """Keep and deliver readings, for ever."""
        while True:
            now = self.alive = self.clock.ticks_ms()
            online = self.modem.mipl.registered
            if online != self._online:
                self._online = online
                self._since = now
                self._sampled = self.clock.ticks_add(now, -self.period_ms)  # the first at once
                self._ackid = self._pause_ms = 0
            self._expire(now, online)
            if not online and self.samples:
                self._sample(now)
            if self.modem.at.quiet() or (
                # Commands without a pause must not cost readings; operations go first.
                len(self.held) >= _HELD // 2 and not self.modem.at.replies.queue
            ):
                self._store()
            if online and not self._session_doubtful():
                await self._deliver(now)
            await self.clock.sleep_ms(_TURN_MS)

    def status(self) -> dict[str, int]:
        """Return the number of readings waiting and the counters, as a dict."""
        return {
            "waiting": len(self.outbox),
            "dropped": self.outbox.dropped,
            "damaged": self.outbox.damaged,
            "delivered": self.delivered,
            "lost": self.lost,
            "unwanted": self.unwanted,
        }

    # -- for the notifier ----------------------------------------------------------------------

    def full(self) -> bool:
        """Return True if notifications have to wait for confirmations of those before them."""
        return len(self._pending) >= _PENDING

    def expect(self, item: tuple) -> int:
        """Keep the reading of a due notification; return its ackid, 0 if it is no reading.

        The reading is kept until it is confirmed under that id, or until forget(ackid).
        """
        _, oid, iid, rid, _, value = item
        if rid not in READINGS:
            return 0
        ackid = self._new_id()
        reading = (oid, iid, rid, value, self._unix_time())
        self._pending.append((ackid, reading, self.clock.ticks_ms()))
        return ackid

    def forget(self, ackid: int) -> None:
        """Drop a reading whose notification was not sent: the notifier tries again."""
        self._pending = [entry for entry in self._pending if entry[0] != ackid]

    # -- for the duty cycle --------------------------------------------------------------------

    def take(self) -> None:
        """Keep a reading of every sensor now."""
        for instance in self.measured:
            self._take(instance)

    def take_unwatched(self) -> None:
        """Keep a reading of every sensor that nobody observes."""
        for instance in self.measured:
            path = instance.oid, instance.iid, _reading(instance)
            if self.observations.watched(*path)[0] is None:
                self._take(instance)

    def busy(self) -> bool:
        """Return True if confirmations are awaited or readings wait to be written."""
        return bool(self._pending or self.held)

    async def settle(self) -> None:
        """Write every reading that is not confirmed: the node goes to sleep."""
        self._expire(self.clock.ticks_ms(), False)
        self._ackid = 0
        while self.held or self._over:
            self._store()
            await self.clock.sleep_ms(0)

    # -- keeping -------------------------------------------------------------------------------

    def _sample(self, now: "Ticks") -> None:
        if self.clock.ticks_diff(now, self._sampled) >= self.period_ms:
            for instance in self.measured:
                if self._take(instance):
                    self._sampled = now

    def _take(self, instance: "Instance") -> bool:
        """Keep the current reading of an instance; return False if there is none."""
        rid = _reading(instance)
        value = instance.get(rid)
        if value is None:
            return False
        self._hold((instance.oid, instance.iid, rid, value, self._unix_time()))
        return True

    def _unix_time(self) -> int:
        """Return the UNIX time in seconds, 0 if it is unknown."""
        return (self.wall and self.wall()) or 0

    def _hold(self, reading: tuple) -> None:
        if len(self.held) >= _HELD:
            self.lost += 1
            del self.held[0]
        self.held.append(reading)

    def _expire(self, now: "Ticks", online: bool) -> None:
        """Move readings to `held` whose confirmation is overdue, or all when offline."""
        while self._pending:
            _, reading, since = self._pending[0]
            if online and self.clock.ticks_diff(now, since) < _CONFIRM_MS:
                break
            del self._pending[0]
            self._hold(reading)

    def _store(self) -> None:
        """Write what waits to the outbox. Writing to flash may stop the chip for a while."""
        try:
            if self._over:
                self._over = False
                self.outbox.done()
            elif self.held:
                self.outbox.add(self.held)
                self.held = []
        except OSError as e:
            self.lost += len(self.held)
            self.held = []
            self.log("outbox: %s" % e)

    # -- delivering ----------------------------------------------------------------------------

    def _acked(self, ackid: int, delivered: bool) -> None:
        """Handle event 25 (delivered: False) or 26 (True). No file is touched here."""
        if ackid == self._ackid:
            self._ackid = 0
            self._since = self.clock.ticks_ms()
            self._pause_ms = _GAP_MS if delivered else _RETRY_MS
            self._over = delivered
            self.delivered += delivered
            self._failed = 0 if delivered else self._failed + 1
            return
        for entry in self._pending:
            if entry[0] == ackid:
                self.forget(ackid)
                if not delivered:
                    self._hold(entry[1])

    def _session_doubtful(self) -> bool:
        """End the session after repeated failed deliveries; return True if that was done.

        The platform may have forgotten an observation that we know: it observes anew in a new
        session. A reading that still fails then is given up, so that those after it are delivered.
        """
        if self._failed == _NEW_SESSION:
            self._failed += 1
            self.modem.mipl.lost("the platform takes no readings")
            return True
        if self._failed > _GIVE_UP:
            self._failed = _NEW_SESSION + 1
            self._discard()
        return False

    def _discard(self) -> None:
        """Give up the oldest reading of the outbox."""
        self.unwanted += 1
        self._over = True

    async def _deliver(self, now: "Ticks") -> None:
        """Send the oldest reading of the outbox if it is time and somebody observes it."""
        waited = self.clock.ticks_diff(now, self._since)
        if self._ackid:
            if waited >= _CONFIRM_MS:
                self._acked(self._ackid, False)
            return
        if self._over or waited < self._pause_ms or not self.modem.at.quiet():
            return
        reading = self.outbox.first()
        if reading is None:
            self._since = now
            return
        oid, iid, rid, value, time = reading
        msgid, kind = self.observations.watched(oid, iid, rid)
        path = reading[:3]
        if msgid is None:
            if waited >= _UNWANTED_MS or path == self._unwanted_path:
                self._unwanted_path = path
                self._discard()
            return
        if path == self._unwanted_path:
            self._unwanted_path = None
        self._since = now
        self._ackid = ackid = self._new_id()  # the confirmation may arrive together with the OK
        try:
            await self._notify(msgid, oid, iid, (rid, kind, value), time, ackid)
        except ValueError:  # cannot be written on the line: repeating it would not help
            self._ackid = 0
            self._discard()
        except AtError as e:
            if not e.unknown:  # otherwise the confirmation may still arrive
                self._ackid = 0
                self._pause_ms = _RETRY_MS
            if e.no_observation:
                self.observations.drop(msgid)
            self.log("outbox: %s" % e, 2)

    async def _notify(
        self, msgid: int, oid: int, iid: int, value: tuple, time: int, ackid: int
    ) -> None:
        """Notify value, (rid, type, value), with its time where that is known and observed."""
        mipl = self.modem.mipl
        stamped, kind = self.observations.watched(oid, iid, TIMESTAMP)
        if time and stamped == msgid:
            values = ((TIMESTAMP, kind, time), value)
            await mipl.notify_values(msgid, oid, iid, values, ackid)
        else:
            rid, kind, value = value
            await mipl.notify(msgid, oid, iid, rid, kind, value, ackid)

    def _new_id(self) -> int:
        self._last_id = self._last_id % 65535 + 1
        return self._last_id


def _reading(instance: "Instance") -> int:
    """Return the resource id of the reading of an instance: its first resource."""
    return instance.resources[0][0]
