"""The modules that the configurations of a board need, see deploy.modules."""

import errno
import tempfile
from pathlib import Path

from devcode import module

from deploy.errors import BoardError
from deploy.files import read
from deploy.modules import every, of
from deploy.settings import default, examined

<<<<<<< HEAD
=======
# Those of one need come together: a node that was given a configuration by hand sees at its start
# that the first is missing.
_SENSORS = [path.stem for path in (ROOT / "firmware/node/sensors").glob("[!_]*.py")]
_ACTUATORS = ("node.actuators", "node.actuators.outputs")
_OUTBOX = ("node.outbox.courier",)
_SERVER = "node.config_server"
_UDP = (
    _SERVER,
    "node.uplink",
    "node.uplink.uplink",
    "node.uplink.datagram",
    "node.uplink.commands",
    "node.uplink.health",
    "m5310.udp",
)
_CYCLE = ("node.config_cycle", "node.cycle", "lwm2m.kept")
_KEPT = ("node.extras", "node.outbox", "node.outbox.store")  # what waits until it is delivered
_ALONE = ("m5310.power", "node.watchdog")
OPTIONS = frozenset(
    [f"node.sensors.{name}" for name in _SENSORS]
    + [*_ACTUATORS, *_OUTBOX, *_UDP, *_CYCLE, *_KEPT, *_ALONE]
)


def of(config):
    """Return the set of those of OPTIONS that a validated configuration (a dict) needs."""
    found = set()
    for spec in config["sensors"]:
        found |= OPTIONS & closure([f"node.sensors.{spec['type']}"]).keys()
    wanted = {
        _ACTUATORS: config["actuators"],
        ("node.watchdog",): config["safety"]["watchdog"],
        (*_OUTBOX, *_KEPT): config["outbox"]["readings"],
        (*_UDP, *_KEPT): config["udp"]["server"],
        (_SERVER,): config["onenet"]["server"] or config["udp"]["key"],
        ("m5310.power", "node.extras"): config["power"]["mode"] != "always",
        _CYCLE: config["power"]["mode"] == "cycle",
    }
    return found.union(*(names for names, needed in wanted.items() if needed))

>>>>>>> 681b229 (lib/lwm2m: Constants, values and sizes in one file; instances with their registry; a watch is a class; what is kept uses public state.)

def needed(data, board):
    """Return the set of modules that the configuration data (bytes) needs; None if it is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.json"
        path.write_bytes(data)
        config, _ = examined(path, board)
    return None if config is None else set(of(config, board))


def usual(board):
    """Return the set of modules of a new board of this kind."""
    return needed(default(board).read_bytes(), board) or set(every(board))


def of_board(link, board, config):
    """Return the set of modules for config (bytes), None for the board's own, and for the last.

    A board that cannot use its configuration goes on with the last it could use.
    """
    found = set()
    for data in (config or _there(link, "config.json"), _there(link, "config.prev.json")):
        found |= (data and needed(data, board)) or set()
    return found or usual(board)


def lacking(files, data, board):
    """Return those modules, sorted, that the configuration data needs and files (paths) lack."""
    there = {module(path) for path in files}
    return sorted((needed(data, board) or set()) - there)


def _there(link, name):
    """Return the bytes of the file of the board, None if there is none."""
    try:
        return read(link, name)
    except BoardError as e:
        if e.errno != errno.ENOENT:
            raise
        return None
