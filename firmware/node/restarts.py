"""Restarts of the MCU: why the board started, and the restart with its cause kept in a file.

The cause is logged at the next start and shown by status(). Lines of the file: `new` until it was
logged, restarts since power on, restarts ever, the cause of the last.
"""

import sys
import time

from micropython import const

from . import rollback, safe

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Callable

    from .log import Log
    from .supervisor import Supervisor

_FILE = "restarts.txt"
_WRITTEN = const(100)  # restarts written down since power on: flash memory wears out
_CAUSE_CHARS = const(200)
_FIRST_PAUSE_S = const(10)
_LONGEST_PAUSE_S = const(600)


def restart(supervisor: "Supervisor", cause: str) -> None:
    """Keep and log cause, then restart the MCU; whatever the file system says."""
    supervisor.log("restarting the board: %s" % cause, 0)
    _keep(cause, supervisor.log)
    supervisor.log.flush()
    if supervisor.restart:  # else the watchdog does it, where there is one
        supervisor.restart()


def retry(cause: str, sleep: "Callable[[float], None]" = time.sleep) -> None:
    """Restart the MCU because the node could not be started, or ended; cause says why.

    The pause before, in which Ctrl-C leads to the prompt, is 10 s, doubled with each restart since
    power on, up to ten minutes.
    """
    import machine

    pause_s = min(_FIRST_PAUSE_S << min(_read()[1], 10), _LONGEST_PAUSE_S)
    print("%s; the board restarts in %d s, Ctrl-C keeps it from that" % (cause, pause_s))
    sleep(pause_s)
    _keep(cause, lambda text, level: print(text))
    if hasattr(machine, "reset"):
        machine.reset()
    else:
        sys.exit(1)  # a soft reset, when main.py ends so


def begin(log: "Log") -> bool:
    """Log why the board started; return True if the watchdog ended the last start."""
    kind, words = _reset_cause()
    state, row, ever, cause = _read()
    watchdog_reset = kind == "WDT_RESET" and state != "new"
    counted = watchdog_reset and sys.platform != "rp2"  # where every reset looks like one
    if counted:
        row += 1
        ever += 1
        cause = "the watchdog was not fed"
    if counted or state == "new":
        log("restarted: %s (restart %d since power on)" % (cause, row), 0)
    else:
        if words:
            log("started after %s" % words)
        if kind != "PWRON_RESET" or not row:
            return watchdog_reset
        row = 0
    try:
        if row <= _WRITTEN:
            _write("told", row, ever, cause)
    except OSError as e:
        log("%s cannot be written: %s" % (_FILE, e), 0)
    return watchdog_reset


def status() -> dict:
    """Return how the board started, why it last restarted, and how often it did."""
    _, row, ever, cause = _read()
    return {"reset": _reset_cause()[1], "cause": cause, "since_power_on": row, "ever": ever}


def power_on() -> "bool | None":
    """Return True if this start is a power-on; None where the port does not tell."""
    kind = _reset_cause()[0]
    return kind == "PWRON_RESET" if kind else None


def _reset_cause() -> tuple:
    """Return (name of machine's constant, words) of what reset the MCU, ("", "") if unknown."""
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


def _keep(cause: str, log: "Callable[[str, int], None]") -> None:
    """Write down that the board restarts because of cause, and that this start failed."""
    try:
        rollback.note("failed", ("ran",))
        _, row, ever, _ = _read()
        if row < _WRITTEN:
            _write("new", row + 1, ever + 1, cause)
    except Exception as e:  # full or broken, or no memory: the restart is what matters
        log("%s cannot be written: %r" % (_FILE, e), 0)


def _read() -> tuple:
    try:
        state, row, ever, cause = safe.read(_FILE)
        return state, int(row), int(ever), cause
    except (TypeError, ValueError):
        return "", 0, 0, ""


def _write(state: str, row: int, ever: int, cause: str) -> None:
    line = "".join([c if " " <= c <= "~" else "?" for c in cause[:_CAUSE_CHARS]])
    safe.write(_FILE, [state, str(row), str(ever), line])
