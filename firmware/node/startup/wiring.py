"""Makes a Node out of a checked configuration and a board."""

import gc

from micropython import const

from lwm2m.client import Dispatcher, Notifier
from lwm2m.observe import Observations
from m5310 import errors
from m5310.modem import Modem
from m5310.operations import describe
from node import definition, option
from node.app import Node
from node.supervisor import Supervisor

from .board import open_pins, open_rtc, open_uart, open_watchdog
from .devices import make_devices
from .errors import ConfigError

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Callable

    from machine import RTC, UART, Pin

    from at import Clock
    from lwm2m.registry import Registry
    from node.log import Log
    from node.trace import Trace
    from node.wall import Wall

_TRACE_LEAST = const(256)  # bytes, some 8 lines
_TRACE_SHARE = const(64)  # of the free heap, one part is the most for the trace


def wired(config: dict, clock: "Clock", log: "Log") -> "Node | None":
    """Return the Node of a checked configuration on this board.

    None, after having printed what is wrong, if the board does not have what it asks for.
    """
    try:
        return _wired(config, clock, log)
    except ConfigError as e:
        print("configuration: %s" % e)
    return None


def _wired(config: dict, clock: "Clock", log: "Log") -> Node:
    board = definition()
    hosted = getattr(board, "HOSTED", False)
    restart = rtc = None
    if not hosted:
        import machine

        restart = getattr(machine, "reset", None)
        rtc = open_rtc(log)
    uart = open_uart(config["module"], board)
    modem = make_modem(config, uart, clock, log, **open_pins(config["module"]))
    folder = option(board, "DATA", "") + "outbox"
    node = build(config, modem, log, restart, folder, make_wall(config, rtc))
    timeout_s = config["safety"]["watchdog"]
    if timeout_s and not hosted:
        node.watchdog = open_watchdog(node, timeout_s)
    return node


def make_modem(
    config: dict,
    uart: "UART",
    clock: "Clock",
    log: "Log",
    reset_pin: "Pin | None" = None,
    power_pin: "Pin | None" = None,
) -> Modem:
    """Return the Modem of a checked configuration on a UART; build() connects it."""
    module = config["module"]
    network = config["network"]
    return Modem(
        uart,
        clock,
        log,
        None,
        module["dialect"],
        pause_ms=module["pause_ms"],
        baud=module["baud"],
        operator=network["cops"],
        earfcn=network["earfcn"],
        reset_pin=reset_pin,
        power_pin=power_pin,
        local_clock=module["clock"] == "local",
    )


def make_wall(
    config: dict, rtc: "RTC | None", seconds: "Callable[[], float] | None" = None
) -> "Wall | None":
    """Return the Wall clock of a checked configuration, None if nothing needs the time.

    rtc, seconds: as in node.wall.
    """
    if not (
        rtc
        or config["outbox"]["readings"]
        or config["udp"]["server"]
        or config["onenet"]["timestamps"]
        or config["power"]["mode"] != "always"
    ):
        return None
    from node.wall import Wall

    return Wall(rtc, seconds) if seconds else Wall(rtc)


def build(
    config: dict,
    modem: Modem,
    log: "Log",
    restart: "Callable[[], None] | None" = None,
    folder: str = "outbox",
    wall: "Wall | None" = None,
    sleep: "Callable[[int], None] | None" = None,
) -> Node:
    """Return the Node of a checked configuration with a Modem; raise ConfigError.

    restart() restarts the MCU, None where that is impossible. folder: of the outbox's files.
    wall: as of make_wall(). sleep(ms): as in node.cycle.
    """
    clock = modem.clock
    # First, while there is a block of that size.
    trace = _make_trace(config["log"]["trace"], clock, log)
    registry, sampler = make_devices(config, clock, wall.now if wall else None)
    observations = Observations(registry, clock)
    dispatcher = _make_dispatcher(registry, observations, modem, log)
    modem.mipl.on_again = observations.clear
    if log.level > 1:
        log_events(modem, log)
    modem.network.on_time = wall.learn if wall else None
    supervisor_class = Supervisor
    if config["power"]["mode"] != "always":
        from . import extras

        supervisor_class = extras.save_power(modem, config["power"])
    notifier = Notifier(observations, modem.mipl, clock, log)
    module = config["module"]
    onenet = config["onenet"]
    supervisor = supervisor_class(
        modem,
        clock,
        log,
        (
            config["network"]["register_timeout"] * 1000,
            (module["uart"], module["baud"], module["rxbuf"]),
            onenet["lifetime"],
            onenet["open_timeout"],
            onenet["server"],
            onenet["bootstrap"],
        ),
        registry.declaration() if onenet["enabled"] else [],
        observations,
        notifier,
        restart,
    )
    node = Node(clock, log, registry, modem, dispatcher, notifier, sampler, supervisor)
    if (
        config["outbox"]["readings"]
        or config["udp"]["server"]
        or config["power"]["mode"] != "always"
    ):
        from . import extras

        extras.add(node, config, folder, wall, sleep)
    _trace_lines(node, trace, wall)
    return node


def _make_trace(size: int, clock: "Clock", log: "Log") -> "Trace | None":
    """Return a Trace of size bytes, less where heap is short; None for 0."""
    if hasattr(gc, "mem_free"):
        room = gc.mem_free() // _TRACE_SHARE
        size = min(size, room) if room >= _TRACE_LEAST else 0
    if not size:
        return None
    from node.trace import Trace

    return Trace(size, clock, log, None)


def _trace_lines(node: Node, trace: "Trace | None", wall: "Wall | None") -> None:
    """Have the lines of the UART recorded in trace, and logged at log level 3."""
    node.trace = trace
    at = node.modem.at
    if trace:
        trace.session = node.modem.mipl
        trace.wall = wall.now if wall else None
        at.on_line = trace.record
    if node.log.level > 2:
        from node.trace import LineLog

        at.on_line = LineLog(node.log, at.on_line).line


def log_events(modem: Modem, log: "Log") -> None:
    """Have the events of the session (MIPLEVENT) logged at level 2."""
    modem.mipl.on_event = lambda event, ext: log("event %d: %s" % (event, errors.event(event)), 2)


def _make_dispatcher(
    registry: "Registry", observations: Observations, modem: Modem, log: "Log"
) -> Dispatcher:
    """Return the Dispatcher of modem's session; it logs each reply at level 2."""
    requests = modem.mipl.requests
    dispatcher = Dispatcher(registry, observations, requests, lambda text: log(text, 0))
    if log.level > 1:
        dispatcher.on_answered = lambda op, age_ms: log(
            "%s: answered after %d ms" % (describe(op), age_ms), 2
        )
    return dispatcher
