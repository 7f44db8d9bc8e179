"""A task of the node failed: what is said, how long it waits, when the board starts over.

Loaded for that alone.
"""

import io
import sys

from micropython import const

from m5310 import borrow

_KEPT = const(8)
_MOST = const(5)  # failures of one task within _WITHIN_MS until the board is restarted
_WITHIN_MS = const(600000)
_FIRST_MS = const(1000)
_LONGEST_MS = const(60000)


def failed(node, name, error):
    """Note that the task called name raised error; return ms until it is to be started again.

    The _MOST-th time in ten minutes restarts the MCU; where there is none, as on a PC, the pauses
    grow to a minute.
    """
    now = node.clock.ticks_ms()
    if node.failures is None:
        node.failures = {}
    times = [when for when in node.failures.get(name, ()) if _recent(node, when, now)] + [now]
    node.failures[name] = times[-_KEPT:]
    pause = min(_FIRST_MS << (len(times) - 1), _LONGEST_MS)
    tell(node.log, error)
    supervisor = node.supervisor
    if len(times) < _MOST or not supervisor.restart or supervisor.modem.firmware.busy:
        text = "task %s failed: %r; it is started again in %d s"
        node.log(text % (name, error, pause // 1000), 0)
        return pause
    cause = "task %s failed: %r, %d times in ten minutes" % (name, error, _MOST)
    borrow("node.restarts").restart(supervisor, cause)
    return pause


def tell(log, error):
    """Log the traceback of error line by line: log(text, 0)."""
    if not hasattr(sys, "print_exception"):
        return
    text = io.StringIO()
    sys.print_exception(error, text)
    for line in text.getvalue().strip().split("\n"):
        log(line, 0)


def _recent(node, when, now):
    return 0 <= node.clock.ticks_diff(now, when) < _WITHIN_MS
