"""A receiver on a real socket that checks what it gets, and a platform with something to push."""

import asyncio
import base64
import hashlib
import json
import re
from urllib.parse import parse_qs, urlsplit

from clock import FakeClock

from bench.platform import Platform
from bench.platform import messages as m
from bench.push import Push

TOKEN = "abc+/= 123"
IMEI, IMSI = "867725030000018", "460040000000018"
MSG = re.compile(rb'\{"msg":(.*),"msg_signature":"([^"]*)","nonce":"([^"]*)"\}', re.DOTALL)


def md5(*parts):
    """Return the signature, worked out on its own."""
    return base64.b64encode(hashlib.md5("".join(parts).encode()).digest()).decode()


class Receiver:
    """An HTTP server by hand. checks: queries of GETs. posts: parsed msgs whose signature holds.

    plan: what to do with the next POSTs, one each: a status, "slow", "cut", "drip" or "flood";
    afterwards 200. check_plan: the same for GETs, and "wrong" = not the msg.
    """

    def __init__(self, token=TOKEN):
        self.token = token
        self.checks, self.posts, self.bodies, self.targets = [], [], [], []
        self.plan, self.check_plan = [], []
        self.refused = 0
        self.location = "/elsewhere"
        self.headers = b""

    async def __aenter__(self):
        await self.listen(0)
        return self

    async def __aexit__(self, *_):
        await self.close()

    async def listen(self, port):
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = "http://127.0.0.1:%d/push?who=me" % self.port

    async def close(self):
        self._server.close()

    async def _talk(self, reader, writer):
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.headers = head
                length = re.search(rb"(?i)content-length: (\d+)", head)
                body = await reader.readexactly(int(length[1])) if length else b""
                method, target = head.decode().split(" ")[:2]
                self.targets.append(target)
                if method == "GET":
                    answer, what = self._check(target), self.check_plan
                else:
                    answer, what = b"", self.plan
                what = what.pop(0) if what else 200
                if method == "POST":
                    self._note(body, what)
                await self._answer(writer, what, answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.headers = b""
        finally:
            writer.close()

    def _check(self, target):
        query = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
        self.checks.append(query)
        good = md5(self.token, query["nonce"], query["msg"])
        return query["msg"].encode() if query["signature"] == good else b"bad signature"

    def _note(self, body, what):
        self.bodies.append(body)
        text, signature, nonce = (part.decode() for part in MSG.fullmatch(body).groups())
        if signature != md5(self.token, nonce, text) or len(nonce) != 8:
            self.refused += 1
        elif what in (200, "flood"):
            self.posts.append(json.loads(text))

    async def _answer(self, writer, what, answer):
        if what == "cut":
            writer.transport.abort()
        elif what == "slow":
            await asyncio.sleep(0.5)
        elif what == "drip":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while True:
                writer.write(b".")
                await writer.drain()
                await asyncio.sleep(0.01)
        elif what == "flood":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
            for _ in range(1000):
                writer.write(b"." * 100_000)
                await writer.drain()
        else:
            status, answer = (200, b"no") if what == "wrong" else (what, answer)
            extra = b"Location: %s\r\n" % self.location.encode() if status // 100 == 3 else b""
            writer.write(b"HTTP/1.1 %d X\r\n%sContent-Length: " % (status, extra))
            writer.write(b"%d\r\n\r\n" % len(answer) + answer)
            await writer.drain()

    @property
    def messages(self):
        """All messages taken, in order, arrays taken apart."""
        return [each for post in self.posts for each in (post if type(post) is list else [post])]


class Source:
    """A platform in virtual time with one device; its side of the link is played here."""

    def __init__(self, discover=False):
        self.clock = FakeClock()
        self.platform = Platform(self.clock, discover=discover, observe=False, network_ms=0)
        self.requests = []

    @property
    def device(self):
        return self.platform.device(IMEI)

    def up(self, message):
        """Send a message of the module."""
        self.platform.uplink(message, self.requests.append)
        self.platform.poll()

    def register(self):
        self.up(m.Register(IMEI, IMSI, 3600, {3303: [0], 3306: [0]}))
        return self

    def observe(self):
        """Register, have 3303/0 observed, return the msgid."""
        self.register()
        operation = self.platform.observe(IMEI, 3303, 0)
        self.up(m.Response(IMEI, operation.msgid, 205))
        self.msgid = operation.msgid
        return self

    def notify(self, value, rid=5700, kind=m.FLOAT):
        self.up(m.Notify(IMEI, self.msgid, (m.Value(3303, 0, rid, kind, value),)))

    def answer(self, code, values=()):
        """Answer the newest request."""
        self.up(m.Response(IMEI, self.requests[-1].msgid, code, values))


def pushing(body, token=TOKEN, source=None, receiver=None, url=None, **options):
    """Run `await body(push, source, receiver)` beside a Push to a Receiver."""

    async def run():
        made = source or Source()
        async with receiver or Receiver() as receiving:
            options.setdefault("gaps_s", (0.01, 0.02, 0.04))
            push = Push(made.platform, url or receiving.url, token, **options)
            task = asyncio.create_task(push.run())
            try:
                await body(push, made, receiving)
                assert not task.done()  # whatever came, the bench goes on
            finally:
                task.cancel()

    asyncio.run(run())


async def until(condition, seconds=5):
    """Wait until condition() holds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
