"""An uplink on a scripted module with one socket, and the server at its other end."""

import asyncio

import folder
import modem_rig
import vtime
from modem_rig import sleep
from rig import Peer

from node.outbox import Outbox
from node.uplink import Uplink, datagram

KEY = b"a shared key"
SERVER = "203.0.113.7"
STREAM = 1
FOLDER = "uplink-test-%d" % id(object())

_READINGS = 0
_ANSWER = 1
_ACK = 0
_DAY_S = 86400


def forget():
    """Remove what an uplink kept."""
    folder.remove(FOLDER)


class Sensor:
    """Measures value, None while it has none yet."""

    oid = 3303
    resources = ((5700, 4, 1),)

    def __init__(self, iid=0, value=21.5):
        self.iid = iid
        self.value = value

    def get(self, rid):
        return self.value


class Scene:
    """say(datagram) lets the server send one.

    datagrams: [(ticks, message)] that came, the last item of a long one its bytes; answers: (id,
    code) of those that answer a command; said: [(text, level)]; sent: the commands. refuses:
    beginnings of the commands that get ERROR; result: what a command is answered with, (code,
    values).
    """

    def __init__(self, key=KEY, sensors=(), period_s=_DAY_S):
        self.key = key
        self.sensors = list(sensors)
        self.period_s = period_s
        self.refuses = ()
        self.result = 204, []
        self.done = []
        self.inbox = []
        self.datagrams = []
        self.answers = []
        self.said = []
        self.sent = []

    def get(self, line, default):
        """Answer any command, as a table of Peer."""
        return self.answer

    def answer(self, line):
        self.sent.append(line)
        for beginning in self.refuses:
            if line.startswith(beginning):
                return b"ERROR"
        if line.startswith(b"AT+NSOCR"):
            return [b"0", b"OK"]
        if line.startswith(b"AT+NSOST"):
            data = bytes.fromhex(str(line.split(b",")[-1], "ascii"))
            body = datagram.verify(data, self.key)
            try:
                message = datagram.load(body)
            except ValueError:  # more items than a node reads
                message = [None, None, None, None, body]
            self.datagrams.append((vtime.clock.ticks_ms(), message))
            if message[3] == _ANSWER:
                self.answers.append(message[4:6])
            return [b"0,%d" % len(data), b"OK"]
        if line.startswith(b"AT+NSORF") and self.inbox:
            data, host, port = self.inbox.pop(0)
            text = bytes(data.hex(), "ascii")
            # The next is announced when the one before was read (facts/protocol.md 4).
            more = [b"+NSONMI:0,%d" % len(self.inbox[0][0])] if self.inbox else []
            return more + [b"0,%s,%d,%d,%s,0" % (host.encode(), port, len(data), text), b"OK"]
        return b"OK"

    @property
    def readings(self):
        """What came of readings: [number of the first, base, oid, iid, rid, time, value, ...]."""
        return [message[4:] for _, message in self.datagrams if message[3] == _READINGS]

    def execute(self, operation, oid, iid, rid, values):
        self.done.append((operation, oid, iid, rid, values))
        return self.result

    def command(self, number, stream=STREAM, key=KEY):
        return datagram.sign(datagram.dump([1, stream, 1, number, 1, 3306, 0, 5850, number]), key)

    async def say(self, data, host=SERVER, port=9101, wait_ms=2000):
        self.inbox.append((data, host, port))
        self.node.urc(b"+NSONMI:0,%d" % len(data))
        await sleep(wait_ms)

    async def message(self, *fields, wait_ms=2000):
        """Have the server send fields, signed."""
        await self.say(datagram.sign(datagram.dump(list(fields)), self.key), wait_ms=wait_ms)

    async def acknowledge(self, number, wait_ms=2000):
        """Have the server want the reading of that number next."""
        await self.message(1, STREAM, _ACK, number, wait_ms=wait_ms)

    def play(self, scene):
        """Run scene() a second after the uplink's start; return what it returns."""

        async def program(node):
            self.node = node
            settings = {
                "server": SERVER + ":9101",
                "port": 9101,
                "period": self.period_s,
                "key": self.key and str(self.key, "utf-8"),
            }
            node.modem.network.state = 1
            store = Outbox(FOLDER, 64)
            log = lambda text, level=1: self.said.append((text, level))  # noqa: E731
            self.uplink = Uplink(
                node.modem, log, store, STREAM, self.sensors, self.execute, settings
            )
            task = asyncio.create_task(self.uplink.run())
            try:
                await sleep(1000)
                return await scene()
            finally:
                task.cancel()

        peer = Peer()
        peer.answers = self
        return modem_rig.play(program, peer)
