"""Rollback: a changed configuration has three starts to come online, then the last good one runs.

The last good configuration is kept as COPY once a session was stable with it. Until then the
starts of a changed one are counted in a file of three lines: the CRC-32 of the configuration, how
many starts in a row failed (the present one counts as failed until more is known), and how the
present start goes:

    begun    it has just begun: a crash or a power cut now is a failure
    ran      it ran for some seconds: whatever ends it now comes from outside
    failed   it never came online, and ended by itself or tried for as long as it may
    stopped  stopped by Ctrl-C, as every tool does that works on the board
    online   it came online: this start is no failure, whatever comes next
"""

import os

from micropython import const

from . import safe

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from .app import Node
    from .log import Log

COPY = "config.prev.json"
TRIES = const(3)
_COUNTER = "config.tries.txt"
_STABLE_MS = const(60000)
_CRASH_MS = const(10000)  # a start that ends sooner may be the configuration's fault
_TURN_MS = const(100)


def choices(path: str, watchdog_reset: bool = False) -> list:
    """Return [(path, failed starts, why)] of the configurations to try, in this order.

    path: the board's own. failed starts: of one that is on trial, else None. why: what to say
    when the copy is used. watchdog_reset: the watchdog ended the last start.
    """
    try:
        failed = failed_starts(path, watchdog_reset)
    except OSError:  # the file system cannot be written: the node runs all the same
        failed = None
    said = "running on %s, the last configuration that was online: " % COPY
    if failed is not None and failed >= TRIES:
        why = "%s was not online at %d starts; a changed one is tried anew" % (path, failed)
        return [(COPY, None, said + why), (path, None, None)]
    out: list = [(path, failed, None)]
    if _exists(COPY):
        out.append((COPY, None, said + "%s cannot be used" % path))
    return out


def begin(path: str, failed: "int | None", log: "Log") -> "Trial | None":
    """Count this start with path; return its Trial, None if the configuration is the copy.

    failed: as of choices(). Raise OSError if path cannot be read.
    """
    try:
        if safe.same(path, COPY):
            return None
        if failed is not None:
            log("%s has not been online yet: start %d of %d" % (path, failed + 1, TRIES))
            count(path, failed + 1)
    except OSError as e:  # the node runs all the same
        log("the starts with %s cannot be counted: %s" % (path, e), 0)
    return Trial(path)


class Trial:
    """A start with a configuration that has not been online yet: follow it, keep it if it works.

    path: the configuration; as it is now, it is kept.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.crc = safe.crc(path)
        self.proven = False

    async def follow(self, node: "Node") -> None:
        """Note how the start goes; keep the configuration after a stable minute. Never raise.

        Files are written while the UART is idle: writing to flash may take longer than its buffer
        lasts.
        """
        clock = node.clock
        supervisor = node.supervisor
        patience_ms = supervisor.register_timeout_ms + supervisor.open_timeout_s * 1000
        state = "begun"
        session = 0  # the one that is online since
        begun = since = clock.ticks_ms()
        try:
            while not session or clock.ticks_diff(clock.ticks_ms(), since) < _STABLE_MS:
                online = supervisor.state == "online"
                if not online or session != supervisor.sessions:
                    session = online and supervisor.sessions
                    since = clock.ticks_ms()
                going = state
                spent_ms = clock.ticks_diff(clock.ticks_ms(), begun)
                if online or state == "online":
                    going = "online"
                elif state == "begun" and spent_ms >= _CRASH_MS:
                    going = "ran"
                elif state == "ran" and spent_ms >= patience_ms:
                    going = "failed"
                if going != state and node.modem.at.quiet():
                    state = going
                    self._note(state, node.log)
                await clock.sleep_ms(_TURN_MS)
            while not node.modem.at.quiet():
                await clock.sleep_ms(_TURN_MS)
            if not self.proven:
                self.keep(node.log)
        except MemoryError as e:  # the node runs all the same
            node.log("%s cannot be written: %r" % (COPY, e), 0)

    def keep(self, log: "Log") -> None:
        """Keep the configuration as COPY: it has worked. Never raise."""
        self.proven = True
        try:
            if keep(self.path, COPY, self.crc):
                log("%s was online, and is kept as %s" % (self.path, COPY))
        except (OSError, MemoryError) as e:  # the node runs all the same
            log("%s cannot be written: %s" % (COPY, e), 0)

    def _note(self, state: str, log: "Log") -> None:
        try:
            note(state)
        except OSError as e:
            log("this start cannot be counted: %s" % e, 0)


def stopped() -> None:
    """Note that this start was stopped by Ctrl-C: it is no failure."""
    try:
        note("stopped", ("begun", "ran"))
    except OSError:
        pass  # then it counts as a failure


# -- the counter -------------------------------------------------------------------------------


def failed_starts(path: str, watchdog_reset: bool = False) -> "int | None":
    """Return how many starts in a row with path failed; None if they are not counted.

    They are not if there is no copy to go back to, or if the copy is the same. Raise OSError.
    """
    safe.settle(COPY)
    try:
        own = safe.crc(path)
        if own != safe.crc(COPY):
            if watchdog_reset:
                note("failed", ("ran",))
            return _failed(own)
        os.remove(_COUNTER)  # left by a power cut
    except OSError:
        pass
    return None


def count(path: str, starts: int) -> None:
    """Write down that this is so many starts in a row with path. Raise OSError."""
    safe.write(_COUNTER, [safe.crc(path), str(starts), "begun"])


def note(state: str, instead: tuple = ("begun", "ran", "failed")) -> None:
    """Write down how the present start goes, if it is counted and was one of instead so far.

    Raise OSError.
    """
    try:
        crc_, starts, before = _read()
    except ValueError:
        return  # not counted
    if before in instead and before != state:
        safe.write(_COUNTER, [crc_, starts, state])


def _failed(own: str) -> int:
    try:
        crc_, starts, state = _read()
        failed = {"ran": int(starts) - 1, "stopped": int(starts) - 1, "online": 0}
        return failed.get(state, int(starts)) if crc_ == own else 0
    except ValueError:
        return 0


def _read() -> list:
    """Return [CRC, starts, state] as texts; raise ValueError if there are none."""
    lines = safe.read(_COUNTER) or []
    if len(lines) == 2:  # written by a version that counted every start
        lines.append("begun")
    crc_, starts, state = lines
    return [crc_, starts, state]


# -- the copy ----------------------------------------------------------------------------------


def keep(path: str, copy: str, wanted: str) -> bool:
    """Copy path to copy if its CRC is still wanted; return whether it was. Raise OSError.

    A power cut leaves the old copy or the new one.
    """
    if safe.crc(path) != wanted:
        return False  # changed meanwhile
    safe.copy(path, copy)
    try:
        os.remove(_COUNTER)
    except OSError:
        pass  # there was none
    return True


def _exists(path: str) -> bool:
    try:
        os.stat(path)
        return True
    except OSError:
        return False
