"""Why the board started: its last restart is kept in a file, told once, and shown in status().

Loaded at the start, for a restart and for status(). Lines of the file: `new` until it was told,
restarts since the power came, restarts ever, the cause of the last.
"""

import sys

from micropython import const

from m5310 import borrow

_FILE = "restarts.txt"
_MOST = const(100)  # restarts written down since power on: flash memory wears out
_LONGEST = const(200)


def restart(supervisor, cause):
    """Restart the MCU because of cause (text), which is kept; whatever the file system says."""
    supervisor.log("restarting the board: %s" % cause, 0)
    try:
        _, row, ever, _ = _read()
        if row < _MOST:
            _write("new", row + 1, ever + 1, cause)
    except Exception as e:  # full or broken, or no memory: the restart is what matters
        supervisor.log("%s cannot be written: %r" % (_FILE, e), 0)
    supervisor.restart()


def begin(log):
    """Log why the board started, and note it."""
    kind, words = _reset()
    state, row, ever, cause = _read()
    bitten = kind == "WDT_RESET" and sys.platform != "rp2" and state != "new"
    if bitten:
        row += 1
        ever += 1
        cause = "the watchdog was not fed"
    if bitten or state == "new":
        log("restarted: %s (restart %d since power on)" % (cause, row), 0)
    else:
        if words:
            log("started after %s" % words)
        if kind != "PWRON_RESET" or not row:
            return
        row = 0
    try:
        if row <= _MOST:
            _write("told", row, ever, cause)
    except OSError as e:
        log("%s cannot be written: %s" % (_FILE, e), 0)


def status():
    """Return how the board started, why it last restarted, and how often it did, as a dict."""
    _, row, ever, cause = _read()
    return {"reset": _reset()[1], "cause": cause, "since_power_on": row, "ever": ever}


def power_on():
    """Return whether the power came on at this start, None where the port does not tell."""
    kind = _reset()[0]
    return kind == "PWRON_RESET" if kind else None


def _reset():
    """Return (name, words) of what reset the chip."""
    import machine

    if not hasattr(machine, "reset_cause"):
        return "", ""
    power = "power on"
    if sys.platform == "esp32":  # the reset button is the power-on reset of these chips
        power = "power on or the reset button"
    elif not hasattr(machine, "SOFT_RESET"):  # an RP2 tells nothing but a reset by its watchdog
        power = "power on, the reset button or a soft reset"
    for name, words in (
        ("PWRON_RESET", power),
        ("HARD_RESET", "a reset"),
        ("WDT_RESET", "a reset" if sys.platform == "rp2" else "a bite of the watchdog"),
        ("DEEPSLEEP_RESET", "deep sleep"),
        ("SOFT_RESET", "a soft reset"),
    ):
        if machine.reset_cause() == getattr(machine, name, None):
            return name, words
    return "", "a reset of unknown cause"


def _read():
    try:
        state, row, ever, cause = borrow("node.safe").read(_FILE)
        return state, int(row), int(ever), cause
    except (TypeError, ValueError):
        return "", 0, 0, ""


def _write(state, row, ever, cause):
    line = "".join([c if " " <= c <= "~" else "?" for c in cause[:_LONGEST]])
    borrow("node.safe").write(_FILE, [state, str(row), str(ever), line])
