"""The start, one stage after the other, so that the heap never holds all that it takes."""

import gc
import sys

from micropython import const

from m5310 import borrow

_SMALL = const(114688)  # bytes of a heap that has no room to spare

# What the start alone needs; what lives on of it is held by the node's objects.
_CONFIG = ("config", "config_check", "config_schema", "config_text", "pin_rules")
_COPY = "config.prev.json"
_REST = (
    "config_keep",
    "courier",
    "outbox",
    "setup",
    "port",
    "config_error",
    "sensors",
    "sensors.ds18x20",
    "sensors.ntc",
    "sensors.sht3x",
    "sensors.mcu",
    "actuators",
    "actuators.outputs",
    "actuators.timer_pwm",
    "stages",
)


def _forget(names):
    """Unload modules of this package: heap is scarce."""
    package = sys.modules["node"]
    for name in names:
        sys.modules.pop("node." + name, None)
        if hasattr(package, name):
            delattr(package, name)
    gc.collect()


def set_up(clock, log):
    """Return the Node of this board; log is the class of its log.

    A board whose configuration cannot be used goes on with the last that could, and says why. With
    none left it returns None, so that a board ends in its REPL; a PC exits with status 2.
    """
    try:
        import pins as board
    except ImportError:
        board = None
    from .config_error import ConfigError

    hosted = getattr(board, "HOSTED", False)
    path = getattr(board, "CONFIG", "config.json")
    log = log(clock)
    try:
        node = _make(board, path, clock, log)
        if not hosted:
            _keep(path, log)
    except ConfigError as e:
        print("configuration: %s" % e)
        if hosted:
            sys.exit(2)
        try:
            node = _make(board, _COPY, clock, log)
        except ConfigError as e:
            print("configuration: %s" % e)
            return None
        log("running on %s, the last configuration that could be used" % _COPY, 0)
    board = None
    sys.modules.pop("pins", None)
    _forget(_REST)
    return node


def _make(board, path, clock, log):
    """Return the Node that the configuration at path describes; raises ConfigError.

    What stays loaded comes first, into an empty heap; only before it, and seldom, the check.
    """
    kept = getattr(board, "CHECKED", None) or path + ".ok"
    config = None
    if not borrow("node.checked").fits(path, kept):
        config = check(board, path, kept)
        restart = _restart(board)
        if restart and config is None and gc.mem_free() + gc.mem_alloc() < _SMALL:
            restart()  # the check has left holes, and the next start needs none
    gc.collect()
    from .setup import build

    gc.collect()
    config = config or borrow("node.checked").load(kept)
    log.level = config["log"]["level"]
    from .port import open_pins, open_uart

    uart = open_uart(config["module"], board)
    pins = open_pins(config["module"])
    open_pins = open_uart = None
    _forget(("port",))
    folder = getattr(board, "DATA", "") + "outbox"
    return build(config, uart, clock, log, _restart(board), folder=folder, **pins)


def check(board, path, kept):
    """Check the configuration at path and write kept; return it if it could not be written.

    Raises ConfigError.
    """
    from .config import load

    config = load(path, board)
    load = None  # the last that holds on to the modules
    _forget(_CONFIG)
    return None if borrow("node.checked").save(path, kept, config) else config


def _keep(path, log):
    from .config_keep import keep

    try:
        keep(path, _COPY)
    except OSError as e:  # the node runs all the same
        log("%s cannot be written: %s" % (_COPY, e), 0)


def _restart(board):
    """Return what restarts the MCU; on a PC there is none."""
    if getattr(board, "HOSTED", False):
        return None
    import machine

    return machine.reset
