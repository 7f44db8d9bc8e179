"""The doctor on a board in virtual time: what runs on the board runs here, on fake pins.

The code that would go to the board is executed with a `time`, `machine` and `gc` of its own. The
other end of the UART is the bench's simulated module, or one of the wires below.
"""

import builtins
import contextlib
import copy
import functools
import io
import types
from errno import ENOENT

import machine
from clock import FakeClock, ticks_diff
from vboard import VBoard

from bench.module import Module
from bench.platform import Platform
from deploy import link as links
from deploy.boards import load
from deploy.cargo import ONBOARD
from deploy.doctor import local
from deploy.doctor.case import Case, Order
from deploy.doctor.report import Report
from deploy.doctor.run import examine
from deploy.plan import choose
from deploy.probe import Found
from deploy.settings import default

HIGH, LOW, OPEN = (20, 20), (0, 0), (0, 20)  # of 20 samples, pulled down and pulled up
ESP32 = {
    "name": "micropython",
    "version": [1, 26, 0],
    "machine": "Generic ESP32 module with ESP32",
    "mpy": 6,
    "platform": "esp32",
    "cwd": "/",
    "block": 4096,
    "free": 1 << 20,
    "deployed": None,
}


class Wire:
    """What hangs on TX and RX; levels: {pin: (high of 20 pulled down, pulled up)}."""

    levels = {}

    def run(self, ms):
        """Let ms pass."""

    def take(self, baud):
        """Return what has come."""
        return b""

    def feed(self, data, baud, pins):
        """Take what the board sends."""


class Echo(Wire):
    """TX and RX are joined; lose: bytes that get lost at the end of each."""

    def __init__(self, lose=0):
        self._data = b""
        self._lose = lose

    def feed(self, data, baud, pins):
        self._data += data[: len(data) - self._lose]

    def take(self, baud):
        data, self._data = self._data, b""
        return data


class Noise(Echo):
    """Something answers, and not in bytes of ours."""

    def __init__(self, answer):
        super().__init__()
        self._answer = answer

    def feed(self, data, baud, pins):
        self._data += self._answer


class Simulated(Wire):
    """The bench's module at `baud`, on the pins TX, RX; platform: options of the bench's."""

    def __init__(self, baud=9600, pins=(17, 16), platform=None, **options):
        self.clock = FakeClock()
        self.module = Module(self.clock, Platform(self.clock, **(platform or {})), **options)
        self.said = []
        self.module.on_line = lambda way, line, now: self.said.append(
            (way, line.decode("latin-1"))
        )
        self._baud, self._pins = baud, pins
        self._out = b""
        self.run(5000)  # it is awake and registered
        self._out = b""

    def run(self, ms):
        while True:
            self.module.poll()
            self._out += self.module.take()
            wait = self.module.next_ms()
            if wait is not None and wait <= 0:
                continue
            if ms <= 0:
                return
            step = ms if wait is None else min(wait, ms)
            self.clock.advance(step)
            ms -= step

    def feed(self, data, baud, pins):
        if pins != self._pins:
            return
        self.module.feed(data if baud == self._baud else b"\x7f\xfe")

    def take(self, baud):
        data, self._out = self._out, b""
        return data if baud == self._baud else bytes(byte ^ 0xFA for byte in data)

    @property
    def commands(self):
        """What it was told, without AT."""
        return [line for way, line in self.said if way == ">" and line != "AT"]


class FakeLink:
    """A board that runs code here. wire: a Wire; refuses: what opening the UART raises.

    frozen: whether the node is part of its firmware.
    """

    device_name = "/dev/ttyFAKE"

    def __init__(self, wire, refuses=None, free=150_000, frozen=False):
        self.wire = wire
        self.clock = FakeClock()
        self.vboard = machine.use(VBoard(self.clock))
        self._refuses = refuses
        self._frozen = frozen
        self._modules = {}
        fake_pin = functools.partial(_Level, wire)
        fake_pin.IN, fake_pin.PULL_DOWN, fake_pin.PULL_UP = 1, 1, 2
        self._fakes = {
            "time": types.SimpleNamespace(
                sleep_ms=self._sleep, ticks_ms=lambda: self.clock.now, ticks_diff=ticks_diff
            ),
            "machine": types.SimpleNamespace(UART=self._uart, Pin=fake_pin),
            "gc": types.SimpleNamespace(
                collect=lambda: None, mem_free=lambda: free, mem_alloc=lambda: 10_000
            ),
        }
        self._names = {"__builtins__": {**vars(builtins), "__import__": self._import}}
        self._names["__builtins__"]["open"] = self._no_file

    def run(self, code, step=None):
        """Run code; raises what Link.run raises."""
        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said):
                exec(code, self._names)
        except Exception as e:
            raise links._failed(f"{type(e).__name__}: {e}", step)
        return said.getvalue()

    def _sleep(self, ms):
        self.clock.advance(ms)
        self.wire.run(ms)

    def _uart(self, number, **options):
        if self._refuses:
            raise self._refuses
        return _Uart(self.wire, **options)

    @staticmethod
    def _no_file(path, *mode):
        raise OSError(ENOENT, "ENOENT")

    def _import(self, name, *more):
        if name in self._fakes:
            return self._fakes[name]
        if name == "node" and not self._frozen:
            raise ImportError("no module named 'node'")
        if not name.startswith("doctor_"):
            return __import__(name, *more)
        if name not in self._modules:
            made = self._modules[name] = types.ModuleType(name)
            made.__builtins__ = self._names["__builtins__"]
            if name == "doctor_parts":  # its pins are those of the virtual board
                hook = functools.partial(self._import_parts)
                made.__builtins__ = {**made.__builtins__, "__import__": hook}
            exec((ONBOARD / f"{name}.py").read_text(), vars(made))
        return self._modules[name]

    def _import_parts(self, name, *more):
        return __import__(name, *more) if name == "machine" else self._import(name, *more)


class _Uart:
    """machine.UART; not more than five bytes go through one call."""

    def __init__(self, wire, baudrate, rxbuf, timeout, tx, rx, txbuf=0):
        self._wire, self._baud = wire, baudrate
        self._pins = tx.id, rx.id
        self._held = b""

    def any(self):
        self._held += self._wire.take(self._baud)
        return len(self._held)

    def readinto(self, buf, n):
        n = min(n, 5, self.any())
        buf[:n], self._held = self._held[:n], self._held[n:]
        return n or None

    def write(self, data):
        self._wire.feed(data[:5], self._baud, self._pins)
        return len(data[:5])

    def deinit(self):
        self._held = b""


class _Level:
    """machine.Pin on a line to the module."""

    def __init__(self, wire, pin, mode=None, pull=None):
        self.id = pin
        self._counts = wire.levels.get(pin, OPEN)
        self._pull = pull

    def value(self):
        return int(self._counts[self._pull - 1] > 10)


class _NoCargo:
    """Everything is there already."""

    def load(self, *names):
        """Nothing to do."""

    def drop(self):
        """Nothing to do."""


class Examined:
    """Every finding: found[name] is the list of a check's, last what was said of the whole."""

    def __init__(self):
        self.found = {}
        self.notes = []

    def finding(self, state, style, name, text):
        self.found.setdefault(name, []).append([state, text, "", ""])
        self._now = self.found[name][-1]

    def detail(self, label, text):
        if label:
            self._now[2 if label == "cause" else 3] = text
        else:
            self.notes.append(text)

    def say(self, text):
        self.notes.append(text)

    def __getitem__(self, name):
        """Return (state, said, cause, step) of the worst finding of the check name."""
        order = ["FAIL", "warn", "skipped", "ok"]
        return tuple(min(self.found[name], key=lambda finding: order.index(finding[0])))

    def states(self):
        """Return {name: its worst state}."""
        return {name: self[name][0] for name in self.found}


@functools.cache
def _default_plan(name):
    board = load(name)
    return choose(None, board, default(board))


def look(wire, found=None, link=None, plan=None, monkey=None, board="ESP32_GENERIC", **order):
    """Let the doctor look at a board with this wire; return what it found.

    plan(config): changes the configuration before; config=path in order: it is read and checked.
    """
    link = link or FakeLink(wire)
    screen = Examined()
    order = Order("/dev/ttyFAKE", board, **order)
    case = Case(link, Found(**{**ESP32, **(found or {})}), order, Report(screen))
    case.cargo = _NoCargo()
    if not order.config:
        chosen = copy.deepcopy(_default_plan(board))
        if plan:
            plan(chosen[0].config)
        monkey.setattr(local, "choose", lambda *args: chosen)
    examine(case)
    screen.link = link
    screen.failed = case.report.failed
    return screen
