"""Makes a Node out of a configuration and a board."""

from lwm2m.observe import Observations
from m5310 import borrow
from m5310.modem import Modem

from . import values
from .app import Node
from .dispatcher import Dispatcher
from .notifier import Notifier
from .supervisor import Supervisor


def build(config, uart, clock, log, restart=None, folder="outbox", made=None, **pins):
    """Return the Node of a validated configuration on a UART; raises ConfigError.

    restart() restarts the MCU, None where there is none; folder: where an outbox has its files;
    made: what things() made of the configuration, if it was done; pins: reset_pin, power_pin.
    """
    registry, sampler = made or borrow("node.things").things(config, clock)
    dialect, pause, baud, uart_id, rxbuf = values(
        config["module"], "dialect pause_ms baud uart rxbuf"
    )
    operator, earfcn, patience = values(config["network"], "cops earfcn register_timeout")
    lifetime, limit, server = values(config["onenet"], "lifetime open_timeout server")
    readings, period = values(config["outbox"], "readings period")
    size = config["log"]["trace"]
    config = None  # its heap is needed
    # First, while there is a piece of that size.
    trace = borrow("node.trace").Trace(size, clock, log, dialect) if size else None
    observations = Observations(registry, clock)
    dispatcher = Dispatcher(registry, observations, log)
    modem = Modem(
        uart,
        clock,
        log,
        dispatcher.handle,
        dialect,
        pause=pause,
        baud=baud,
        operator=operator,
        earfcn=earfcn,
        **pins,
    )
    dispatcher.requests = modem.mipl.requests
    dispatcher.requests.on_answered = dispatcher.answered
    modem.mipl.on_again = observations.clear
    notifier = Notifier(observations, modem.mipl, clock, log)
    supervisor = Supervisor(
        modem,
        clock,
        log,
        (patience * 1000, (uart_id, baud, rxbuf), lifetime, limit, server),
        _object_list(registry),
        observations,
        notifier,
        restart,
    )
    node = Node(clock, log, registry, modem, dispatcher, notifier, sampler, supervisor)
    if readings:
        node.courier = notifier.courier = _courier(node, readings, period, observations, folder)
    _traced(node, trace)
    return node


def _courier(node, readings, period, observations, folder):
    """Return the Courier, or None where its files cannot be made."""
    from .courier import Courier
    from .outbox import Outbox

    temperatures = [slot.temperature for slot in node.sampler.slots]
    try:
        outbox = Outbox(folder, max(64, readings))
    except OSError as e:
        node.log("outbox: %s; readings are not kept" % e, 0)
        return None
    return Courier(outbox, temperatures, observations, node.modem, node.log, period)


def _traced(node, trace):
    """Have the lines of the UART recorded and logged, as configured."""
    node.trace = trace
    at = node.modem.at
    if trace:
        at.on_line = trace.record
    if node.log.level > 2:
        at.on_line = borrow("node.trace_text").Spoken(node.log, at.on_line).line


def _object_list(registry):
    """Return what Mipl.open wants to know: (id, bitmap, attributes, actions, "id;id;...")."""
    out = []
    for oid in registry.objects():
        iids = registry.instances(oid)
        bitmap = "".join(["1" if i in iids else "0" for i in range(max(iids) + 1)])
        attributes, actions = registry.counts(oid)
        out.append((oid, bitmap, attributes, actions, registry.discover_text(oid)))
    return out
