"""The limits of an At: a command that takes too long, a line out of step, a silent module.

Functions of its turn: what they need to know is in `at`, an At.
"""

from micropython import const

from m5310 import errors
from m5310.errors import AtError
from m5310.probe import FREE
from m5310.replies import taken

_OK_MS = const(25)  # as in at.py; a private const takes no heap
_FLIGHT_MS = const(10)
_ANSWERING_MS = const(50)
_N_TIMEOUTS = const(9)
_N_HELD = const(10)


def watch(at, now):
    """Keep the limits of the command in flight; return ms until the next turn."""
    cmd = at._cmd
    age = at.clock.ticks_diff(now, at.wire.since)
    if age >= cmd.timeout:
        give_up(at, _N_TIMEOUTS, errors.TIMEOUT, now)
    elif at.hold and at.replies and not cmd.reply and not cmd.slow and age >= at.hold:
        if at.clock.ticks_diff(now, at._heard) >= _ANSWERING_MS:
            give_up(at, _N_HELD, errors.HELD, now)
    # Nothing has to be seen at once while it is on its way: no answer could leave.
    return max(1, min(len(at.wire.out) * (at.line_ms - _OK_MS) // 48 - age, _FLIGHT_MS))


def give_up(at, counter, kind, now):
    """End the command in flight with an error of kind; the line is out of step then."""
    if at._cmd:
        at._count(counter)
        at.probe.start(now)
        at.abandon(at._cmd, now)
        at._finish(at._error(kind), now)


def search(at, now):
    """Bring the line into step; what waits for a module that is silent fails."""
    was_silent = at.silent
    if at.probe.step(now):
        at._put(b"AT")
        at._transmit(now)
    if at.probe.state == FREE:
        at._free_at = now
    elif at.silent and not was_silent:
        flush(at, errors.SILENT)


def flush(at, kind):
    """Fail everything queued and in flight with an error of kind."""
    now = at.clock.ticks_ms()
    if at._cmd:
        at._finish(at._error(kind), now)
    while at.normal:
        cmd = at.normal.pop(0)
        cmd.error = AtError(kind, 0, cmd.text)
        cmd.ended = True
    while at.replies:
        taken(at, at.replies[0], AtError(kind), now=now)
