"""Brings readings to the platform that could not be notified when they were taken.

While there is no registration, a reading of every sensor is kept each `period` s. While there is
one, notifications of readings ask for the platform's confirmation (event 26) and are kept until it
came. What is kept goes to the outbox while the line is quiet, and from there, oldest first and one
at a time, to whoever observes the resource by then. Loaded only where an outbox is configured.
"""

from micropython import const

from m5310 import group
from m5310.errors import AtError

_TURN_MS = const(200)
_CONFIRM_MS = const(60000)  # a confirmation that has not come by then is not coming
_GAP_MS = const(1000)  # between two readings from the outbox
_AGAIN_MS = const(30000)  # after one that did not arrive
_UNWANTED_MS = const(600000)  # a reading nobody observes so long is given up
_DOUBT = const(5)  # times that one does not arrive until a new session is made
_GIVE_UP = const(10)  # and until it is given up
_PENDING = const(8)  # notifications that may wait for their confirmation
_HELD = const(16)  # readings that may wait for a quiet line
_READINGS = (5700, 5500)
_TIMESTAMP = const(5518)
_STATE = const(602)  # the module knows of no such observation


class Courier:
    """Between the notifier, the outbox and the session; `measured` are the instances whose
    readings are kept.

    delivered: readings from the outbox that were confirmed; lost: those that never got into it;
    unwanted: those that nobody observed when their turn came, or that the platform did not take.
    """

    samples = True  # offline, every period; in a duty cycle a reading is taken at its end
    wall = None  # tells the UNIX time in seconds, None while it is not known

    def __init__(self, outbox, measured, observations, modem, log, period):
        self.outbox = outbox
        self.measured = measured
        self.observations = observations
        self.modem = modem
        self.clock = modem.clock
        self.log = log
        self.period_ms = period * 1000
        self.delivered = self.lost = self.unwanted = 0
        self._pending = []  # [ackid, reading, since] of notifications on their way
        self._held = []  # readings on their way to the outbox
        self._ackid = 0  # of the outbox's reading that is on its way
        self._over = False  # it arrived, or is given up; the outbox has not been told yet
        self._last = 0
        self._pause = 0
        self._unwanted = None  # the path given up last: those behind it need not wait as long
        self._failed = 0  # how often one from the outbox did not arrive since the last that did
        self._since = self._sampled = self.alive = self.clock.ticks_ms()
        self._online = False
        modem.mipl.on_ack = self._acked

    def take(self):
        """Keep a reading of every sensor now."""
        for instance in self.measured:
            self._take(instance, instance.resources[0][0])

    def take_unwatched(self):
        """Keep a reading of every sensor that nobody observes."""
        for instance in self.measured:
            rid = instance.resources[0][0]
            if self.observations.watched(instance.oid, instance.iid, rid)[0] is None:
                self._take(instance, rid)

    def busy(self):
        """Tell whether confirmations are awaited, or readings wait to be written."""
        return bool(self._pending or self._held)

    async def settle(self):
        """Write all that is not confirmed: the node goes to sleep."""
        self._expire(self.clock.ticks_ms(), False)
        self._ackid = 0
        while self._held or self._over:
            self._store()
            await self.clock.sleep_ms(0)

    def full(self):
        """Tell whether so many confirmations are awaited that notifications have to wait."""
        return len(self._pending) >= _PENDING

    def expect(self, item):
        """Keep the due notification item if it is a reading; return the id to send it with, or 0.

        It is kept until it is confirmed under that id, or forget(id) says that it was not sent.
        """
        if item[3] not in _READINGS:
            return 0
        ackid = self._number()
        self._pending.append((ackid, item[1:4] + (item[5], self._time()), self.clock.ticks_ms()))
        return ackid

    def forget(self, ackid):
        """Let go of a notification that was not sent: whoever watches the value tries again."""
        self._pending = [entry for entry in self._pending if entry[0] != ackid]

    def _number(self):
        self._last = self._last % 65535 + 1
        return self._last

    async def run(self):
        """Keep and deliver for ever."""
        while True:
            now = self.alive = self.clock.ticks_ms()
            online = self.modem.mipl.registered
            if online != self._online:
                self._online = online
                self._since = now
                self._sampled = self.clock.ticks_add(now, -self.period_ms)  # one at once
                self._ackid = self._pause = 0
            self._expire(now, online)
            if not online and self.samples:
                self._sample(now)
            if self.modem.at.quiet() or (
                # Commands without a pause must not cost readings; an operation goes first.
                len(self._held) >= _HELD // 2 and not self.modem.at.replies
            ):
                self._store()
            if online and not self._doubt():
                await self._deliver(now)
            await self.clock.sleep_ms(_TURN_MS)

    def _acked(self, ackid, delivered):
        """Take event 25 or 26; no file is touched here."""
        if ackid == self._ackid:
            self._ackid = 0
            self._since = self.clock.ticks_ms()
            self._pause = _GAP_MS if delivered else _AGAIN_MS
            self._over = delivered
            self.delivered += delivered
            self._failed = 0 if delivered else self._failed + 1
            return
        for entry in self._pending:
            if entry[0] == ackid:
                self.forget(ackid)
                if not delivered:
                    self._hold(entry[1])

    def _expire(self, now, online):
        """Give up on confirmations that do not come, or cannot: their session is over."""
        while self._pending:
            _, reading, since = self._pending[0]
            if online and self.clock.ticks_diff(now, since) < _CONFIRM_MS:
                break
            del self._pending[0]
            self._hold(reading)

    def _doubt(self):
        """See to a reading that does not arrive, or nothing behind it would ever.

        The platform may not know of an observation that we know: a new session has it observe
        anew. Return whether that was begun.
        """
        if self._failed == _DOUBT:
            self._failed += 1
            self.modem.mipl.lost("the platform takes no readings")
            return True
        if self._failed > _GIVE_UP:
            self._failed = _DOUBT + 1
            self.unwanted += 1
            self._over = True
        return False

    def _sample(self, now):
        if self.clock.ticks_diff(now, self._sampled) >= self.period_ms:
            for instance in self.measured:
                if self._take(instance, instance.resources[0][0]):
                    self._sampled = now

    def _take(self, instance, rid):
        """Hold the reading rid of instance if it has one; return whether it has."""
        value = instance.get(rid)
        if value is None:
            return False
        self._hold((instance.oid, instance.iid, rid, value, self._time()))
        return True

    def _time(self):
        """Return the UNIX time, 0 if it is not known."""
        return (self.wall and self.wall()) or 0

    def _hold(self, reading):
        if len(self._held) >= _HELD:
            self.lost += 1
            del self._held[0]
        self._held.append(reading)

    def _store(self):
        """Write what waits, now that nothing comes in: flash may stop the chip for a while."""
        try:
            if self._over:
                self._over = False
                self.outbox.done()
            elif self._held:
                self.outbox.add(self._held)
                self._held = []
        except OSError as e:
            self.lost += len(self._held)
            self._held = []
            self.log("outbox: %s" % e)

    async def _deliver(self, now):
        """Send the oldest reading of the outbox, if it is time and somebody observes it."""
        waited = self.clock.ticks_diff(now, self._since)
        if self._ackid:
            if waited >= _CONFIRM_MS:
                self._acked(self._ackid, False)
            return
        if self._over or waited < self._pause or not self.modem.at.quiet():
            return
        reading = self.outbox.first()
        if reading is None:
            self._since = now
            return
        oid, iid, rid, value, time = reading
        msgid, kind = self.observations.watched(oid, iid, rid)
        path = reading[:3]
        if msgid is None:
            if waited >= _UNWANTED_MS or path == self._unwanted:
                self._unwanted = path
                self.unwanted += 1
                self._over = True
            return
        if path == self._unwanted:
            self._unwanted = None
        self._since = now
        self._ackid = ackid = self._number()  # its confirmation may come with the OK
        try:
            await self._notify(msgid, oid, iid, (rid, kind, value), time, ackid)
        except ValueError:  # no form on the line: repeating it would not help
            self._ackid = 0
            self.unwanted += 1
            self._over = True
        except AtError as e:
            if not e.unknown:  # else its confirmation may come yet
                self._ackid = 0
                self._pause = _AGAIN_MS
            if e.code == _STATE:
                self.observations.drop(msgid)
            self.log("outbox: %s" % e, 2)

    async def _notify(self, msgid, oid, iid, value, time, ackid):
        """Notify a reading; with its time in one message, where that is known and observed."""
        mipl = self.modem.mipl
        stamped, kind = self.observations.watched(oid, iid, _TIMESTAMP)
        if time and stamped == msgid:
            values = ((_TIMESTAMP, kind, time), value)
            await group.notify(mipl, msgid, oid, iid, values, ackid)
        else:
            rid, kind, value = value
            await mipl.notify(msgid, oid, iid, rid, kind, value, ackid)
