"""The library's README names what there is, all of it and nothing else."""

import inspect
import re
from pathlib import Path

import pytest

from m5310 import codes, errors, power
from m5310.firmware import Firmware
from m5310.modem import Modem
from m5310.network import Network
from m5310.operations import Operation
from m5310.requests import Requests
from m5310.session import Mipl
from m5310.udp import Udp, UdpSocket

README = (Path(__file__).resolve().parents[2] / "lib/m5310/README.md").read_text()
TEXT = re.sub(r"^```.*?^```$", "", README, flags=re.M | re.S)
NAMES = set(re.findall(r"\w+", "\n".join(re.findall(r"`([^`]+)`", TEXT))))
# Called by another file of the library only.
INNER = {
    "create", "sweep", "dropped", "changed", "line", "event", "booted", "over", "done", "speak",
    "stop", "late", "path", "refusable", "socket", "bring_up",
}  # fmt: skip


def public(kind):
    """Return the public methods and properties of a class."""
    return {name for name in vars(kind) if not name.startswith("_")}


@pytest.mark.parametrize("kind", [Modem, Network, Udp, UdpSocket, Mipl, Requests, Firmware])
def test_every_public_method_is_named(kind):
    assert not public(kind) - NAMES - INNER


def test_every_function_and_constant_of_the_extensions_is_named():
    own = {name for name, it in vars(power).items() if inspect.getmodule(it) is power}
    assert not {name for name in own if not name.startswith("_")} - NAMES
    for module in (codes, errors):
        constants = {name for name in vars(module) if name.isupper() and name[0] != "_"}
        assert (
            not constants
            - NAMES
            - {"BAD_REQUEST", "LISTENING", "STOPPED", "BAD_STATE", "CODES", "EVENTS"}
        )


def test_what_the_tables_name_is_there():
    parts = [Modem, Network, Udp, UdpSocket, Mipl, Requests, Operation, Firmware]
    sources = "\n".join(inspect.getsource(part) for part in parts)
    for row in re.findall(r"^\| (`\..*?) \|", README, re.M):
        for name in re.findall(r"`\.(\w+)", row):
            assert re.search(rf"(self\.|def |^    ){name}\b", sources, re.M), name
