"""Why the board started: its last restart is kept in a file, told once, and shown in status().

Loaded at the start, for a restart and for status(). Lines of the file: `new` until it was told,
restarts since the power came, restarts ever, the cause of the last.
"""

import sys
import time

from micropython import const

from m5310 import borrow

_FILE = "restarts.txt"
_MOST = const(100)  # restarts written down since power on: flash memory wears out
_LONGEST = const(200)
_FIRST_S = const(10)  # the pause before a start that failed is tried again
_LONGEST_S = const(600)


def restart(supervisor, cause):
    """Restart the MCU because of cause (text), which is kept; whatever the file system says."""
    supervisor.log("restarting the board: %s" % cause, 0)
    _keep(cause, supervisor.log)
    supervisor.log.flush()
    if supervisor.restart:  # else the watchdog does it, where there is one
        supervisor.restart()


def retry(cause, sleep=time.sleep):
    """Restart the MCU because the node could not be started, or ended: cause (text) says why.

    The pause before it, in which Ctrl-C leads to the prompt, is 10 s, and twice as long with each
    restart since power on, up to ten minutes.
    """
    import machine

    pause = min(_FIRST_S << min(_read()[1], 10), _LONGEST_S)
    print("%s; the board restarts in %d s, Ctrl-C keeps it from that" % (cause, pause))
    sleep(pause)
    _keep(cause, lambda text, level: print(text))
    if hasattr(machine, "reset"):
        machine.reset()
    else:
        sys.exit(1)  # a soft reset, when main.py ends so


def _keep(cause, log):
    """Write down that the board restarts because of cause, and that this start failed."""
    try:
        borrow("node.config_keep").note("failed", ("ran",))
        _, row, ever, _ = _read()
        if row < _MOST:
            _write("new", row + 1, ever + 1, cause)
    except Exception as e:  # full or broken, or no memory: the restart is what matters
        log("%s cannot be written: %r" % (_FILE, e), 0)


def begin(log):
    """Log why the board started, and note it; return whether the watchdog ended the last start."""
    kind, words = _reset()
    state, row, ever, cause = _read()
    bitten = kind == "WDT_RESET" and state != "new"
    told = bitten and sys.platform != "rp2"  # where every reset looks like one
    if told:
        row += 1
        ever += 1
        cause = "the watchdog was not fed"
    if told or state == "new":
        log("restarted: %s (restart %d since power on)" % (cause, row), 0)
    else:
        if words:
            log("started after %s" % words)
        if kind != "PWRON_RESET" or not row:
            return bitten
        row = 0
    try:
        if row <= _MOST:
            _write("told", row, ever, cause)
    except OSError as e:
        log("%s cannot be written: %s" % (_FILE, e), 0)
    return bitten


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
