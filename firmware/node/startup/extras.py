"""What only some nodes have: outbox, UDP uplink, power saving, duty cycle."""

import sys

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from m5310.modem import Modem
    from node.app import Node
    from node.outbox.courier import Courier
    from node.supervisor import Supervisor
    from node.uplink.uplink import Uplink
    from node.wall import Wall

_UPDATE_S = const(86400)  # between two updates of the network, where nothing else is configured


def save_power(modem: "Modem", settings: dict) -> "type[Supervisor]":
    """Have the module save power as configured; return the class of the node's supervisor.

    settings: the configuration's power.
    """
    cycle = settings["mode"] == "cycle"
    update = settings["update"] or max(2 * settings["period"] if cycle else 0, _UPDATE_S)
    modem.network.power = settings["active"], update, settings["edrx"]
    from m5310 import power

    power.watch(modem.at)
    if cycle:
        from node.cycle import Cycler

        return Cycler
    from node.supervisor import Supervisor

    return Supervisor


def add(
    node: "Node",
    config: dict,
    folder: str,
    wall: "Wall | None",
    sleep: "Callable[[int], None] | None" = None,
) -> None:
    """Add the outbox, the uplink and the duty cycle of a checked configuration to node.

    folder: beginning of the names of files and folders. wall: a Wall or None. sleep: as in
    node.cycle.
    """
    if config["outbox"]["readings"]:
        node.courier = node.notifier.courier = _make_courier(node, config["outbox"], folder)
    if config["udp"]["server"]:
        node.uplink = _make_uplink(node, config["udp"], folder + "-udp")
    for part in (node.courier, node.uplink):
        if part:
            part.wall = wall.now if wall else None
    settings = config["power"]
    if node.uplink:
        node.uplink.release = settings["release"]
        node.supervisor.sockets = node.uplink.health
    if settings["mode"] == "cycle":
        from node.cycle import Memory

        cycler: "Any" = node.supervisor  # of the class that save_power() returned
        cycler.attach(
            node,
            Memory(folder + "-cycle", wall.rtc if wall else None),
            sleep or _deepsleep(node.supervisor.restart),
            period_s=settings["period"],
            awake_s=settings["awake"],
            release=settings["release"],
        )


def _make_courier(node: "Node", settings: dict, folder: str) -> "Courier | None":
    """Return the Courier of the outbox, None if its files cannot be made."""
    from node.outbox import Outbox
    from node.outbox.courier import Courier

    measured = [slot.instance for slot in node.sampler.slots]
    try:
        outbox = Outbox(folder, max(64, settings["readings"]))
    except OSError as e:
        node.log("outbox: %s; readings are not kept" % e, 0)
        return None
    observations = node.notifier.observations
    return Courier(outbox, measured, observations, node.modem, node.log, settings["period"])


def _make_uplink(node: "Node", settings: dict, folder: str) -> "Uplink | None":
    """Return the Uplink, None if its files cannot be made."""
    from node import uplink
    from node.outbox import Outbox
    from node.uplink.commands import Remote

    measured = [slot.instance for slot in node.sampler.slots]
    execute = Remote(node.registry).execute
    try:
        store = Outbox(folder, settings["readings"])
        stream = uplink.stream_of(folder)
    except OSError as e:
        node.log("uplink: %s; nothing is sent by UDP" % e, 0)
        return None
    return uplink.Uplink(node.modem, node.log, store, stream, measured, execute, settings)


def _deepsleep(restart: "Callable[[], None] | None") -> "Callable[[int], None] | None":
    """Return machine.deepsleep; None on a PC, and where the board does not start anew behind it.

    restart: what restarts the MCU, None on a PC.
    """
    if restart is None or sys.platform not in ("esp32", "pyboard"):
        return None
    import machine

    return getattr(machine, "deepsleep", None)
