"""What only made the node's parts leaves the heap behind the start: no part is made twice."""

import gc

from lwm2m.instance import Instance

_MAKERS = ("__init__", "add", "default", "objects", "counts")
_TOLD = ("status",)  # Node.status() asks for what they return, and not for them
_LENT = ("set_attributes",)  # the dispatcher borrows what that takes


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
        for part in (registry, node, node.log, node.notifier, node.supervisor, node.trace):
            _settle(type(part))
        for part in (node.dispatcher, node.watchdog):
            _settle(type(part))
        _settle(type(node.dispatcher.observations), names=_MAKERS + _LENT)
        for part in (modem.mipl.requests, modem.mipl.dialect, modem.at.wire):
            _settle(type(part))
        for part in (modem.at.wire.lines, modem.at.probe):
            _settle(type(part))
        for part in (sampler, modem, modem.at, modem.network, modem.mipl):
            _settle(type(part), names=_MAKERS + _TOLD)
        if node.courier:
            _settle(type(node.courier), type(node.courier.outbox), names=_MAKERS[:1])
        _settle(Instance)
    gc.collect()


def _settle(*classes, names=_MAKERS):
    for cls in classes:
        for name in names:
            try:
                delattr(cls, name)
            except AttributeError:
                continue
            setattr(cls, name, None)  # a deleted entry still holds on to its value
