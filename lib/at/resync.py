"""Resynchronisation: is the line in step with the modem?

Silence, then one `AT`, then silence again: a second final result in that time was a late one, and
the silence is waited for anew. A modem that leaves three probes unanswered is silent; probing goes
on, ever more slowly, so that it is found when it comes back.
"""

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from at.port import Clock, Ticks

_QUIET_MS = const(100)  # silence before a probe
_QUIET_MAX_MS = const(1000)  # a line that is never silent is probed all the same
_GUARD_MS = const(250)  # silence behind the answer to a probe
_FIRST_MS = const(1000)  # how long the first probes wait for their OK
_LONGEST_MS = const(5000)
_PROBES = const(3)

IN_STEP = const(0)
QUIET = const(1)  # waits for silence
PROBED = const(2)  # a probe waits for its OK
GUARD = const(3)  # answered; waits for silence


class Resync:
    """The state of the line: `state`, `silent`, and `sent`, the number of probes so far."""

    def __init__(self, clock: "Clock") -> None:
        self.clock = clock
        self.silent = False
        self.sent = 0
        self.start(clock.ticks_ms())

    def start(self, now: "Ticks") -> None:
        """Allow nothing but a probe until one has been answered."""
        self.state = QUIET
        self.since = now
        self.heard_at = now
        self.wait_ms = _FIRST_MS
        self._tries = 0

    def heard(self, now: "Ticks") -> None:
        """Note that bytes arrived: the silence before the next probe starts anew."""
        self.heard_at = now
        self.wait_ms = _FIRST_MS

    def final(self, now: "Ticks") -> bool:
        """Take a final result that no command waits for; return True if it was a late one."""
        late = self.state != PROBED
        if self.state != QUIET:
            self.state = GUARD  # ERROR is an answer too: noise stood before the AT
            self.since = now
        return late

    def step(self, now: "Ticks") -> bool:
        """Move on by the clock; return True when a probe has to be sent now."""
        age = self.clock.ticks_diff(now, self.since)
        if self.state == QUIET:
            if self.clock.ticks_diff(now, self.heard_at) >= _QUIET_MS or age >= _QUIET_MAX_MS:
                self.state = PROBED
                self.since = now
                self.sent += 1
                return True
        elif self.state == PROBED:
            if age >= self.wait_ms:
                self.state = QUIET
                self.since = now
                self._tries += 1
                if self._tries >= _PROBES:
                    self.silent = True
                    self.wait_ms = min(self.wait_ms * 2, _LONGEST_MS)
        elif age >= _GUARD_MS:
            self.state = IN_STEP
            self.silent = False
        return False
