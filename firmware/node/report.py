"""What Node.status() returns. Loaded when it is asked for: heap is scarce."""

import gc

from m5310 import borrow


def of_node(node):
    """Return everything there is to know about the node as a new dict of dicts."""
    out = node.modem.status()
    supervisor = node.supervisor
    out["node"] = {
        "state": supervisor.state,
        "cause": supervisor.cause,
        "next_try": supervisor.next_try,
        "sessions": supervisor.sessions,
        "recoveries": supervisor.recoveries,
        "task_restarts": node.restarts,
        "config": node.fallback,
        "last_restart": borrow("node.restarts").status() if supervisor.restart else None,
    }
    kind = borrow("m5310.words").kind
    worst = node.dispatcher.worst
    out["operations"] = {
        kind(number): worst[number] for number in worst
    }  # oldest at its answer, ms
    out["operations"]["faults"] = node.dispatcher.faults
    notifier = node.notifier
    out["notifier"] = {"failures": notifier.failures, "unfit": notifier.unfit}
    out["sampler"] = of_sampler(node.sampler)
    if node.courier:
        out["outbox"] = of_courier(node.courier)
    if node.uplink:
        out["uplink"] = of_uplink(node.uplink)
    if hasattr(gc, "mem_free"):
        gc.collect()
        out["heap"] = {"free": gc.mem_free(), "used": gc.mem_alloc()}
    return out


def of_sampler(sampler):
    """Return counters, and for each sensor its last value, failures and last error text."""
    sensors = []
    for slot in sampler.slots:
        out = {"instance": slot.instance.iid}
        for name in ("value", "failures", "errors", "error"):
            out[name] = getattr(slot, name)
        sensors.append(out)
    return {"samples": sampler.samples, "sensors": sensors}


def of_courier(courier):
    """Return how many readings wait, and what became of others."""
    outbox = courier.outbox
    out = {"waiting": len(outbox), "dropped": outbox.dropped, "damaged": outbox.damaged}
    for name in ("delivered", "lost", "unwanted"):
        out[name] = getattr(courier, name)
    return out


def of_uplink(uplink):
    """Return how many readings wait, and the counters."""
    out = {"waiting": len(uplink.store), "dropped": uplink.store.dropped}
    out["damaged"] = uplink.store.damaged
    for name in ("sent", "acknowledged", "lost", "refused", "commands"):
        out[name] = getattr(uplink, name)
    return out
