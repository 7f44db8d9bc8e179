"""Taking the OneNET session down (guide 3.6); loaded for that alone: it may be when heap is short.

What is told here of a session is that of `mipl`, a Mipl.
"""

from m5310 import errors
from m5310.errors import AtError


async def close(mipl):
    """De-register and take the session down, in the guide's order (3.6)."""
    mipl.reset()
    await quietly(mipl, b"AT+MIPLCLOSE=%d" % mipl.requests.ref, 10000)
    await quietly(mipl, b"AT+MIPLDELETE=%d" % mipl.requests.ref, 10000)


async def remove(mipl, oid):
    """Delete object oid from the module (guide 3.6); an error means it is gone already."""
    await quietly(mipl, b"AT+MIPLDELOBJ=%d,%d" % (mipl.requests.ref, oid))


async def quietly(mipl, text, timeout=2000):
    """Send text; an error is passed over, but raises AtError if the module is silent."""
    try:
        await mipl.at.command(text, timeout, prefix=b"", slow=True)
    except AtError as e:
        if e.kind == errors.SILENT:
            raise
