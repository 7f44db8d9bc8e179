"""A line that came in goes to exactly one place (design 4), and what cannot be placed is counted.

In this order: a final result; a line that the command in flight declared by prefix and form; the
URC table; a line without prefix that the command declared; its echo; a line without prefix that
nobody claims, for a command that declared nothing; the late answer to a command that was given up.
Functions of a turn: what they need to know is in `at`, an At.
"""

from micropython import const

from m5310.command import final_result
from m5310.probe import ASKED, FREE

_MAX_LINES = const(16)  # information lines kept of one answer

# Counters, as in at.py; a private const takes no heap.
_N_URCS = const(2)
_N_UNKNOWN = const(3)
_N_MALFORMED = const(4)
_N_STRAY = const(6)
_N_LATE = const(7)

# What a line was, for on_line: a final result, an answer to the command in flight, a URC, an echo,
# a late or a stray final result or line, one that was too long. What is sent is at.py's.
_FINAL = const(102)  # f
_ANSWER = const(97)  # a
_URC = const(117)  # u
_ECHO = const(101)  # e
_LATE = const(108)  # l
_STRAY = const(120)  # x
_CUT = const(99)  # c


def place(at, line, cut):
    """Give a line to what it is for, and tell on_line what it was; cut: the rest of it is gone."""
    kind = _STRAY
    final = final_result(line)
    cmd = at._cmd
    if cut:  # its rest is gone, but who asked something has to be refused
        kind = _CUT
        if line.startswith(b"+MIPL"):
            _unsolicited(at, line)
    elif final:
        kind = _final(at, final)
    elif cmd and _answers(at, cmd, line):
        kind = _ANSWER
    elif _unsolicited(at, line):
        kind = _URC
    elif cmd and cmd.bare and _says(at, cmd.bare, line):
        kind = _ANSWER
    elif line.upper().startswith(b"AT") and (cmd or at.probe.state == ASKED):
        kind = _ECHO
    elif cmd and cmd.open and _unnamed(line):
        kind = _ANSWER
    elif at.abandoned and could_answer(at, at.abandoned, line):
        kind = _LATE
        at._count(_N_UNKNOWN)
    else:
        at._count(_N_UNKNOWN)
    if kind == _ANSWER:
        _keep(at, cmd, line)
    at.tell(kind, line)


def could_answer(at, cmd, line):
    """Tell whether line may be an information line of cmd, wherever else it may belong."""
    if _answers(at, cmd, line) or (cmd.bare and _says(at, cmd.bare, line)):
        return True
    return cmd.open and cmd.asks and _unnamed(line)


def _answers(at, cmd, line):
    """Tell whether line is an information line of cmd by its prefix and form."""
    if not cmd.prefix or not line.startswith(cmd.prefix):
        return False
    if cmd.shape:
        return _says(at, cmd.shape, line)
    if not cmd.declared:
        for prefix, _, answer in at._urcs:
            if line.startswith(prefix):  # a report, unless it has the form of an answer
                named = cmd.asks or len(prefix) < len(cmd.prefix)
                return bool(named and answer and _says(at, answer, line))
    return True


def _says(at, test, line):
    """Return what test says of line; one that fails says no."""
    try:
        return bool(test(line))
    except Exception as e:
        at.failed(e)
        return False


def _unnamed(line):
    """Tell whether line is no `+NAME: ...`, which answers a command of that name or is a URC."""
    return line[0] not in b"+*^" or line.find(b":") < 0


def _unsolicited(at, line):
    for prefix, handler, _ in at._urcs:
        if line.startswith(prefix):
            at._count(_N_URCS)
            try:
                handler(line)
            except (ValueError, IndexError):
                at._count(_N_MALFORMED)
            except Exception as e:  # a fault of ours: the next line is not to suffer from it
                at.failed(e)
            return True
    if at.on_other and _says(at, at.on_other, line):
        at._count(_N_URCS)
        return True
    return False


def _keep(at, cmd, line):
    if len(cmd.lines) < _MAX_LINES:
        cmd.lines.append(bytes(line))
    else:
        at._count(_N_UNKNOWN)


def _final(at, final):
    now = at.clock.ticks_ms()
    if at.wire.busy:  # a command still on its way out has no result yet
        at._count(_N_STRAY)
        return _STRAY
    if at.probe.state != FREE:
        if at.probe.final(now):
            at._count(_N_LATE)
            return _LATE
    elif at._cmd is None:
        at._count(_N_STRAY)
        return _STRAY
    else:
        kind, code = final
        cmd = at._cmd
        at._finish(at._error(kind, code) if kind else None, now)
        if not kind and cmd.prefix and not cmd.lines:
            at.abandon(cmd, now)  # its lines may come yet, behind their OK
            if cmd.declared:
                at.probe.start(now)  # it may have been another's OK
    return _FINAL
