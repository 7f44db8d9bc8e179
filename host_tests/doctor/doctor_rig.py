"""The doctor on a board in virtual time: what runs on the board runs here, on fake pins.

The code that would go to the board is executed with a `time`, `machine` and `gc` of its own, and
finds no module of the project but those that were brought to the board. The other end of the UART
is the bench's simulated module, or one of the wires below.
"""

import builtins
import contextlib
import copy
import functools
import importlib.util
import io
import sys
import types
from collections.abc import MutableMapping
from errno import ENOENT

import machine
from clock import FakeClock, ticks_diff
from vboard import VBoard

from bench.module import Module
from bench.platform import Platform
from deploy import link as links
from deploy.boards import load
from deploy.cargo import Cargo
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


def _ours(name):
    """Return whether name is a module of the project that a board has to be given."""
    head = name.partition(".")[0]
    return head in ("node", "m5310", "lwm2m", "pins", "pin_rules") or head.startswith("doctor_")


class _Modules(MutableMapping):
    """sys.modules as code on the board sees it: without those of the tests."""

    def __getitem__(self, name):
        return sys.modules[name]

    def __setitem__(self, name, module):
        sys.modules[name] = module

    def __delitem__(self, name):
        del sys.modules[name]

    def __iter__(self):
        return iter([name for name in sys.modules if _ours(name)])

    def __len__(self):
        return len(list(iter(self)))


def _chip(platform):
    """Return the modules by which MicroPython on platform tells the temperature of the chip."""

    class Adc:
        """Of an RP2, whose ADC measures 0.706 V at 27 °C."""

        def __init__(self, channel):
            self.read_u16 = lambda: int(0.706 / 3.3 * 65535)

    def celsius(*args):
        return machine.call(0, "mcu_temperature")

    adc_all = types.SimpleNamespace(read_core_temp=celsius)
    return {
        "sys": types.SimpleNamespace(platform=platform),
        "esp32": types.SimpleNamespace(mcu_temperature=celsius),
        "machine": types.SimpleNamespace(ADC=Adc),
        "pyb": types.SimpleNamespace(ADCAll=lambda bits, mask: adc_all),
    }


class FakeLink:
    """A board that runs code here. wire: a Wire; refuses: what opening the UART raises.

    lacks: modules that its MicroPython does not have. brought: {path: source} that it imported.
    """

    device_name = "/dev/ttyFAKE"

    def __init__(self, wire, refuses=None, free=150_000, lacks=()):
        self.wire = wire
        self.clock = FakeClock()
        self.vboard = machine.use(VBoard(self.clock))
        self.brought = {}
        self._refuses = refuses
        self._lacks = lacks
        self._modules = {}  # those of the board, while it does not run
        fake_pin = functools.partial(_Level, wire)
        fake_pin.IN, fake_pin.PULL_DOWN, fake_pin.PULL_UP = 1, 1, 2
        self._fakes = {
            "sys": types.SimpleNamespace(modules=_Modules(), path=[], maxsize=sys.maxsize),
            "vfs": types.SimpleNamespace(mount=lambda ram, place: setattr(self, "ram", ram)),
            "time": types.SimpleNamespace(
                sleep_ms=self._sleep, ticks_ms=lambda: self.clock.now, ticks_diff=ticks_diff
            ),
            "machine": types.SimpleNamespace(UART=self._uart, Pin=fake_pin),
            "gc": types.SimpleNamespace(
                collect=lambda: None, mem_free=lambda: free, mem_alloc=lambda: 10_000
            ),
        }
        self.ram = None
        self.platform = "esp32"
        self._names = self._builtins("machine", "gc", "time", "sys", "vfs")
        self._names["__builtins__"]["open"] = self._no_file
        self._names["__name__"] = "__main__"

    def run(self, code, step=None, slow=False):
        """Run code; raises what Link.run raises."""
        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said), self._on_board():
                exec(code, self._names)
        except Exception as e:
            name = "ImportError" if isinstance(e, ImportError) else type(e).__name__
            raise links._failed(f"{name}: {e}", step)
        return said.getvalue()

    @contextlib.contextmanager
    def _on_board(self):
        """Have imports find what is on the board, and no other module of the project."""
        hidden = [name for name in sys.modules if _ours(name) or name in self._lacks]
        others = {name: sys.modules.pop(name) for name in hidden}
        sys.modules.update(self._modules)
        sys.meta_path.insert(0, self)
        try:
            yield
        finally:
            sys.meta_path.remove(self)
            self._modules = {n: sys.modules.pop(n) for n in list(sys.modules) if _ours(n)}
            sys.modules.update(others)

    def find_spec(self, name, path=None, target=None):
        """Find the module name among what was brought; as part of sys.meta_path."""
        if name in self._lacks:
            raise ImportError(f"no module named '{name}'")
        if not _ours(name):
            return None
        for end in (".py", "/__init__.py"):
            file = name.replace(".", "/") + end
            if self.ram and file in self.ram.files:
                self.brought[file] = self.ram.files[file]
                return importlib.util.spec_from_loader(name, self, is_package=end[0] == "/")
        raise ImportError(f"no module named '{name}'")

    def create_module(self, spec):
        """As an importer: the usual one."""

    def exec_module(self, module):
        """Run the source of module; what it imports of MicroPython is the rig's."""
        name = module.__name__
        if name == "node.sensors.mcu":
            vars(module).update(self._builtins(**_chip(self.platform)))
        elif name == "doctor_parts":  # its pins are those of the virtual board
            vars(module).update(self._builtins("time"))
        elif name.startswith("doctor_"):
            vars(module).update(self._builtins("time", "machine"))
        package = "/__init__" if hasattr(module, "__path__") else ""
        exec(self.ram.files[f"{name.replace('.', '/')}{package}.py"], vars(module))

    def _builtins(self, *names, **more):
        """Return globals whose imports of names, and of more, give the rig's."""
        fakes = {name: self._fakes[name] for name in names} | more

        def find(name, *how):
            return fakes[name] if name in fakes else __import__(name, *how)

        return {"__builtins__": {**vars(builtins), "__import__": find}}

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


class _Uart:
    """machine.UART; not more than five bytes go through one call."""

    def __init__(self, wire, baudrate, rxbuf, timeout, tx=None, rx=None, txbuf=0):
        self._wire, self._baud = wire, baudrate
        self._pins = (tx.id, rx.id) if tx else (None, None)  # an STM32's UART has fixed ones
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


class SourceCargo(Cargo):
    """Brings sources: what runs here is CPython."""

    def __init__(self, *parts):
        super().__init__(*parts)
        self._compiled = False


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
    link.platform = case.found.platform
    case.cargo = SourceCargo(link, case.found, case.board)
    if not order.config:
        chosen = copy.deepcopy(_default_plan(case.board.name))
        if plan:
            plan(chosen[0].config)
        monkey.setattr(local, "choose", lambda *args: chosen)
    examine(case)
    screen.link = link
    screen.failed = case.report.failed
    return screen
