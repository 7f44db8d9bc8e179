"""What few nodes have, made out of the configuration: outbox, uplink by UDP, a clock on the wall.

Loaded for those alone: heap is scarce.
"""


def wall(rtc, seconds):
    """Return what tells the UNIX time and what is told it by the network; as in node.wall."""
    from .wall import Wall

    kept = Wall(rtc, seconds) if seconds else Wall(rtc)
    return kept.now, kept.learn


def add(node, config, folder, wall):
    """Add the outbox and the uplink of a configuration to node; folder: where the files go."""
    if config["outbox"]["readings"]:
        node.courier = node.notifier.courier = _courier(node, config["outbox"], folder)
    if config["udp"]["server"]:
        node.uplink = _uplink(node, config["udp"], folder + "-udp")
    for part in (node.courier, node.uplink):
        if part:
            part.wall = wall


def _courier(node, config, folder):
    """Return the Courier, or None where its files cannot be made."""
    from .courier import Courier
    from .outbox import Outbox

    measured = [slot.instance for slot in node.sampler.slots]
    try:
        outbox = Outbox(folder, max(64, config["readings"]))
    except OSError as e:
        node.log("outbox: %s; readings are not kept" % e, 0)
        return None
    return Courier(
        outbox, measured, node.notifier.observations, node.modem, node.log, config["period"]
    )


def _uplink(node, config, folder):
    """Return the Uplink, or None where its files cannot be made."""
    from . import uplink
    from .outbox import Outbox
    from .remote import Remote

    measured = [slot.instance for slot in node.sampler.slots]
    execute = Remote(node.registry).execute
    try:
        store = Outbox(folder, config["readings"])
        stream = uplink.stream_of(folder)
    except OSError as e:
        node.log("uplink: %s; nothing is sent by UDP" % e, 0)
        return None
    return uplink.Uplink(node.modem, node.log, store, stream, measured, execute, config)
