"""Shrinking changes names and modules, never what a program does."""

import ast
import json
import subprocess
import sys
import types

import devcode
import pytest
from shrink import names, shrink
from shrink.known import known
from shrink.tracebacks import readable

from deploy import boards
from deploy.payload import sources

STUBS = devcode.ROOT / "build" / "stubs"
HARDWARE = ("machine", "pyb", "esp32", "rp2", "onewire", "neopixel", "dht", "network")


def load(texts, module):
    """Import module out of {dotted name: text}; return it."""
    before = {name: sys.modules.get(name) for name in texts}
    order = sorted(texts, key=lambda name: name.count("."))
    try:
        for name in order:
            sys.modules[name] = types.ModuleType(name)
            sys.modules[name].__path__ = []
        done = set()

        def run(name):
            if name in done:
                return
            done.add(name)
            for other in texts:  # whatever it needs is there before it
                if other != name and other.rpartition(".")[2] in texts[name]:
                    run(other)
            space = sys.modules[name].__dict__
            space["const"] = lambda value: value  # as the compiler of MicroPython has it
            space["__package__"] = name.rpartition(".")[0]
            exec(compile(texts[name], name, "exec"), space)
            parent, _, leaf = name.rpartition(".")
            if parent in sys.modules:
                setattr(sys.modules[parent], leaf, sys.modules[name])

        run(module)
        return sys.modules[module]
    finally:
        for name, old in before.items():
            sys.modules.pop(name, None)
            if old:
                sys.modules[name] = old


PROGRAM = {
    "pack": "",
    "pack.codes": "from micropython import const\nHIGH = const(7)\nOTHER = const(8)\n",
    "pack.base": (
        "from .codes import HIGH\n"
        "class Base:\n"
        "    start = factor = 2\n"
        "    twice = start * factor\n"
        "    def __init__(self, first, second=1):\n"
        "        self._kept = first\n"
        "        self.offset = second + HIGH\n"
        "    def _grown(self, amount):\n"
        "        return self._kept + amount + self.factor\n"
        "    def result(self, amount):\n"
        "        return self._grown(amount) + self.offset + helper(self)[0]\n"
        "_count = 0\n"
        "def helper(thing):\n"
        "    global _count\n"
        "    _count += 1\n"
        "    amounts = [thing.offset * _each for _each in range(3)]\n"
        "    def closure(extra):\n"
        "        nonlocal amounts\n"
        "        amounts = [a + extra + _count for a in amounts]\n"
        "    closure(extra=_count)\n"
        "    return amounts\n"
    ),
    "pack.child": (
        "from pack import base, codes\n"
        "from pack.base import Base as _Base\n"
        "class Child(_Base):\n"
        "    def _grown(self, amount):\n"
        "        return _Base._grown(self, amount) + codes.OTHER + self._kept\n"
        "def helper(thing, *rest, key=3, **more):\n"
        "    return base.helper(thing)[1] + len(rest) + key + len(more)\n"
        "def answer():\n"
        "    child = Child(40, second=2)\n"
        "    sorter = sorted([3, 1, 2], key=lambda item: -item)\n"
        "    found = helper(child, 1, 2, key=9, odd=1)\n"
        "    return child.result(5), found, sorter, getattr(child, 'offset')\n"
    ),
}
TOGETHER = ("pack.base", "pack.child")


@pytest.mark.parametrize("together", [(), TOGETHER])
def test_the_program_does_the_same(together):
    whole = load({**PROGRAM, "pack.codes": PROGRAM["pack.codes"][29:]}, "pack.child").answer()
    done = shrink(PROGRAM, ["answer"], {"pack.one": together} if together else None)
    small = load(done.texts, "pack.one" if together else "pack.child").answer()
    assert whole == small


def test_private_names_are_shared_and_known_ones_stay():
    done = shrink(PROGRAM, ["answer", "class X: result = 1"], kept={"start"})
    text = done.texts["pack.base"]
    assert "_kept" not in text and "_grown" not in text and "_count" not in text
    for name in ("result", "offset", "start", "second", "extra"):  # of others, in a text, known
        assert name in text
    assert "thing" not in text


def test_an_imported_constant_is_a_number_and_its_import_gone():
    done = shrink(PROGRAM, ["answer"])
    assert "HIGH" not in done.texts["pack.base"] and "7" in done.texts["pack.base"]
    assert "import codes" not in done.texts["pack.child"]
    assert "HIGH" not in done.texts["pack.codes"].replace("_HIGH", "")


def test_a_constant_somebody_else_asks_for_stays():
    done = shrink(PROGRAM, ["from pack.codes import HIGH"])
    assert "\nHIGH = " in "\n" + done.texts["pack.codes"]


def test_names_of_two_modules_do_not_clash_when_they_are_joined():
    texts = {"a": "value = 1\ndef get():\n    return value\n"}
    texts["b"] = "from a import get as theirs\nvalue = 2\n"
    texts["b"] += "def get():\n    return value + theirs()\n"
    done = shrink(texts, ["get"], {"one": ("a", "b")})
    module = load(done.texts, "one")
    (other,) = [name for name, homes in done.names["one"].items() if homes == ["b.get"]]
    assert (module.get(), getattr(module, other)()) == (1, 3)


def test_what_is_loaded_by_its_name_is_not_joined():
    texts = {"p": "", "p.a": "x = 1\n", "p.b": "__import__('p.a')\n"}
    with pytest.raises(ValueError, match="is loaded by its name"):
        shrink(texts, (), {"one": ("p.a", "p.b")})


def test_a_class_that_is_made_of_a_dict_is_refused():
    text = "def make(base, number):\n    return type('Made', (base,), {'number': number})\n"
    with pytest.raises(ValueError, match="made of a dict"):
        shrink({"make": text})


def test_modules_that_need_each_other_are_not_joined():
    texts = {"p": "", "p.a": "from p.b import x\n", "p.b": "from p.a import y\n"}
    with pytest.raises(ValueError, match="need each other"):
        shrink(texts, (), {"one": ("p.a", "p.b")})


def test_an_attribute_lent_to_another_class_keeps_its_meaning():
    texts = {
        "lend": (
            "class Owner:\n"
            "    def __init__(self):\n"
            "        self._aaa = 1\n"
            "        self._bbb = 2\n"
            "class Guest:\n"
            "    def __init__(self):\n"
            "        self._ccc = 3\n"
            "    def _look(self):\n"
            "        return self._bbb\n"
            "def answer():\n"
            "    owner = Owner()\n"
            "    owner._ccc = 9\n"
            "    return Guest._look(owner), owner._aaa, owner._ccc\n"
        )
    }
    done = shrink(texts, ["answer"])
    assert load(done.texts, "lend").answer() == (2, 1, 9)


def test_a_traceback_is_led_back_to_the_sources():
    done = shrink(PROGRAM, ["answer"], {"pack.one": TOGETHER})
    short = next(
        n for n, homes in done.names["pack.one"].items() if any("_grown" in h for h in homes)
    )
    line = f'  File "pack.one", line 1, in {short}'
    shown = readable(line, json.loads(json.dumps(done.names)))
    assert shown.startswith('  File "pack.one", in pack.')
    assert "pack.base.Base._grown" in shown and "pack.child.Child._grown" in shown
    assert readable("pin 5 moved", done.names) == "pin 5 moved"


def test_the_interpreter_knows_its_own_names():
    assert known("append map asyncio no_such_name Dispatcher") == {"append", "map", "asyncio"}


def test_what_is_joined_is_what_stays_loaded():
    from pcnode import build
    from upytest import interpreter

    build()
    probe = "import asyncio, sys\nfrom node import app\n"
    probe += "def run(coro):\n    print('LEFT', sorted(sys.modules))\n    raise SystemExit\n"
    probe += "asyncio.run = run\napp.start()\n"
    command = [interpreter(), "-X", "heapsize=1M", "-c", probe]
    code = "import sys, pcnode; sys.exit(pcnode.run('127.0.0.1:9', 9600, None, "
    code += f"{command!r}, pcnode.environment(), pcnode.BUILD))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    left = ast.literal_eval(done.stdout.partition("LEFT ")[2].splitlines()[0])
    ours = [name for name in left if name.partition(".")[0] in ("m5310", "lwm2m", "node")]
    joined = ["lwm2m.core", "m5310.core", "node.core"]
    assert ours == sorted(
        ["lwm2m", "m5310", "m5310.clock", "node", "node.app", "node.log", *joined]
    )


@pytest.mark.skipif(not STUBS.exists(), reason="make types installs the stubs")
def test_no_name_of_the_hardware_is_changed(monkeypatch, tmp_path):
    changed = {}
    share = names._share

    def watched(*arguments):
        changed.update(share(*arguments))
        return changed

    monkeypatch.setattr(names, "_share", watched)
    monkeypatch.setattr(devcode, "CACHE", tmp_path)  # nothing was shrunk before
    devcode.compiled(sources(boards.load("PC")))
    assert len(changed) > 100
    theirs = set()
    for path in STUBS.glob("*/*.pyi"):
        if path.stem in HARDWARE:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                    theirs.add(node.name)
                elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    theirs.add(node.target.id)
    assert "readfrom_into" in theirs
    public = {name for name in theirs if not name.startswith("_")}
    assert set(changed) & public <= {"show"}  # of an LCD: a node has none
