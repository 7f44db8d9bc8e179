"""The start, one stage after the other, so that the heap never holds all that it takes."""

import gc
import sys

# What the start alone needs; what lives on of it is held by the node's objects.
_CONFIG = ("config", "config_check", "config_schema", "config_text")
_REST = (
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

    Exits with status 2, and says why, if the configuration cannot be used.
    """
    try:
        import pins as board
    except ImportError:
        board = None
    from .config_error import ConfigError

    log = log(clock)
    try:
        from .config import of_board

        config = of_board(board, log)
        log.level = config["log"]["level"]
        of_board = None  # the last that holds on to the modules
        _forget(_CONFIG)
        from .port import open_pins, open_uart

        uart = open_uart(config["module"], board)
        pins = open_pins(config["module"])
        from .setup import build

        node = build(config, uart, clock, log, _restart(board), **pins)
    except ConfigError as e:
        print("configuration: %s" % e)
        sys.exit(2)
    build = open_uart = open_pins = board = None
    sys.modules.pop("pins", None)
    _forget(_REST)
    return node


def _restart(board):
    """Return what restarts the MCU; on a PC there is none."""
    if getattr(board, "HOSTED", False):
        return None
    import machine

    return machine.reset
