"""Replies of an At on their way out: the line that is due, and what becomes of it.

Functions of its turn: what they need to know is in `at`, an At; a reply is as At.reply wants it.
"""

import gc

from micropython import const

from m5310 import errors
from m5310.errors import AtError

_STATE = const(602)  # the module waits for no such answer
_N_REPLIES = const(1)  # as in at.py; a private const takes no heap
_N_EXPIRED = const(12)

# Reply.again: a line was sent once more, and this one because there was no OK to it
_ONCE_MORE = const(1)
_UNHEARD = const(2)


def begin(at, reply, now):
    """Send the next line of reply, or the refusal that takes its place."""
    try:
        _put_line(at, reply, now)
    except Exception as e:  # not even its refusal has a text, or it may not be refused any more
        if not isinstance(e, MemoryError):
            at.failed(e)
        _end(at, reply, AtError(errors.REFUSED), now)
        return
    at._own.reply = reply
    at._start(at._own, now)


def _put_line(at, reply, now):
    out = at.wire.out
    out[:] = b""
    left = at.window - at.clock.ticks_diff(now, reply.arrived)
    if reply.next == 0 and reply.count and left < reply.count * at.line_ms:
        at._count(_N_EXPIRED)
        if reply.count > 1:  # a single line is its result, late or not
            reply.count = 0
    try:
        if reply.count:
            reply.line(reply.next, out)
        else:
            reply.late(out)
    except Exception as e:  # no memory: the refusal takes less
        gc.collect()
        if reply.next:  # but it would make a whole answer of what was sent so far
            raise
        if not isinstance(e, MemoryError):
            at.failed(e)
        reply.count = 0
        out[:] = b""
        reply.late(out)


def taken(at, reply, error, now):
    """Go on with reply, of which the module took a line, or did not: error."""
    if reply.stopped:
        _end(at, reply, error or AtError(errors.AGAIN), now)
        return
    refused = error and error.refused and error.code != _STATE
    had = refused and reply.again == _UNHEARD  # the module had the line: only its OK was lost
    if (had or error is None) and reply.next + 1 < reply.count:
        reply.next += 1
        if reply.again:
            reply.again = _ONCE_MORE
        return
    age = at.clock.ticks_diff(now, reply.arrived)
    if refused or (error and error.kind == errors.TIMEOUT):
        if not reply.again and age + at.line_ms * (reply.count - reply.next) < at.window:
            # Noise stood before it, or its OK was lost: from this line on.
            reply.again = _ONCE_MORE if refused else _UNHEARD
            return
        if refused and reply.refusable and reply.count:
            reply.count = 0
            return
    _end(at, reply, error, now)


def _end(at, reply, error, now):
    """Take reply out of the queue, and have it hear how it fared."""
    age = at.clock.ticks_diff(now, reply.arrived)
    if reply in at.replies:  # its dialect may have become known meanwhile: see Requests.speak
        at.replies.remove(reply)
    if error is None:
        at._count(_N_REPLIES)
        ages = at.ages
        ages[0] += 1
        ages[1] += age
        ages[2] = max(ages[2], age)
        ages[3] = age
    try:
        reply.done(error, age)
    except Exception as e:
        at.failed(e)
