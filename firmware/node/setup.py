"""Makes a Node out of a configuration and a board."""

import gc

from micropython import const

from lwm2m.client import Dispatcher, Notifier
from lwm2m.observe import Observations
from m5310 import borrow
from m5310.operations import describe

from . import values
from .app import Node
from .supervisor import Supervisor

_TRACE_LEAST = const(256)  # bytes, 8 lines: its code takes four times that


def build(config, modem, log, restart=None, folder="outbox", made=None, clocked=None, sleep=None):
    """Return the Node of a validated configuration with a Modem; raises ConfigError.

    restart() restarts the MCU, None where there is none; folder: where an outbox has its files;
    made: what things() made of the configuration, which is emptied then when it was read, as its
    heap is needed; clocked: as of node.clocked; sleep(ms): as in node.cycle.
    """
    clock = modem.clock
    wall, learn, rtc = clocked or (None, None, None)
    registry, sampler = made or borrow("node.things").things(config, clock, wall)
    uart_id, baud, rxbuf = values(config["module"], "uart baud rxbuf")
    lifetime, limit, server, bootstrap, enabled = values(
        config["onenet"], "lifetime open_timeout server bootstrap enabled"
    )
    patience = config["network"]["register_timeout"]
    size = config["log"]["trace"]
    saving = config["power"]["mode"] != "always"
    if not (saving or config["outbox"]["readings"] or config["udp"]["server"]):
        if made:
            config.clear()
        config = None
    if hasattr(gc, "mem_free"):  # it gives way where heap is short
        room = gc.mem_free() // 64
        size = min(size, room) if room >= _TRACE_LEAST else 0
    # First, while there is a piece of that size.
    trace = borrow("node.trace").Trace(size, clock, log, None) if size else None
    observations = Observations(registry, clock)
    dispatcher = _dispatcher(registry, observations, modem, log)
    modem.network.on_time = learn
    kind = borrow("node.extras").saving(modem, config, Supervisor) if saving else Supervisor
    modem.mipl.on_again = observations.clear
    notifier = Notifier(observations, modem.mipl, clock, log)
    supervisor = kind(
        modem,
        clock,
        log,
        (patience * 1000, (uart_id, baud, rxbuf), lifetime, limit, server, bootstrap),
        registry.declaration() if enabled else [],
        observations,
        notifier,
        restart,
    )
    node = Node(clock, log, registry, modem, dispatcher, notifier, sampler, supervisor)
    if config:
        borrow("node.extras").add(node, config, folder, wall, rtc, sleep)
    _traced(node, trace, wall)
    return node


def _traced(node, trace, wall):
    """Have the lines of the UART recorded and logged, as configured."""
    node.trace = trace
    at = node.modem.at
    if trace:
        trace.session = node.modem.mipl
        trace.wall = wall
        at.on_line = trace.record
    if node.log.level > 2:
        at.on_line = borrow("node.trace").LineLog(node.log, at.on_line).line


def _dispatcher(registry, observations, modem, log):
    """Return the Dispatcher of modem's session; it logs each answer at level 2."""
    requests = modem.mipl.requests
    dispatcher = Dispatcher(registry, observations, requests, lambda text: log(text, 0))
    if log.level > 1:
        dispatcher.on_answered = lambda op, age_ms: log(
            "%s: answered after %d ms" % (describe(op), age_ms), 2
        )
    return dispatcher
