"""Opening the OneNET session (guide 3.2); loaded for that alone.

What is told here of a session is that of `mipl`, a Mipl.
"""

from micropython import const

from m5310 import borrow, detect, dialects, errors
from m5310.errors import AtError
from m5310.fields import body, is_digits, num
from m5310.operations import put_resources

_OPENING = const(1)  # as in mipl.py; a private const takes no heap
_REGISTERED = const(2)
_EVENT_MS = const(60000)
_PAUSE_MS = const(100)  # the module's LwM2M starts up meanwhile (facts/protocol.md 1)


async def start(mipl, objects, lifetime, timeout, server, bootstrap):
    """Create the session, add objects, register; return when the platform accepted."""
    at = mipl.at
    mipl.reset()
    pause = at.pause
    at.pause = max(pause, _PAUSE_MS)
    try:
        await _declare(mipl, objects, server, bootstrap)
    finally:
        at.pause = pause
    mipl.state = _OPENING
    mipl.lifetime = lifetime
    try:
        await at.command(
            b"AT+MIPLOPEN=%d,%d,%d" % (mipl.requests.ref, lifetime, timeout),
            10000,
            prefix=b"",
            slow=True,
        )
    except AtError:
        if mipl.state != _REGISTERED:  # the event came, only the OK was lost
            mipl.reset()
            raise
    begun = mipl.clock.ticks_ms()
    while mipl.state == _OPENING:
        if mipl.since(begun) > timeout * 1000 + _EVENT_MS:
            mipl.cause = "no event after OPEN"
            mipl.state = 0
        await mipl.clock.sleep_ms(20)
    _stands(mipl)


def _stands(mipl):
    if mipl.state != _REGISTERED:
        raise AtError(errors.FAILED, 0, mipl.cause.encode())


async def _declare(mipl, objects, server, bootstrap):
    """Create the session and tell the module what there is."""
    await detect.find(mipl)
    texts = dialects.creates(mipl.dialect, server, bootstrap)
    await _create(mipl, texts)
    mipl.requests.done_before.clear()
    for oid, bitmap, attributes, actions, resources in objects:
        await mipl.at.command(
            b'AT+MIPLADDOBJ=%d,%d,%d,"%s",%d,%d'
            % (mipl.requests.ref, oid, len(bitmap), bitmap.encode(), attributes, actions),
            prefix=b"",
        )
        if mipl.dialect.own:
            text = bytearray(b"AT+MIPLDISCOVERRSP=%d,%d,1" % (mipl.requests.ref, oid))
            put_resources(resources, text)
            await mipl.at.command(bytes(text), prefix=b"")


async def _create(mipl, texts):
    """Send texts until one is accepted, the first once more behind DELETE; raises AtError."""
    lines = refusal = None
    for text in texts[:1] + texts:
        if refusal:  # there is a session from before our restart, or the command is not known
            await borrow("m5310.closing").quietly(mipl, b"AT+MIPLDELETE=%d" % mipl.requests.ref)
        try:
            lines = await mipl.at.command(text, 10000, b"+MIPLCREATE", None, is_digits)
            break
        except AtError as e:
            if not e.refused:
                raise
            refusal = e
    else:
        if mipl.auto:  # it may have been taken for another: the next try finds out anew
            mipl.requests.speak(dialects.get("auto"))
        raise refusal
    # Some firmware does not print it, and a bare number may be the late answer to another command.
    lines = [line for line in lines if line[:1] == b"+"] or lines
    ref = body(lines[0]).strip() if lines else b""
    mipl.requests.ref = num(ref) if is_digits(ref) and len(ref) < 5 else 0
