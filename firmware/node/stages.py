"""The start, one stage after the other, so that the heap never holds all that it takes."""

import gc
import os
import sys

from micropython import const

from m5310 import borrow

_SMALL = const(114688)  # bytes of a heap that has no room to spare
_COPY = "config.prev.json"
# As in devcode.py, joined or apart; the rest of this package lives on in the node's objects only.
_STAY = ("app", "resident", "dispatcher", "notifier", "sampler", "supervisor")
_START = ("stages", "setup", "config_error")


def _forget(but=()):
    """Unload the modules of this package that a running node does not call: heap is scarce."""
    for path in sorted(sys.modules, reverse=True):  # a package behind what is in it
        package, _, name = path.rpartition(".")
        if path[:5] == "node." and name not in _STAY and name not in but:
            del sys.modules[path]
            delattr(sys.modules[package], name)
    gc.collect()


def set_up(clock, log):
    """Return the Node of this board; log is the class of its log.

    A board whose configuration cannot be used, or was never online, goes on with the last that
    was, and says why. With none left it returns None, so that a board ends in its REPL; a PC
    exits with status 2.
    """
    try:
        import pins as board
    except ImportError:
        board = None
    log = log(clock)
    if getattr(board, "HOSTED", False):
        node = _make(board, getattr(board, "CONFIG", "config.json"), clock, log)
        if node is None:
            sys.exit(2)
    else:
        borrow("node.restarts").begin(log)
        node = _board_node(board, getattr(board, "CONFIG", "config.json"), clock, log)
    board = None
    sys.modules.pop("pins", None)
    _forget()
    return node


def _board_node(board, path, clock, log):
    """Return the Node of a board, or None: with the configuration at path, or with the copy."""
    keep = borrow("node.config_keep")
    tries = keep.tried(path, _COPY)
    if tries is not None and tries >= keep.TRIES:
        node = _make(board, _COPY, clock, log)
        if node:
            why = "%s was not online at %d starts; a changed one is tried anew"
            return _on_copy(node, why % (path, tries))
        tries = None
    node = _make(board, path, clock, log, tries)
    if node is None and _there(_COPY):
        node = _make(board, _COPY, clock, log)
        return node and _on_copy(node, "%s cannot be used" % path)
    return node


def _there(path):
    try:
        return os.stat(path) is not None
    except OSError:
        return False


def _on_copy(node, why):
    node.fallback = "running on %s, the last configuration that was online: %s" % (_COPY, why)
    node.log(node.fallback, 0)
    return node


def _make(board, path, clock, log, tries=None):
    """Return the Node that the configuration at path describes, None if it cannot be used.

    tries: at how many starts it was tried before, if that is to be counted.
    """
    from .config_error import ConfigError

    try:
        return _made(board, path, clock, log, tries)
    except ConfigError as e:
        print("configuration: %s" % e)
        return None


def _made(board, path, clock, log, tries):
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
    hosted = getattr(board, "HOSTED", False)
    mark = None if hosted or path == _COPY else _begin(path, tries, log)
    from .port import open_pins, open_uart

    uart = open_uart(config["module"], board)
    pins = open_pins(config["module"])
    open_pins = open_uart = None
    _forget(_START)
    clocked = borrow("node.clocked").clocked(config, _rtc(board))
    made = borrow("node.things").things(config, clock, clocked[0])
    config["sensors"] = config["actuators"] = None
    settle = borrow("node.settled").settle
    settle(*made)
    _forget(_START)
    folder = getattr(board, "DATA", "") + "outbox"
    pins.update(folder=folder, made=made, clocked=clocked)
    seconds = config["safety"]["watchdog"]
    config = [config]  # whoever builds is the last that holds on to it
    node = build(config.pop(), uart, clock, log, _restart(board), **pins)
    settle(node.registry, node.sampler, node)
    if mark:
        node.proof = lambda: borrow("node.proof").prove(node, path, _COPY, mark)
    if seconds and not hosted:
        from .watchdog import Watchdog

        node.watchdog = Watchdog(node, seconds)
    return node


def check(board, path, kept):
    """Check the configuration at path and write kept; return it if it could not be written.

    Raises ConfigError.
    """
    from .config import load

    config = load(path, board)
    load = None  # the last that holds on to the modules
    _forget(_START)
    return None if borrow("node.checked").save(path, kept, config) else config


def _begin(path, tries, log):
    """Count this start; return the mark of the configuration if it has yet to prove itself."""
    keep = borrow("node.config_keep")
    try:
        if keep.same(path, _COPY):
            return None
        if tries is not None:
            log("%s has not been online yet: start %d of %d" % (path, tries + 1, keep.TRIES))
            keep.begin(path, tries + 1)
    except OSError as e:  # the node runs all the same
        log("the starts with %s cannot be counted: %s" % (path, e), 0)
    return keep.mark(path)


def _rtc(board):
    """Return the RTC that the network's clock sets; a PC has its own time."""
    if getattr(board, "HOSTED", False):
        return None
    import machine

    return machine.RTC()


def _restart(board):
    """Return what restarts the MCU; on a PC there is none."""
    if getattr(board, "HOSTED", False):
        return None
    import machine

    return machine.reset
