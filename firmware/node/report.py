"""What Node.status() returns. Loaded when it is asked for: heap is scarce."""

import gc

from m5310 import borrow
from m5310.operations import NAMES


def of_node(node):
    """Return everything there is to know about the node as a new dict of dicts."""
    return dict(parts(node))


def parts(node):
    """Yield (name, dict) of each part, one after the other: heap is scarce."""
    modem = node.modem
    yield "at", modem.at.status()
    yield "network", modem.network.status()
    yield "session", modem.mipl.status()
    yield "boots", modem.boots
    supervisor = node.supervisor
    yield (
        "node",
        {
            "state": supervisor.state,
            "cause": supervisor.cause,
            "next_try": supervisor.next_try,
            "sessions": supervisor.sessions,
            "recoveries": supervisor.recoveries,
            "task_restarts": node.restarts,
            "config": node.fallback,
            "last_restart": borrow("node.restarts").status() if supervisor.restart else None,
        },
    )
    yield "operations", _of_operations(node.dispatcher)
    yield "notifier", {"failures": node.notifier.failures, "unfit": node.notifier.unfit}
    yield "sampler", of_sampler(node.sampler)
    if node.courier:
        yield "outbox", node.courier.status()
    if node.uplink:
        yield "uplink", node.uplink.status()
    if hasattr(gc, "mem_free"):
        gc.collect()
        yield "heap", {"free": gc.mem_free(), "used": gc.mem_alloc()}


def _of_operations(dispatcher):
    """Return the age of the oldest operation of each kind at its answer, in ms."""
    out = {NAMES[number]: age for number, age in dispatcher.worst.items()}
    out["faults"] = dispatcher.faults
    return out


def of_sampler(sampler):
    """Return counters, and for each sensor its last value, failures and last error text."""
    sensors = []
    for slot in sampler.slots:
        sensors.append(
            {
                "instance": slot.instance.iid,
                "value": slot.value,
                "failures": slot.failures,
                "errors": slot.errors,
                "error": slot.error,
            }
        )
    return {"samples": sampler.samples, "sensors": sensors}
