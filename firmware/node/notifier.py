"""Sends what the observations call for, one notification at a time, while registered."""

from micropython import const

from m5310.errors import BUSY, HELD, AtError

_NAP_MS = const(100)
_STATE = const(602)  # the module: no session, or no such observation
_ROW = const(5)  # as many failures make the supervisor look after the session


class Notifier:
    """The way of a value from the observations to the session."""

    def __init__(self, observations, mipl, clock, log):
        self.observations = observations
        self.mipl = mipl
        self.clock = clock
        self.log = log
        self.courier = None  # keeps readings until they are confirmed, where there is an outbox
        self.row = 0  # failures since the last success: the session may be gone
        self.failures = 0
        self.alive = clock.ticks_ms()  # of the last turn
        self.unfit = 0

    async def run(self):
        """Notify for ever."""
        while True:
            self.alive = self.clock.ticks_ms()
            item = None
            if self.mipl.registered and not (self.courier and self.courier.full()):
                item = self.observations.due()
            if item is None:
                await self.clock.sleep_ms(_NAP_MS)
            else:
                await self._send(item)

    async def _send(self, item):
        courier = self.courier
        ackid = courier.expect(item) if courier else 0
        msgid, oid, iid, rid, kind, value = item
        try:
            await self.mipl.notify(msgid, oid, iid, rid, kind, value, ackid)
        except AtError as e:
            if e.kind not in (HELD, BUSY):  # those gave way, and say nothing of the session
                self.row += 1
            self.failures += 1
            if e.unknown:
                # It may be on its way: the platform would store a second one as well. With an
                # outbox its confirmation tells, or the lack of one (Courier).
                self.observations.sent(item)
            else:
                if ackid:
                    courier.forget(ackid)
                self.observations.failed(item)
            if e.code == _STATE:  # what observes around it takes over, if the session stands
                self.observations.drop(msgid)
                self.row = _ROW
            self.log("notification of %d/%d/%d: %s" % (item[1:4] + (e,)), 1)
        except ValueError:
            if ackid:
                courier.forget(ackid)
            self.unfit += 1  # no form on the line: repeating it would not help
            self.observations.sent(item)
        else:
            self.row = 0
            self.observations.sent(item)
