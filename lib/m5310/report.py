"""What the status() of an At returns."""


def of_at(at):
    """Return the counters of the line, its queues, and the latency of operations in ms."""
    n, total, worst, last = at.ages
    lines = at.wire.lines
    stats = at.stats
    return {  # in one piece of its size: one that grows takes more
        "commands": stats[0],
        "replies": stats[1],
        "urcs": stats[2],
        "unknown": stats[3],
        "malformed": stats[4],
        "faults": stats[5],
        "stray": stats[6],
        "late": stats[7],
        "errors": stats[8],
        "timeouts": stats[9],
        "held": stats[10],
        "resets": stats[11],
        "expired": stats[12],
        "refused": stats[13],
        "queue_max": stats[14],
        "lines": lines.count,
        "overlong": lines.overlong,
        "received": lines.received,
        "probes": at.probe.sent,
        "silent": at.silent,
        "fault": repr(at.fault) if at.fault else None,
        "waiting": len(at.normal) + len(at.replies),
        "latency_mean": total // n if n else 0,
        "latency_max": worst,
        "latency_last": last,
    }
