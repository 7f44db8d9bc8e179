"""Makes a Node out of a configuration and a board."""

import gc

from micropython import const

from lwm2m.observe import Observations
from m5310 import borrow

from . import values
from .app import Node
from .dispatcher import Dispatcher
from .notifier import Notifier
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
    dispatcher = Dispatcher(registry, observations, log)
    modem.network.on_time = learn
    kind = borrow("node.extras").saving(modem, config, Supervisor) if saving else Supervisor
    dispatcher.requests = requests = modem.mipl.requests
    requests.on_operation = dispatcher.handle
    requests.on_answered = dispatcher.answered
    modem.mipl.on_again = observations.clear
    notifier = Notifier(observations, modem.mipl, clock, log)
    supervisor = kind(
        modem,
        clock,
        log,
        (patience * 1000, (uart_id, baud, rxbuf), lifetime, limit, server, bootstrap),
        _object_list(registry) if enabled else [],
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


def _object_list(registry):
    """Return what Mipl.open wants to know: (id, bitmap, attributes, actions, "id;id;...")."""
    out = []
    for oid in registry.objects():
        iids = registry.instances(oid)
        bitmap = "".join(["1" if i in iids else "0" for i in range(max(iids) + 1)])
        attributes, actions = registry.counts(oid)
        out.append((oid, bitmap, attributes, actions, registry.discover_text(oid)))
    return out
