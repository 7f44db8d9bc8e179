"""What a board's configuration comes to: all fields, the pins, the session's commands."""

import errno
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from deploy.boards import ROOT
from deploy.errors import BoardError, DeployError
from deploy.files import read
from deploy.settings import default, problem, run_as_board

_DETAILS = """
import json
import sys
try:
    import pins
except ImportError:
    pins = None
from node.startup.config import load
config = load(sys.argv[1], pins)
from lwm2m.objects import find
from lwm2m.registry import Registry
from at import Clock
from m5310.dialects import get
from m5310.operations import put_resources
registry = Registry()
for spec in config["sensors"]:
    now = print if config["onenet"]["timestamps"] else None
    registry.add(find(spec["object"], now)(spec["instance"]))
for spec in config["actuators"]:
    registry.add(find(spec["object"])(spec["instance"], Clock()))
onenet = config["onenet"]
creates, declares = {}, {}
for name in ("seed", "m5310a"):
    dialect = get(name)
    creates[name] = [
        t.decode() for t in dialect.creates(onenet["server"], onenet["bootstrap"])]
    declares[name] = steps = []
    for oid in registry.objects():
        iids = registry.instances(oid)
        bitmap = "".join(["1" if i in iids else "0" for i in range(max(iids) + 1)])
        text = 'AT+MIPLADDOBJ=0,%d,%d,"%s",%d,%d'
        steps.append(text % ((oid, len(bitmap), bitmap) + registry.counts(oid)))
        if dialect.answers_itself:
            text = bytearray(b"AT+MIPLDISCOVERRSP=0,%d,1" % oid)
            put_resources(registry.discover_text(oid), text)
            steps.append(bytes(text).decode())
module = config["module"]
ports = getattr(pins, "UARTS", {}).get(module["uart"], (None, None))
lines = [module["tx"], module["rx"]]
if getattr(pins, "FIXED", False):
    lines = list(ports)
options = getattr(pins, "UART_OPTIONS", {})
print(json.dumps({"config": config, "creates": creates, "declares": declares, "lines": lines,
    "anywhere": ports == ("", ""), "options": options}))
"""


@dataclass
class Plan:
    """config: as node.startup.config.load gives it.

    creates, declares: {dialect: AT commands}, of which the first one accepted makes the session,
    and all name what is in it. lines: the pins TX and RX, whoever chose them. anywhere: whether
    the UART's pins are free to choose. options: more for machine.UART. source: where the
    configuration came from.
    """

    config: dict
    creates: dict
    declares: dict
    lines: list
    anywhere: bool
    options: dict
    source: str

    @property
    def module(self):
        """The part of the configuration about the module's UART."""
        return self.config["module"]

    @property
    def where(self):
        """The UART and its pins in words."""
        tx, rx = self.lines
        pins = "" if tx is None else f" (TX {tx}, RX {rx})"
        return f"UART {self.module['uart']}{pins}"


def plan(data, board, source):
    """Return the Plan of the configuration data (bytes) on board; raises DeployError."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.json"
        path.write_bytes(data)
        if wrong := problem(path, board):
            raise DeployError(f"{source}: {wrong}", "make config, or give CONFIG=file.json")
        done = run_as_board(_DETAILS, path, board)
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines() or ["no reason given"]
        raise DeployError(f"{source} cannot be read: {lines[-1]}", "make config")
    return Plan(**json.loads(done.stdout), source=source)


def choose(link, board, file=None):
    """Return the Plan to go by, and the DeployErrors of the configurations that cannot be used.

    That of file, else the board's config.json, else the last it could use, else the one a board
    of this kind begins with; None where not even that can be used. Raises DeployError when the
    board, or file, cannot be read.
    """
    errors = []
    for data, source in _candidates(link, board, file):
        try:
            return plan(data, board, source), errors
        except DeployError as e:
            errors.append(e)
    return None, errors


def _candidates(link, board, file):
    if file:
        try:
            yield file.read_bytes(), str(file)
        except OSError as e:
            raise DeployError(f"{file} cannot be read: {e.strerror}", "give an existing file")
        return
    for name, source in (("config.json", "config.json"), ("config.prev.json", "the one before")):
        try:
            yield read(link, name), f"{source} of the board"
        except BoardError as e:
            if e.errno != errno.ENOENT:
                raise
    own = default(board)
    yield own.read_bytes(), str(own.relative_to(ROOT))
