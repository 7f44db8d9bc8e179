"""What status() says of the outbox and the uplink, for nodes that have them."""


def of_courier(courier):
    """Return how many readings wait, and what became of others."""
    outbox = courier.outbox
    return {
        "waiting": len(outbox),
        "dropped": outbox.dropped,
        "damaged": outbox.damaged,
        "delivered": courier.delivered,
        "lost": courier.lost,
        "unwanted": courier.unwanted,
    }


def of_uplink(uplink):
    """Return how many readings wait, and the counters."""
    return {
        "fault": uplink.health.fault,
        "waiting": len(uplink.store),
        "dropped": uplink.store.dropped,
        "damaged": uplink.store.damaged,
        "sent": uplink.sent,
        "acknowledged": uplink.acknowledged,
        "lost": uplink.lost,
        "refused": uplink.refused,
        "commands": uplink.commands,
    }
