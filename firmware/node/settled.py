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
    parts = list(registry) + sampler.slots + [slot.driver for slot in sampler.slots]
    if node:
        parts += [registry, sampler] + _parts(node)
    for cls in [type(part) for part in parts] + ([Instance] if node else []):
        for name in _MAKERS:
            try:
                delattr(cls, name)
            except AttributeError:
                continue
            setattr(cls, name, None)  # a deleted entry still holds on to its value
    gc.collect()


def _parts(node):
    modem = node.modem
    at = modem.at
    parts = [node, node.log, node.dispatcher, node.notifier, node.supervisor]
    parts += [node.dispatcher.observations, node.courier, node.trace, node.watchdog]
    parts += [modem, modem.network, modem.mipl, modem.mipl.requests, modem.mipl.dialect]
    parts += [at, at.wire, at.wire.lines, at.probe]
    if node.courier:
        parts.append(node.courier.outbox)
    return parts
