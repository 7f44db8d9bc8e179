"""Uplink: sends readings by UDP until they are acknowledged, and answers the server's commands.

Every reading has a number that is never used twice, that of the outbox it waits in. One datagram
with readings is on its way at a time. The protocol is in docs/udp-uplink.md.
"""

import os

from micropython import const

from lwm2m.values import BAD_REQUEST
from m5310.errors import AtError
from m5310.udp import RELEASE_AFTER_REPLY

from . import datagram
from .commands import Commands
from .health import OPEN, READ, SEND, SocketHealth

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Callable

    from at.port import Ticks
    from lwm2m.registry import Instance
    from m5310.modem import Modem
    from node.log import Log
    from node.outbox import Outbox

# Fields and kinds of a datagram.
_VERSION = const(1)
_READINGS = const(0)  # to the server
_ANSWER = const(1)
_ACK = const(0)  # from the server
_COMMAND = const(1)

_TURN_MS = const(200)
_FIRST_RETRY_MS = const(5000)  # until a datagram is sent again, doubled each time
_LONGEST_MS = const(600000)
_WRITE_MS = const(5000)  # readings wait no longer for a quiet line
_SENSORS_MS = const(5000)  # sensors without a reading are waited for
_MOST = const(480)  # bytes of a datagram without its signature
_READING = const(24)  # bytes a reading may take
_HELD = const(64)  # readings that may wait to be written
_FAILURES = const(3)  # in a row: then a new socket is opened


class Uplink:
    """Sends readings to a server, and executes its commands.

    store: an Outbox of its own, stream: the number that belongs to it (stream_of). measured: the
    instances whose readings are sent. execute(operation, oid, iid, rid, values): executes a
    command (commands.Remote). settings: `udp` of the configuration. health: SocketHealth.
    """

    def __init__(
        self,
        modem: "Modem",
        log: "Log",
        store: "Outbox",
        stream: int,
        measured: "list[Instance]",
        execute: "Callable[..., tuple[int, list]]",
        settings: dict,
    ) -> None:
        self.modem = modem
        self.clock = modem.clock
        self.log = log
        self.health = SocketHealth(modem.clock, log)
        self.store = store
        self.stream = stream
        self.measured = measured
        self.commands = Commands(execute)
        host, _, port = settings["server"].rpartition(":")
        self.address = host, int(port)
        self.period_ms = settings["period"] * 1000
        self.key = settings["key"] and settings["key"].encode()
        self.wall: Callable[[], int | None] | None = None  # UNIX time
        self.release = False  # let the network release the radio after each exchange
        self.sent = self.acknowledged = self.lost = self.refused = 0
        self._socket = modem.udp(settings["port"])
        self._reopen = False
        self._stage = OPEN  # what the module was asked for last
        self._held = []  # readings to be written to the store
        self._due = []  # answers to be sent
        self._tries = 0  # datagrams with readings since the last acknowledgement
        now = self.clock.ticks_ms()
        self._sampled = self.clock.ticks_add(now, -self.period_ms)
        self._asked = self.alive = now
        self._held_since = now  # ticks of the first reading in _held
        self._wants = False  # readings, or an empty datagram, are to be sent or acknowledged

    async def run(self) -> None:
        """Sample, send and listen, for ever."""
        while True:
            now = self.alive = self.clock.ticks_ms()
            self._sample(now)
            if self._held and self._may_write(now):
                self._store()
            if self.clock.ticks_diff(now, self._asked) > _LONGEST_MS:
                self._asked = self.clock.ticks_add(now, -_LONGEST_MS)  # ticks wrap
            ready = self.health.ready(now)
            if not self.modem.network.registered:
                self.health.offline()
                if not self._socket.is_open:
                    self.health.opened = False
            elif ready and not self.modem.at.silent:
                try:
                    await self._exchange(now)
                except AtError as e:
                    self.health.failed(self._stage, e)
                    self._reopen = self.health.row >= _FAILURES
            await self.clock.sleep_ms(_TURN_MS)

    def status(self) -> dict:
        """Return the number of readings waiting, the fault and the counters, as a dict."""
        return {
            "fault": self.health.fault,
            "waiting": len(self.store),
            "dropped": self.store.dropped,
            "damaged": self.store.damaged,
            "sent": self.sent,
            "acknowledged": self.acknowledged,
            "lost": self.lost,
            "refused": self.refused,
            "commands": self.commands.count,
        }

    # -- for the duty cycle --------------------------------------------------------------------

    def take(self) -> None:
        """Take a reading of every sensor in the next turn."""
        self._sampled = self.clock.ticks_add(self.clock.ticks_ms(), -self.period_ms)

    def busy(self) -> bool:
        """Return True if something is to be sent, or an acknowledgement is awaited."""
        return bool(self._wants or self._held or self._due)

    async def settle(self) -> None:
        """Write every reading that is not in the store yet: the node goes to sleep."""
        self._store()

    # -- readings ------------------------------------------------------------------------------

    def _sample(self, now: "Ticks") -> None:
        late_ms = self.clock.ticks_diff(now, self._sampled) - self.period_ms
        if late_ms < 0:
            return
        time = (self.wall and self.wall()) or 0
        found = []
        for instance in self.measured:
            rid = instance.resources[0][0]  # the reading
            value = instance.get(rid)
            if value is not None:
                found.append((instance.oid, instance.iid, rid, float(value), time))
        if len(found) < len(self.measured) and late_ms < _SENSORS_MS:
            return  # the others may be about to have their first reading
        self._sampled = now
        self._wants = True
        if not self._held:
            self._held_since = now
        room = max(0, _HELD - len(self._held))
        self.lost += max(0, len(found) - room)
        self._held += found[:room]

    def _may_write(self, now: "Ticks") -> bool:
        """Return True if flash may be written to, which may stop the chip for a while.

        It waits for a quiet line, but not for long: commands that follow each other without a
        pause must not cost readings. An operation that waits for its answer goes first.
        """
        at = self.modem.at
        if at.quiet() or len(self._held) >= _HELD:
            return True
        return not at.replies.queue and self.clock.ticks_diff(now, self._held_since) >= _WRITE_MS

    def _store(self) -> None:
        if self._held:
            try:
                self.store.add(self._held)
            except OSError as e:
                self.lost += len(self._held)
                self.log("uplink: %s" % e)
            self._held = []

    # -- datagrams out -------------------------------------------------------------------------

    async def _exchange(self, now: "Ticks") -> None:
        """Receive, then send what is due. Raises AtError."""
        if self._reopen:
            await self._close()
        if not self._socket.is_open:
            self._stage = OPEN
            await self._socket.open()
            self.health.worked(OPEN)
        waited = self.clock.ticks_diff(now, self._asked)
        pause = 0
        if self._tries:
            pause = min(_FIRST_RETRY_MS << min(self._tries - 1, 8), _LONGEST_MS)
        while self._socket.waiting:
            self._stage = READ
            self._received(await self._socket.recvfrom(timeout_ms=0))
        while self._due:
            await self._send(self._due.pop(0))
        if self._held or not self._wants or waited < pause:
            return
        if self._tries:  # the announcement of the acknowledgement may have been lost
            self._stage = READ
            self._received(await self._socket.check())
            if not self._tries:
                return
        self._asked = now
        await self._send(self._readings())
        self._tries += 1

    async def _close(self) -> None:
        """Close the socket: one that is opened again may work."""
        self._reopen = False
        try:
            await self._socket.close()
        except AtError as e:  # whether that matters, opening it again shows
            self.log("uplink: %s" % e, 2)

    async def _send(self, body: bytes) -> None:
        flags = RELEASE_AFTER_REPLY if self.release else None
        self._stage = SEND
        await self._socket.sendto(datagram.sign(body, self.key), self.address, flags)
        self.health.worked(SEND)
        self.sent += 1

    def _readings(self) -> bytes:
        """Return a datagram with the oldest readings, an empty one if there are none."""
        first, readings = self.store.part(_MOST // _READING)
        base = 0
        for reading in readings:
            base = base or reading[4]  # 0 where a reading is older than the network's clock
        out = self._head(_READINGS) + [first, base or None]
        for oid, iid, rid, value, time in readings:
            whole = int(value)
            out += [oid, iid, rid, time - base if time and base else None]
            out.append(whole if whole == value else value)
        return datagram.dump(out)

    def _head(self, kind: int) -> list:
        return [_VERSION, int(self.modem.network.imei or 0), self.stream, kind]

    # -- datagrams in --------------------------------------------------------------------------

    def _received(self, received: "tuple | None") -> None:
        """Handle (datagram, address), or None if there was no datagram."""
        if received is None:
            self._socket.waiting = 0
            return
        self.health.worked(READ)
        data, address = received
        if address == self.address:
            self._heard(data)
        else:
            self.refused += 1

    def _heard(self, data: bytes) -> None:
        """Handle a datagram of the server; count it if it is malformed."""
        try:
            message = datagram.load(datagram.verify(data, self.key))
            version, stream, kind, number = message[:4]
            if version != _VERSION or stream != self.stream:
                raise ValueError("stream")
            if kind == _ACK:
                self._acknowledge(number)
            elif kind == _COMMAND:
                self._command(number, message[4:])
            else:
                raise ValueError("kind")
        except (ValueError, TypeError, IndexError):
            self.refused += 1

    def _acknowledge(self, number: int) -> None:
        """Forget the readings before number: the server has them."""
        waiting = len(self.store)
        count = number - self.store.number
        if count < 0:
            return  # of an older datagram
        if count > waiting:
            raise ValueError("number")
        if count:
            try:
                self.store.done(count)
            except OSError as e:  # they will be sent again, and the server knows their numbers
                self.log("uplink: %s" % e)
        self.acknowledged += count
        self._tries = 0
        self._wants = bool(len(self.store))

    def _command(self, number: int, fields: list) -> None:
        code, values = self.commands.answer(number, fields)
        answer = datagram.dump(self._head(_ANSWER) + [number, code] + values)
        if len(answer) > _MOST:
            answer = datagram.dump(self._head(_ANSWER) + [number, BAD_REQUEST])
        self._due.append(answer)


def stream_of(folder: str) -> int:
    """Return the number of the stream in folder; a new one is random. Raises OSError."""
    path = folder + "/stream"
    try:
        with open(path) as f:
            return int(f.read(), 16)
    except (OSError, ValueError):
        number = int.from_bytes(os.urandom(4), "big")
        with open(path + ".new", "w") as f:
            f.write("%08x" % number)
        os.rename(path + ".new", path)
        return number
