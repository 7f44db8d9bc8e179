"""What few nodes have, made out of the configuration: outbox, uplink by UDP, time, power saving.

Loaded for those alone: heap is scarce.
"""

import sys

from m5310 import borrow

_UPDATE_S = 86400  # between two updates of the network, where nothing else is said


def saving(modem, config, usual):
    """Have the module save power as configured; return the class that keeps the node online."""
    power = config["power"]
    cycle = power["mode"] == "cycle"
    update = power["update"] or max(2 * power["period"] if cycle else 0, _UPDATE_S)
    modem.network.power = [power["active"], update, power["edrx"]]
    borrow("m5310.power").watch(modem.at)
    if not cycle:
        return usual
    from .cycle import Cycler

    return Cycler


def add(node, config, folder, wall, rtc=None, sleep=None):
    """Add the outbox, the uplink and the duty cycle of a configuration to node.

    folder: where the files go; rtc, sleep: as in node.cycle.
    """
    if config["outbox"]["readings"]:
        node.courier = node.notifier.courier = _courier(node, config["outbox"], folder)
    if config["udp"]["server"]:
        node.uplink = _uplink(node, config["udp"], folder + "-udp")
    for part in (node.courier, node.uplink):
        if part:
            part.wall = wall
    power = config["power"]
    if node.uplink:
        node.uplink.release = power["release"]
        node.supervisor.sockets = node.uplink.health
    if power["mode"] == "cycle":
        from .cycle import Memory, equip

        settings = power["period"], power["awake"], power["release"]
        sleep = sleep or _deepsleep(node.supervisor.restart)
        equip(node.supervisor, node, settings, Memory(folder + "-cycle", rtc), sleep)


def _courier(node, config, folder):
    """Return the Courier, or None where its files cannot be made."""
    from .outbox import Outbox
    from .outbox.courier import Courier

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
    from .uplink.commands import Remote

    measured = [slot.instance for slot in node.sampler.slots]
    execute = Remote(node.registry).execute
    try:
        store = Outbox(folder, config["readings"])
        stream = uplink.stream_of(folder)
    except OSError as e:
        node.log("uplink: %s; nothing is sent by UDP" % e, 0)
        return None
    return uplink.Uplink(node.modem, node.log, store, stream, measured, execute, config)


def _deepsleep(restart):
    """Return what puts the board to sleep; None on a PC, and where nothing starts anew behind it.

    restart: what restarts the MCU, None on a PC.
    """
    if restart is None or sys.platform not in ("esp32", "pyboard"):
        return None
    import machine

    return getattr(machine, "deepsleep", None)
