"""Readings out and commands in by UDP (docs/udp-uplink.md); loaded where that is configured.

Every reading has a number of its own for ever, that of the outbox it waits in, and goes when the
server has acknowledged it. One datagram is on its way at a time.
"""

import os

from micropython import const

from m5310.errors import AtError

from . import cbor, signed
from .sockets import OPEN, READ, SEND, SocketHealth

_VERSION = const(1)
_READINGS = const(0)
_ANSWER = const(1)
_ACK = const(0)
_COMMAND = const(1)
_TURN_MS = const(200)
_FIRST_MS = const(5000)  # until a datagram is sent again, doubled each time
_LONGEST_MS = const(600000)
_LATE_MS = const(5000)  # readings wait no longer for a quiet line
_MOST = const(480)  # bytes of a datagram, its signature left out
_READING = const(24)  # bytes it may take
_HELD = const(64)  # readings that may wait for a quiet line
_SENSORS_MS = const(5000)
_FAILURES = const(3)  # in a row, and a new socket is made
_KNOWN = const(8)  # commands whose answers are kept
_RELEASE = const(0x400)  # the radio may go when the acknowledgement is there


class Uplink:
    """Between the sensors' instances and a server at address, (ip, port).

    store: an Outbox for it alone; stream: the number that came with it. execute(operation, oid,
    iid, rid, values) does a command, see node.remote. wall() tells the UNIX time or None. release:
    let the network release the radio behind each exchange. health: how the sockets fare.
    """

    def __init__(self, modem, log, store, stream, measured, execute, settings):
        self.modem = modem
        self.clock = modem.clock
        self.log = log
        self.health = SocketHealth(modem.clock, log)
        self.store = store
        self.stream = stream
        self.measured = measured
        self.execute = execute
        host, _, port = settings["server"].rpartition(":")
        self.address = host, int(port)
        self.port = settings["port"]
        self.period_ms = settings["period"] * 1000
        self.key = settings["key"] and settings["key"].encode()
        self.wall = None
        self.release = False
        self.sent = self.acknowledged = self.lost = self.refused = self.commands = 0
        self._socket = None
        self._renew = False  # a new one is to be made
        self._stage = OPEN  # what the module was asked last
        self._held = []
        self._held_since = 0  # tick at which the first of them came
        self._answers = []  # [id, datagram] of commands done, the newest last
        self._newest = -1  # id of a command
        self._due = []  # datagrams with answers to be sent
        self._tries = 0
        now = self.clock.ticks_ms()
        self._sampled = self.clock.ticks_add(now, -self.period_ms)
        self._asked = self.alive = now
        self._wants = False  # something is to be heard or said: readings, or an empty datagram

    async def run(self):
        """Sample, keep, send and listen for ever."""
        while True:
            now = self.alive = self.clock.ticks_ms()
            self._sample(now)
            if self._held and self._may_write(now):
                self._keep()
            if self.clock.ticks_diff(now, self._asked) > _LONGEST_MS:
                self._asked = self.clock.ticks_add(now, -_LONGEST_MS)  # ticks wrap
            ready = self.health.ready(now)
            if not self.modem.network.registered:
                self.health.offline()
                if self._socket is None or self._socket.gone:
                    self.health.opened = False
            elif ready and not self.modem.at.silent:
                try:
                    await self._turn(now)
                except AtError as e:
                    self.health.failed(self._stage, e)
                    self._renew = self.health.row >= _FAILURES
            await self.clock.sleep_ms(_TURN_MS)

    def _may_write(self, now):
        """Tell whether flash may be written, which may stop the chip for a while.

        It waits for a quiet line, but not for long: readings are not to be lost because commands
        follow each other without end. An operation that waits for its answer goes first.
        """
        at = self.modem.at
        if at.quiet() or len(self._held) >= _HELD:
            return True
        return not at.replies and self.clock.ticks_diff(now, self._held_since) >= _LATE_MS

    def take(self):
        """Take a reading of every sensor now."""
        self._sampled = self.clock.ticks_add(self.clock.ticks_ms(), -self.period_ms)

    def busy(self):
        """Tell whether something is to be sent, or an acknowledgement awaited."""
        return bool(self._wants or self._held or self._due)

    async def settle(self):
        """Write all that waits: the node goes to sleep."""
        self._keep()

    # -- readings ------------------------------------------------------------------------------

    def _sample(self, now):
        waited = self.clock.ticks_diff(now, self._sampled) - self.period_ms
        if waited < 0:
            return
        time = (self.wall and self.wall()) or 0
        found = []
        for instance in self.measured:
            rid = instance.resources[0][0]
            value = instance.get(rid)
            if value is not None:
                found.append((instance.oid, instance.iid, rid, float(value), time))
        if len(found) < len(self.measured) and waited < _SENSORS_MS:
            return  # they may be about to have their first
        self._sampled = now
        self._wants = True
        if not self._held:
            self._held_since = now
        room = max(0, _HELD - len(self._held))
        self.lost += max(0, len(found) - room)
        self._held += found[:room]

    def _keep(self):
        """Write what waits."""
        if self._held:
            try:
                self.store.add(self._held)
            except OSError as e:
                self.lost += len(self._held)
                self.log("uplink: %s" % e)
            self._held = []

    # -- datagrams -----------------------------------------------------------------------------

    async def _turn(self, now):
        """Listen, and send what is due."""
        if self._socket and self._renew:
            await self._close()
        if self._socket is None or self._socket.gone:
            self._stage = OPEN
            self._socket = await self.modem.udp().socket(self.port)
            self.health.worked(OPEN)
        waited = self.clock.ticks_diff(now, self._asked)
        pause = min(_FIRST_MS << min(self._tries - 1, 8), _LONGEST_MS) if self._tries else 0
        while self._socket.waiting:
            self._stage = READ
            self._got(await self._socket.recvfrom(timeout=0))
        while self._due:
            await self._send(self._due.pop(0))
        if self._held or not self._wants or waited < pause:
            return
        if self._tries:  # the announcement of its acknowledgement may have been lost
            self._stage = READ
            self._got(await self._socket.check())
            if not self._tries:
                return
        self._asked = now
        await self._send(self._readings())
        self._tries += 1

    async def _close(self):
        """Give up the socket: a new one may work."""
        socket = self._socket
        self._socket = None
        self._renew = False
        try:
            await socket.close()
        except AtError as e:  # the next one tells whether that matters
            self.log("uplink: %s" % e, 2)

    def _got(self, datagram):
        if datagram is None:
            self._socket.waiting = 0
            return
        self.health.worked(READ)
        if datagram[1] == self.address:
            self._heard(datagram[0])
        else:
            self.refused += 1

    async def _send(self, body):
        flags = _RELEASE if self.release else None
        self._stage = SEND
        await self._socket.sendto(signed.sign(body, self.key), self.address, flags)
        self.health.worked(SEND)
        self.sent += 1

    def _readings(self):
        """Return a datagram with the oldest readings that wait, or with none."""
        first, readings = self.store.part(_MOST // _READING)
        base = 0
        for reading in readings:
            base = base or reading[4]  # the first may be older than the network's clock
        out = self._head(_READINGS) + [first, base or None]
        for oid, iid, rid, value, time in readings:
            whole = int(value)
            out += [oid, iid, rid, time - base if time and base else None]
            out.append(whole if whole == value else value)
        return cbor.dump(out)

    def _head(self, kind):
        return [_VERSION, int(self.modem.network.imei or 0), self.stream, kind]

    # -- what the server says ------------------------------------------------------------------

    def _heard(self, data):
        try:
            message = cbor.load(signed.opened(data, self.key))
            version, stream, kind, number = message[:4]
            if version != _VERSION or stream != self.stream:
                raise ValueError("stream")
            if kind == _ACK:
                self._acknowledged(number)
            elif kind == _COMMAND:
                self._command(number, message[4:])
            else:
                raise ValueError("kind")
        except (ValueError, TypeError, IndexError):
            self.refused += 1

    def _acknowledged(self, number):
        before = len(self.store)
        count = number - self.store.number
        if count < 0:
            return  # of an older one
        if count > before:
            raise ValueError("number")
        if count:
            try:
                self.store.done(count)
            except OSError as e:  # it will be sent again, and the server knows it
                self.log("uplink: %s" % e)
        self.acknowledged += count
        self._tries = 0
        self._wants = bool(len(self.store))

    def _command(self, number, fields):
        """Do a command once, and answer it each time."""
        for known, answer in self._answers:
            if known == number:
                self._due.append(answer)
                return
        if number <= self._newest:
            raise ValueError("an old command")
        code, values = self.execute(*fields[:4], fields[4:])
        self._newest = number
        self.commands += 1
        answer = cbor.dump(self._head(_ANSWER) + [number, code] + values)
        if len(answer) > _MOST:
            answer = cbor.dump(self._head(_ANSWER) + [number, 400])
        self._answers = self._answers[1 - _KNOWN :] + [(number, answer)]
        self._due.append(answer)


def stream_of(folder):
    """Return the number of the stream in folder, made when it is new; raises OSError."""
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
