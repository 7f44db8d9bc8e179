"""The local OneNET's HTTP API with one simulated module and a node that answers by a list.

ApiRig is in virtual time and without a socket: a device that stays silent costs no time. LiveRig
serves the same on 127.0.0.1 from a thread of its own, on a clock that runs fast.
"""

import asyncio
import json
import threading
import time
from dataclasses import dataclass
from types import SimpleNamespace
from urllib.parse import urlencode

from clock import FakeClock

from bench.api import make_app
from bench.module import Module
from bench.platform import Platform
from bench.platform.store import Store
from bench.pump import Pump
from bench.web import serve_http

KEY = "bench-key"
START_S = 1795449600  # 2026-11-24 00:00:00 in Beijing
OBSERVED = 3  # instances
IDLE_TURNS = 30  # of the loop, until a call that has not ended waits for time to pass
DECLARE = ("AT+CMEE=1", "AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,2,"11",6,1')
OPEN = ('AT+MIPLADDOBJ=0,3306,1,"1",5,0', "AT+MIPLOPEN=0,%d,30")
IDS = {
    3303: '34,"5700;5701;5601;5602;5603;5604;5605"',
    3306: '24,"5850;5851;5852;5853;5750"',
}
ANSWERS = {"READ": 1, "OBSERVE": 1, "DISCOVER": 1, "WRITE": 2, "EXECUTE": 2, "PARAMETER": 2}


class Node:
    """What the MCU does: answers operations from values, {(oid, iid, rid): "type,length,value"}.

    seen: the operations printed. refuse: {"READ": 13} answers with a result code instead. silent:
    answers nothing. observed: {path: msgid}.
    """

    def __init__(self, module):
        self._module = module
        self._text = b""
        self.values = {}
        for iid in (0, 1):
            for rid, text in zip(
                (5700, 5601, 5602, 5603, 5604), (20.123, 10.123, 60.2, 0.0, 99.0)
            ):
                self.values[3303, iid, rid] = "4,4,%s" % text
            self.values[3303, iid, 5701] = '1,3, "Cel"'
        for rid, text in ((5850, "5,1,1"), (5851, "3,4,22"), (5852, "3,4,0"), (5853, '1,3,"off"')):
            self.values[3306, 0, rid] = text
        self.seen = []
        self.replies = []  # of the module to what the node sent
        self.refuse = {}
        self.silent = False
        self.observed = {}

    def send(self, *lines):
        """Send command lines; their replies come with the next steps."""
        for line in lines:
            self._module.feed(line.encode() + b"\r\n")

    def open(self, lifetime=3600):
        """Declare the guide's objects and register."""
        self.send(*DECLARE, OPEN[0], OPEN[1] % lifetime)

    def notify(self, rid=5700, value="4,4,21.5", oid=3303, iid=0):
        """Report one resource under the observation of its instance."""
        msgid = self.observed[oid, iid, -1]
        self.send("AT+MIPLNOTIFY=0,%d,%d,%d,%d,%s,0,0" % (msgid, oid, iid, rid, value))

    def take(self, data):
        """Take what the module prints."""
        *lines, self._text = (self._text + data).split(b"\r\n")
        for line in filter(None, lines):
            text = line.decode()
            kind = text[5:].partition(":")[0]
            if text.startswith("+MIPL") and kind in ANSWERS:
                self.seen.append(text)
                self._operation(kind, text.partition(":")[2].split(","))
            else:
                self.replies.append(text)

    def _operation(self, kind, fields):
        _, msgid, *rest = (field.strip() for field in fields)
        if self.silent:
            return
        code = self.refuse.get(kind, ANSWERS[kind])
        tails = ["%d" % code]
        if code == ANSWERS[kind] and kind == "DISCOVER":
            tails = ["1,%s" % IDS[int(rest[0])] if int(rest[0]) in IDS else "13"]
        elif code == ANSWERS[kind] and kind == "READ":
            tails = self._read(*map(int, rest)) or ["13"]
        elif code == ANSWERS[kind] and kind == "OBSERVE":
            flag, *path = map(int, rest)
            self.observed[tuple((*path, -1)[:3])] = int(msgid) if flag else None
        elif kind == "WRITE":
            self.values[tuple(map(int, rest[:3]))] = "2,%s,%s" % (rest[4], rest[5])
            if rest[-1] != "0":
                return
        self.send(*("AT+MIPL%sRSP=0,%s,%s" % (kind, msgid, tail) for tail in tails))

    def _read(self, oid, iid, rid):
        asked = [
            (*path, text)
            for path, text in self.values.items()
            if path[0] == oid and iid in (-1, path[1]) and rid in (-1, path[2])
        ]
        return [
            "1,%d,%d,%d,%s,%d,0" % (*found, len(asked) - 1 - number)
            for number, found in enumerate(asked)
        ]


class World:
    """Platform, module, node and application on one clock. db: a file for the store."""

    def __init__(self, clock, wall=None, db=":memory:", key=KEY, **options):
        self.store = Store(db)
        self.platform = Platform(clock, wall, self.store, network_ms=0, **options)
        fast = dict.fromkeys(("boot_ms", "sim_ms", "register_ms", "reply_ms"), 0)
        self.module = Module(clock, self.platform, **fast)
        self.node = Node(self.module)
        self.bench = SimpleNamespace(platform=self.platform, key=key, stations=[], http="")
        self.app = make_app(self.bench)

    def step(self):
        """Do what is due now, both sides of the serial line."""
        while True:
            self.module.poll()
            data = self.module.take()
            if data:
                self.node.take(data)
            if self.module.next_ms() != 0:
                return

    @property
    def imei(self):
        return self.module.imei

    @property
    def device(self):
        return self.platform.device(self.imei)


@dataclass
class Answer:
    """An HTTP reply; errno, error and data are those of its JSON."""

    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def errno(self):
        return self.json["errno"]

    @property
    def error(self):
        return self.json["error"]

    @property
    def data(self):
        assert self.errno == 0, self.body
        return self.json["data"]


class ApiRig(World):
    """In virtual time; the wall clock begins at START_S."""

    def __init__(self, register=True, **options):
        self.clock = FakeClock()
        super().__init__(self.clock, lambda: START_S + self.clock.now / 1000, **options)
        self._loop = asyncio.new_event_loop()
        self.step()
        if register:
            self.node.open()
            self.step()
            assert self.device.online and len(self.device.observed) == OBSERVED, self.node.replies

    def close(self):
        self._loop.close()
        self.store.close()

    def run(self, ms):
        """Let ms pass."""
        end = self.clock.now + ms
        while True:
            self.step()
            left = end - self.clock.now
            if left <= 0:
                return
            wait = self.module.next_ms()
            self.clock.advance(left if wait is None else min(wait, left))

    def call(self, method, path, query=None, body=None, headers=None, key=KEY):
        """Make a call; return its Answer. query: a dict, or text or bytes as they are.

        body: bytes, or a list of pieces of them, which is used up, or a dict, sent as JSON.
        """
        return self._do([self._request(method, path, query, body, headers, key)])[0]

    def together(self, calls):
        """Make several calls at one time, each the arguments of call(); return their Answers."""
        return self._do([self._request(*call) for call in calls])

    def _do(self, requests):
        async def all_of_them():
            return await asyncio.gather(*(self._call(*request) for request in requests))

        return self._loop.run_until_complete(all_of_them())

    @staticmethod
    def _request(method, path, query=None, body=None, headers=None, key=KEY):
        if isinstance(query, dict):
            query = urlencode(query)
        if isinstance(query, str):
            query = query.encode()
        sent = {} if key is None else {"api-key": key}
        sent |= headers or {}
        if body is not None and not isinstance(body, (bytes, list)):
            body = json.dumps(body).encode()
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode("utf-8", "replace"),
            "query_string": query or b"",
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8310),
        }
        pieces = body if isinstance(body, list) else [body or b""]
        return scope, pieces

    async def _call(self, scope, pieces):
        said = []

        async def receive():
            if not pieces:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

        async def send(message):
            said.append(message)

        task = self._loop.create_task(self.app(scope, receive, send))
        turns = 0
        while not task.done():
            await asyncio.sleep(0)
            turns += 1
            if turns > IDLE_TURNS:
                turns = 0
                await self._pass_time()
        task.result()
        head = {name.decode(): value.decode() for name, value in said[0]["headers"]}
        return Answer(said[0]["status"], head, b"".join(one["body"] for one in said[1:]))

    async def _pass_time(self):
        """Go on to what a device under way does next; without one, somebody else has to act."""
        self.step()
        if any(each.sent or each.waiting for each in self.platform.devices.values()):
            self.clock.advance(self.module.next_ms() or 0)
        else:
            await asyncio.sleep(0.001)

    def get(self, path, **query):
        return self.call("GET", path, query)

    def nbiot(self, method="GET", path="", body=None, **query):
        """Make a call below /nbiot for the device."""
        return self.call(method, "/nbiot" + path, {"imei": self.imei} | query, body)


class _FastClock:
    """Monotonic ms, `speed` times as many as pass."""

    def __init__(self, speed):
        self._speed = speed
        self._start = time.monotonic_ns()

    def ticks_ms(self):
        return (time.monotonic_ns() - self._start) * self._speed // 1_000_000

    def ticks_diff(self, a, b):
        return a - b

    def ticks_add(self, ticks, delta):
        return ticks + delta


class LiveRig:
    """Served on a port of 127.0.0.1 until the with block ends; url: "http://127.0.0.1:40001".

    speed: how much faster than the wall the bench's time runs: at 100 a silent device takes
    0.25 s to time out. register: the node is online and observed once the block begins.
    """

    def __init__(self, speed=100, register=True, **options):
        self._speed = speed
        self._register = register
        self._options = options
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._main, daemon=True)
        self._problem = None

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(20), "the rig does not start"
        if self._problem:
            raise self._problem
        if self._register:
            self.do(lambda world: world.node.open())
            self.wait(lambda world: world.device and len(world.device.observed) == OBSERVED)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        assert not self._thread.is_alive()

    def do(self, call):
        """Return call(world), made in the bench's thread; use it for all that touches world."""

        async def inside():
            return call(self.world)

        return asyncio.run_coroutine_threadsafe(inside(), self._loop).result(10)

    def wait(self, condition, seconds=10):
        """Wait until condition(world) is true."""
        end = time.monotonic() + seconds
        while not self.do(condition):
            assert time.monotonic() < end, "waited %d s in vain" % seconds
            time.sleep(0.01)

    def _main(self):
        try:
            asyncio.run(self._serve())
        except Exception as error:
            self._problem = error
            self._ready.set()
            raise

    async def _serve(self):
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        world = self.world = World(_FastClock(self._speed), **self._options)
        pump = Pump(world.step, lambda: (world.module.next_ms() or 0) / self._speed)
        world.platform.timers.on_sooner = world.module.timers.on_sooner = pump.wake
        world.module.on_output = pump.wake
        pumping = asyncio.create_task(pump.run())
        web = await serve_http(world.app, "127.0.0.1", 0)
        self.url = "http://" + web.address
        self.imei, self.key = world.imei, world.bench.key
        self._ready.set()
        await self._stop.wait()
        await web.close()
        pumping.cancel()
        world.store.close()
