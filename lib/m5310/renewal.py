"""Renewing the registration (guide 3.2 B, C).

What is told here of a session is that of `mipl`, a Mipl.
"""

from micropython import const

from m5310 import errors
from m5310.errors import AtError

_REGISTERED = const(2)  # as in mipl.py; a private const takes no heap
_EVENT_MS = const(60000)


async def update(mipl, lifetime, objects):
    """Renew the registration and wait for event 11 (guide 3.2 B, C)."""
    before = mipl.updates
    text = b"AT+MIPLUPDATE=%d,%d,%d" % (mipl.requests.ref, lifetime, objects)
    await mipl.at.command(text, prefix=b"")
    begun = mipl.clock.ticks_ms()
    while mipl.updates == before and mipl.state == _REGISTERED:
        if mipl.since(begun) > _EVENT_MS:
            raise AtError(errors.TIMEOUT, 0, b"AT+MIPLUPDATE")
        await mipl.clock.sleep_ms(20)
    if mipl.state != _REGISTERED:
        raise AtError(errors.FAILED, 0, mipl.cause.encode())
    mipl.lifetime = lifetime or mipl.lifetime
