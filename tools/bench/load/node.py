"""The least node there can be: registers by AT commands, answers, and notifies at a pace."""

import asyncio
import itertools
import re

DECLARE = ("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,2,"11",6,1', 'AT+MIPLADDOBJ=0,3306,1,"1",5,0')
OPEN = "AT+MIPLOPEN=0,3600,30"
IDS = {"3303": '34,"5700;5701;5601;5602;5603;5604;5605"', "3306": '24,"5850;5851;5852;5853;5750"'}
PATHS = ((3303, 0, 5700), (3303, 1, 5700), (3306, 0, 5851))  # notified in turn
INSTANCES = {path[:2] for path in PATHS}
MAX_ACKID = 65535
READ_SIZE = 65536
PATIENCE_S = 20  # for an OK; a module that is asked too much is slow, not dead
_READ = re.compile(rb"\+MIPLREAD:0,(\d+),(\d+),(-?\d+),(-?\d+)")
_OBSERVE = re.compile(rb"\+MIPLOBSERVE:0,(\d+),1,(\d+),(\d+),-1")
_DISCOVER = re.compile(rb"\+MIPLDISCOVER:0,(\d+),(\d+)")
_EVENT = re.compile(rb"\+MIPLEVENT: ?0,(\d+)(?:,(\d+))?")


class NodeError(Exception):
    """The module did not do what a node needs."""


class LoadNode:
    """One node, of the module with imei, on host:port. first: its first value.

    Every notification has an ackid, so the module tells when it is stored. Values of one resource
    are never the same twice. accepted: notifications that got their OK. waiting: {ackid: (path,
    value)} not acknowledged yet. acknowledged: list of (path, value). refused: notifications that
    failed. stopping: set it to end notify(). lost: whether the connection has ended.
    """

    def __init__(self, imei, host, port, first=1):
        self.imei = imei
        self.accepted = 0
        self.refused = 0
        self.waiting = {}
        self.acknowledged = []
        self.stopping = False
        self.lost = False
        self._address = host, port
        self._asked = {}  # (oid, iid): msgid of its observation
        self._counts = itertools.count(first)
        self._turn = asyncio.Lock()  # one command at a time
        self._reply = None
        self._registered = asyncio.Event()
        self._ready = asyncio.Event()
        self._rest = b""
        self._answers = set()

    async def connect(self):
        """Register and answer the platform's questions. Raises NodeError, OSError."""
        self._reader, self._writer = await asyncio.open_connection(*self._address)
        self._listening = asyncio.create_task(self._listen())
        async with asyncio.timeout(60):
            while not await self._try("AT", 0.5):
                continue  # it boots
            while not await self._try("AT+MIPLVER?", 0.5):
                continue
            for line in DECLARE:
                await self.command(line)
            while not await self._try(OPEN, 0.5):  # noqa: ASYNC110
                await asyncio.sleep(0.2)  # no network yet
            await self._registered.wait()
            await self._ready.wait()

    async def notify(self, rate, due, until_s):
        """Notify `rate` times a second, from due to until_s on the loop's clock, while it can."""
        loop = asyncio.get_running_loop()
        for path in itertools.cycle(PATHS):
            if due >= until_s or self.stopping or self.lost:
                return
            await asyncio.sleep(max(due - loop.time(), 0))
            due += 1 / rate
            await self._notify(path)

    def close(self):
        """Leave."""
        self._listening.cancel()
        self._writer.close()

    async def ended(self):
        """Wait until the module's last bytes are in; the module has to be going."""
        await self._listening

    async def command(self, line, patience_s=PATIENCE_S):
        """Send a command, wait for its end. Raises NodeError for anything but OK."""
        async with self._turn:
            if self.lost:
                raise NodeError("%s: the line is gone" % self.imei)
            self._reply = asyncio.get_running_loop().create_future()
            self._writer.write(line.encode() + b"\r\n")
            try:
                async with asyncio.timeout(patience_s):
                    end = await self._reply
            except TimeoutError:
                raise NodeError("%s: no answer to %s" % (self.imei, line)) from None
            finally:
                self._reply = None
        if end != b"OK":
            raise NodeError("%s: %s to %s" % (self.imei, end.decode(), line))

    # -- inside -------------------------------------------------------------------------------

    async def _try(self, line, patience_s):
        try:
            await self.command(line, patience_s)
        except NodeError:
            return False
        return True

    async def _respond(self, answer):
        await self._try(answer, PATIENCE_S)
        if not self._answers - {asyncio.current_task()} and self._asked.keys() >= INSTANCES:
            self._ready.set()

    async def _notify(self, path):
        count = next(self._counts)
        ackid = (count - 1) % MAX_ACKID + 1
        if path[0] == 3303:
            value = count / 1000
            text = "4,4,%.3f" % value
        else:
            value = count
            text = "3,4,%d" % value
        msgid = self._asked[path[:2]]
        self.waiting[ackid] = path, value
        try:
            await self.command(
                "AT+MIPLNOTIFY=0,%d,%d,%d,%d,%s,0,0,%d" % (msgid, *path, text, ackid)
            )
            self.accepted += 1
        except NodeError:
            self.refused += 1
            if not self.lost:
                self.waiting.pop(ackid, None)

    async def _listen(self):
        try:
            while data := await self._reader.read(READ_SIZE):
                *lines, self._rest = (self._rest + data).split(b"\r\n")
                for line in lines:
                    if line:
                        self._line(line)
        except ConnectionError:
            self._rest = b""
        finally:
            self.lost = True
            if self._reply and not self._reply.done():
                self._reply.set_result(b"the end of the line")

    def _line(self, line):
        if line == b"OK" or line.startswith((b"ERROR", b"+CME ERROR", b"+CIS ERROR")):
            if self._reply and not self._reply.done():
                self._reply.set_result(line)
        elif match := _EVENT.match(line):
            self._event(int(match[1]), int(match[2] or 0))
        elif line.startswith(b"+MIPL") and (answer := self._answer(line)):
            task = asyncio.create_task(self._respond(answer))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)

    def _event(self, number, ackid):
        if number == 6:
            self._registered.set()
        elif number == 26 and ackid in self.waiting:
            self.acknowledged.append(self.waiting.pop(ackid))

    def _answer(self, line):
        if match := _DISCOVER.match(line):
            msgid, oid = match[1].decode(), match[2].decode()
            return "AT+MIPLDISCOVERRSP=0,%s,1,%s" % (msgid, IDS[oid])
        if match := _OBSERVE.match(line):
            msgid, oid, iid = map(int, match.groups())
            self._asked[oid, iid] = msgid
            return "AT+MIPLOBSERVERSP=0,%d,1" % msgid
        if match := _READ.match(line):
            msgid, *path = map(int, match.groups())
            return "AT+MIPLREADRSP=0,%d,1,%d,%d,%d,4,4,21.500,0,0" % (msgid, *path)
        return None
