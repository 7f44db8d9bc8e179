"""A session that outlived the sleep of the board; loaded for duty cycles alone."""

from micropython import const

from m5310 import dialects, renewal
from m5310.errors import AtError

_REGISTERED = const(2)  # as in mipl.py; a private const takes no heap
_HOLD_MS = const(500)


async def resume(mipl, ref, dialect, lifetime):
    """Go on with a session the module still has, and tell the platform; raises AtError if not.

    ref and dialect are those of before.
    """
    if mipl.dialect.name != dialect:
        mipl.requests.speak(dialects.get(dialect))
    mipl.reset()
    mipl.requests.ref = ref
    mipl.lifetime = lifetime
    mipl.state = _REGISTERED
    mipl.at.hold = _HOLD_MS
    mipl._renew()
    try:
        await renewal.update(mipl, lifetime, False)
    except AtError:
        mipl.reset()
        raise
