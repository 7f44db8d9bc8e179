"""The node's parts on a UART and a clock of memory, which allocate nothing themselves."""

import gc
import time

from lwm2m.actuation import Actuation
from lwm2m.client import Dispatcher
from lwm2m.observe import Observations
from lwm2m.registry import Registry
from lwm2m.temperature import Temperature
from m5310.modem import Modem
from node.trace import Trace

OPERATIONS = (
    ("read 3303/0/5700", b"\r\n+MIPLREAD:0,%d,3303,0,5700\r\n"),
    ("read 3303", b"\r\n+MIPLREAD:0,%d,3303,-1,-1\r\n"),
    ("write 3306/0/5851", b"\r\n+MIPLWRITE:0,%d,3306,0,5851,2,1,16,0,0\r\n"),
    ("execute 3303/0/5605", b'\r\n+MIPLEXECUTE:0,%d,3303,0,5605,5, "reset"\r\n'),
    ("observe 3303/0/5700", b"\r\n+MIPLOBSERVE:0,%d,1,3303,0,5700\r\n"),
    ("cancel 3303/0/5700", b"\r\n+MIPLOBSERVE:0,%d,0,3303,0,5700\r\n"),
    ("discover 3303", b"\r\n+MIPLDISCOVER:0,%d,3303\r\n"),
    (
        "write-attributes 3303/0/5700",
        b'\r\n+MIPLPARAMETER:0,%d,3303,0,5700,37,"pmin=15;pmax=60;lt=0.0;gt=50.0;st=2.0"\r\n',
    ),
)
_OK = b"\r\nOK\r\n"


class Clock:
    """Ticks that stand still until somebody moves `now`."""

    now = 0
    ticks_diff = staticmethod(time.ticks_diff)
    ticks_add = staticmethod(time.ticks_add)

    def ticks_ms(self):
        return self.now

    async def sleep_ms(self, ms):
        self.now = self.ticks_add(self.now, ms)


class Uart:
    """What is given can be read; every line that is written is answered by OK.

    sent: lines written. on_line: called behind each.
    """

    def __init__(self):
        self.sent = 0
        self._data = b""
        self._at = 0

    def give(self, data):
        self._data = data
        self._at = 0

    def any(self):
        return len(self._data) - self._at

    def readinto(self, buf, n):
        at = self._at
        n = min(n, len(self._data) - at)
        for i in range(n):
            buf[i] = self._data[at + i]
        self._at = at + n
        return n

    def write(self, data):
        n = len(data)
        if data[n - 1] == 10:
            self.sent += 1
            self.give(_OK)
        return n


class _Log:
    level = 0
    ms = 0

    def __call__(self, text, level=1):
        print("node said:", text)


class Small:
    """A node that is registered: clock, uart, at, requests, dispatcher."""

    def __init__(self, trace=1024):
        self.clock = Clock()
        self.uart = Uart()
        registry = Registry()
        for iid in (0, 1):
            temperature = Temperature(iid)
            temperature.update(21.625 + iid)
            registry.add(temperature)
        registry.add(Actuation(0, self.clock, _output, _output, _output, "fan", ("off", "low")))
        log = _Log()
        observations = Observations(registry, self.clock)
        modem = Modem(self.uart, self.clock, log, None, "seed")
        self.at = modem.at
        self.requests = modem.mipl.requests
        self.dispatcher = Dispatcher(registry, observations, self.requests, log)
        if trace:
            self.at.on_line = Trace(trace, self.clock, log, "seed").record
        while self.at.resync.state:  # quiet, AT, its OK, quiet
            self.turn(50)

    def turn(self, ms=2):
        """Let time go on, and the driver work."""
        self.clock.now = (self.clock.now + ms) & 0x3FFFFFFF
        self.at.poll()

    def operate(self, urc, lines=1):
        """Let the module ask, and answer in so many lines."""
        self.uart.give(urc)
        self.answer(lines)

    def answer(self, lines):
        """Let time go on until so many lines more were sent and have their OK."""
        sent = self.uart.sent + lines
        turns = 0
        while self.uart.sent != sent or self.uart.any():
            self.turn()
            turns += 1
            if turns > 1000:
                raise SystemExit("no answer")
        self.turn()


def _output(value):
    pass


def lines_of(name):
    """Return how many lines the answer has to the operation called that."""
    return 12 if name == "read 3303" else 1


def longest(longest_us):
    """Collect; return longest_us or the us it took, if that is more."""
    begun = time.ticks_us()
    gc.collect()
    return max(longest_us, time.ticks_diff(time.ticks_us(), begun))
