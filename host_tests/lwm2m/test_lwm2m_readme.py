"""lib/lwm2m/README.md: its snippets compile and run, and every name it gives exists."""

import ast
import importlib
import json
import re
from pathlib import Path

import pytest
from clock import FakeClock

import lwm2m
from lwm2m.client import Dispatcher, Notifier

README = (Path(__file__).resolve().parents[2] / "lib/lwm2m/README.md").read_text()
SNIPPETS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
NAMES = README.split("## Public names")[1]


class Session:
    """What a client needs to be made."""

    def __init__(self):
        self.mipl = self.requests = self
        self.clock = FakeClock()


def made(name):
    """Return a part of the library by the name of its class."""
    instances = [lwm2m.Temperature(0), lwm2m.Actuation(0, FakeClock())]
    client = lwm2m.Client(Session(), instances)
    parts = [client, *instances, client.registry, client.observations]
    return {type(part).__name__: part for part in parts}.get(name) or instances[0]


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_every_snippet_compiles(number):
    text = SNIPPETS[number]
    if "await" in text and "async def" not in text:
        text = "async def snippet():\n" + re.sub("^", "    ", text, flags=re.MULTILINE)
    ast.parse(text)


def test_snippets_that_need_no_module_run():
    registry = lwm2m.Registry()
    client = made("Client")
    space = {"clock": FakeClock(), "client": client, "registry": registry, "json": json}
    ran = 0
    for text in SNIPPETS:
        if text.startswith("from lwm2m"):
            exec(text, space)
            ran += 1
    assert ran == 4
    assert space["humidity"].get(5701) == "%RH"
    assert space["contact"].get(5500) is True


def test_every_name_of_a_class_exists():
    part = None
    seen = 0
    for row in re.findall(r"^\| (`.*) \|$", NAMES, re.MULTILINE):
        words = re.findall(r"`([^`]+)`", row)
        head = re.match(r"[A-Z]\w+", words[0])
        if head and hasattr(lwm2m, head[0]):
            part = made(head[0])
        for word in words:
            found = re.match(r"\.(\w+)", word)
            if found:
                assert found[1] in dir(part), (part, word)
                seen += 1
    assert seen > 40


def test_every_name_of_a_module_exists():
    rows = re.findall(r"^\| `(lwm2m\.\w+)` \| (.*) \|$", NAMES, re.MULTILINE)
    assert len(rows) == 5
    for module, names in rows:
        for name in re.findall(r"`(\w+)[^`]*`", names):
            assert hasattr(importlib.import_module(module), name), (module, name)


def test_all_that_is_exported_is_in_it():
    for name in lwm2m.__all__:
        assert re.search(rf"`{name}\(", NAMES), name
    assert Dispatcher.__doc__
    assert Notifier.__doc__
