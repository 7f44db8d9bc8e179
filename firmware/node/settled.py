"""What only made the node's parts leaves the heap behind them: no part is made twice.

Takes what makes parts and joins them out of their classes, where heap is counted: 4 KB on a
64-bit port. What is made while the node runs (commands, answers, errors, sockets) keeps all.
"""

import gc

from lwm2m.registry import Instance

_MAKERS = ("__init__", "add", "default", "objects", "counts")
_TOLD = ("status",)  # Node.status() asks for what they return, and not for them


def things(registry, sampler):
    """Settle the objects and the sensors."""
    _settle(*registry)
    for slot in sampler.slots:
        _settle(slot, slot.driver)
    _strip(Instance, _MAKERS)
    gc.collect()


def module(modem):
    """Settle the driver."""
    at, mipl = modem.at, modem.mipl
    _settle(mipl.requests, mipl.dialect, at.wire, at.wire.lines, at.probe)
    _settle(modem, at, modem.network, mipl)
    gc.collect()


def whole(node):
    """Settle what joins them."""
    _settle(node.registry, node, node.log, node.notifier, node.supervisor, node.trace)
    _settle(node.dispatcher, node.watchdog)
    _settle(node.dispatcher.observations)
    _settle(node.sampler, names=_MAKERS + _TOLD)
    if node.courier:
        _settle(node.courier, node.courier.outbox, names=_MAKERS[:1])
    gc.collect()


def _settle(*parts, names=_MAKERS):
    for part in parts:
        _strip(type(part), names)


def _strip(cls, names):
    if not hasattr(gc, "mem_free"):
        return
    for name in names:
        try:
            delattr(cls, name)
        except AttributeError:
            continue
        setattr(cls, name, None)  # a deleted entry still holds on to its value
