"""The start, one stage after the other, so that the heap never holds all that it takes."""

import gc
import sys

from micropython import const

from m5310 import borrow

from . import REFUSALS, need

_SMALL = const(114688)  # bytes of a heap that has no room to spare
_COPY = "config.prev.json"
# The rest of this package lives on in the node's objects only.
_STAY = ("app", "log", "sampler", "supervisor")
_START = ("stages", "config_error")
_RUNNING = ("node.app", "node.log", "node.stages")


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

    A board whose configuration cannot be used, whatever is wrong with it, or was never online,
    goes on with the last that was, and says why; None if that cannot be used either. A PC exits
    with status 2.
    """
    board = borrow("node.port").definition()
    own = borrow("node.port").option(board, "CONFIG", "config.json")
    hosted = getattr(board, "HOSTED", False)
    board = None
    log = log(clock)
    if hosted:
        node = _make(own, clock, log)
        if node is None:
            sys.exit(2)
    else:
        bitten = borrow("node.restarts").begin(log)
        for path, tries, why in borrow("node.fallback").choices(own, bitten):
            node = _make(path, clock, log, tries)
            if node and why:
                node.fallback = why
                log(why, 0)
            if node:
                break
            _unload()
    _forget()
    return node


def _make(path, clock, log, tries=None):
    """Return the Node that the configuration at path describes, None if it cannot be used.

    tries: at how many starts it was tried before, if that is to be counted.
    """
    from .config_error import ConfigError

    try:
        return _made(path, clock, log, tries)
    except ConfigError as e:
        print("configuration: %s" % e)
    except ImportError as e:  # what only some configurations need is on their boards alone
        print("configuration: %s: make deploy brings what it needs" % e)
    except Exception as e:  # no memory, a file that is damaged, a fault of ours
        borrow("node.failure").tell(log, e)
        print("configuration: the node cannot be set up with %s: %r" % (path, e))
    return None


def _unload():
    """Unload what a try has loaded: node.settled may have stripped its classes already."""
    for path in sorted(sys.modules, reverse=True):  # a package behind what is in it
        package, _, name = path.rpartition(".")
        if package.partition(".")[0] in ("lwm2m", "m5310", "node") and path not in _RUNNING:
            del sys.modules[path]
            if hasattr(sys.modules[package], name):
                delattr(sys.modules[package], name)
    gc.collect()


def _made(path, clock, log, tries):
    """Return the Node that the configuration at path describes; raises ConfigError.

    What stays loaded comes first, into an empty heap; only before it, and seldom, the check.
    """
    board = borrow("node.port").definition()
    restart, rtc = _chip(board, log)
    kept = getattr(board, "CHECKED", None) or path + ".ok"
    config = None
    if not borrow("node.checked").fits(path, kept):
        config = check(board, path, kept)
        if restart and config is None and gc.mem_free() + gc.mem_alloc() < _SMALL:
            restart()  # the check has left holes, and the next start needs none
    gc.collect()
    borrow("node.setup")  # what it is made of stays
    gc.collect()
    config = config or borrow("node.checked").load(kept)
    log.level = config["log"]["level"]
    hosted = getattr(board, "HOSTED", False)
    mark = None if hosted or path == _COPY else borrow("node.fallback").begin(path, tries, log)
    try:
        return _wired(config, path, mark, clock, log, board, restart, rtc)
    except KeyboardInterrupt:
        if mark:
            borrow("node.fallback").stopped()
        raise


def _wired(config, path, mark, clock, log, board, restart, rtc):
    """Return the Node of a checked configuration; mark: of one that has yet to prove itself."""
    seconds = config["safety"]["watchdog"]
    dog = _watchdog(seconds) if seconds and not getattr(board, "HOSTED", False) else None
    port = borrow("node.port")
    uart = port.open_uart(config["module"], board)
    pins = port.open_pins(config["module"])
    folder = port.option(board, "DATA", "") + "outbox"
    port = board = None
    _forget(_START)
    clocked = borrow("node.clocked").clocked(config, rtc)
    made = borrow("node.things").things(config, clock, clocked[0])
    config["sensors"] = config["actuators"] = None
    borrow("node.settled").things(*made)
    modem = borrow("node.modem").modem_of(config, uart, clock, log, **pins)
    borrow("node.settled").module(modem)
    _forget(_START)
    node = borrow("node.setup").build(config, modem, log, restart, folder, made, clocked)
    if mark:
        node.proof = lambda: borrow("node.proof").prove(node, path, _COPY, mark)
        node.keep = lambda: borrow("node.proof").keep(node, path, _COPY, mark)
    if dog:
        node.watchdog = dog(node, seconds)
    borrow("node.settled").whole(node)
    return node


def _watchdog(seconds):
    """Return the class Watchdog; raises ConfigError where MicroPython has none."""
    from .config_error import ConfigError
    from .watchdog import Watchdog

    try:
        need("WDT")
    except ValueError as e:
        raise ConfigError("safety.watchdog", seconds, "cannot be had: %s; give 0" % e)
    return Watchdog


def check(board, path, kept):
    """Check the configuration at path and write kept; return it if it could not be written.

    Raises ConfigError.
    """
    from .config import load

    config = load(path, board)
    load = None  # the last that holds on to the modules
    _forget(_START)
    return None if borrow("node.checked").save(path, kept, config) else config


def _chip(board, log):
    """Return what restarts the MCU, and the RTC that the network's clock sets.

    None for what there is not, so for both on a PC: nothing else depends on them.
    """
    if getattr(board, "HOSTED", False):
        return None, None
    import machine

    rtc = None
    try:
        rtc = machine.RTC()
    except REFUSALS:
        pass
    if not hasattr(rtc, "datetime"):
        log(
            "this board has no RTC: after a restart the time is unknown until the network tells", 2
        )
        rtc = None
    return getattr(machine, "reset", None), rtc
