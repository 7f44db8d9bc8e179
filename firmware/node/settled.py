"""What only made the node's parts leaves the heap behind them: no part is made twice.

Takes what makes parts and joins them out of their classes, where heap is counted: 4 KB on a
64-bit port. What is made while the node runs (commands, answers, errors, sockets) keeps all.
"""

import gc

from lwm2m.instance import Instance

_MAKERS = ("__init__", "add", "default", "objects", "counts")
_TOLD = ("status",)  # Node.status() asks for what they return, and not for them
_LENT = ("set_attributes",)  # the dispatcher borrows what that takes


def things(registry, sampler):
    """Settle the objects and the sensors."""
    for instance in registry:
        _settle(type(instance))
    for slot in sampler.slots:
        _settle(type(slot), type(slot.driver))
    _settle(Instance)
    gc.collect()


def module(modem):
    """Settle the driver."""
    at = modem.at
    for part in (modem.mipl.requests, modem.mipl.dialect, at.wire, at.wire.lines, at.probe):
        _settle(type(part))
    for part in (modem, at, modem.network, modem.mipl):
        _settle(type(part), names=_MAKERS + _TOLD)
    gc.collect()


def whole(node):
    """Settle what joins them."""
    for part in (node.registry, node, node.log, node.notifier, node.supervisor, node.trace):
        _settle(type(part))
    for part in (node.dispatcher, node.watchdog):
        _settle(type(part))
    _settle(type(node.dispatcher.observations), names=_MAKERS + _LENT)
    _settle(type(node.sampler), names=_MAKERS + _TOLD)
    if node.courier:
        _settle(type(node.courier), type(node.courier.outbox), names=_MAKERS[:1])
    gc.collect()


def _settle(*classes, names=_MAKERS):
    if not hasattr(gc, "mem_free"):
        return
    for cls in classes:
        for name in names:
            try:
                delattr(cls, name)
            except AttributeError:
                continue
            setattr(cls, name, None)  # a deleted entry still holds on to its value
