"""What only made the node's parts leaves the heap behind the start: no part is made twice."""

import gc

from lwm2m.instance import Instance

_MAKERS = ("__init__", "add", "objects", "counts")


def settle(registry, sampler, node=None):
    """Take what makes parts and joins them out of their classes, where heap is counted at all.

    4 KB on a 64-bit port. What is made while the node runs (commands, answers, errors, sockets)
    keeps all it has. Without node: of the objects and sensors alone.
    """
    if not hasattr(gc, "mem_free"):
        return
    for instance in registry:
        _settle(type(instance))
    for slot in sampler.slots:
        _settle(type(slot), type(slot.driver))
    if node:
        modem = node.modem
        for part in (registry, sampler, node, node.log, node.notifier, node.supervisor):
            _settle(type(part))
        for part in (node.dispatcher, node.dispatcher.observations, node.trace, node.watchdog):
            _settle(type(part))
        for part in (modem, modem.network, modem.mipl, modem.mipl.requests, modem.mipl.dialect):
            _settle(type(part))
        for part in (modem.at, modem.at.wire, modem.at.wire.lines, modem.at.probe):
            _settle(type(part))
        if node.courier:
            _settle(type(node.courier), type(node.courier.outbox))
        _settle(Instance)
    gc.collect()


def _settle(*classes):
    for cls in classes:
        for name in _MAKERS:
            try:
                delattr(cls, name)
            except AttributeError:
                continue
            setattr(cls, name, None)  # a deleted entry still holds on to its value
