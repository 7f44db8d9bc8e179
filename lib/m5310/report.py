"""What the status() of each part returns. Loaded when it is asked for: heap is scarce."""

# As they are numbered in at.py.
_COUNTERS = (
    "commands replies urcs unknown malformed faults stray late "
    "errors timeouts held resets expired refused queue_max"
)
_SESSION = ("closed", "opening", "registered")


def of_at(at):
    """Return the counters of the line, its queues, and the latency of operations in ms."""
    out = dict(zip(_COUNTERS.split(), at.stats))  # type: dict
    n, total, worst, last = at.ages
    out["lines"] = at.wire.lines.count
    out["overlong"] = at.wire.lines.overlong
    out["received"] = at.wire.lines.received
    out["probes"] = at.probe.sent
    out["silent"] = at.silent
    out["fault"] = repr(at.fault) if at.fault else None
    out["waiting"] = len(at.normal) + len(at.replies)
    out["latency_mean"] = total // n if n else 0
    out["latency_max"] = worst
    out["latency_last"] = last
    return out


def of_network(network):
    """Return identity, registration, cell, signal and clock."""
    return {
        "imei": network.imei,
        "imsi": network.imsi,
        "cell": network.cell,
        "apn": network.apn,
        "time": network.time,
        "connected": network.connected,
        "network": network.words(),
        "signal": network.quality(),
    }


def of_session(mipl):
    """Return the state of the session, the cause of its last loss, and its counters."""
    requests = mipl.requests
    return {
        "state": _SESSION[mipl.state],
        "cause": mipl.cause,
        "version": mipl.version,
        "notified": mipl.notified,
        "updates": mipl.updates,
        "operations": requests.operations,
        "repeats": requests.repeats,
        "refused": requests.refused,
    }


def of_modem(modem):
    """Return all of the above, and how often the module rebooted."""
    return {
        "at": of_at(modem.at),
        "network": of_network(modem.network),
        "session": of_session(modem.mipl),
        "boots": modem.boots,
    }
