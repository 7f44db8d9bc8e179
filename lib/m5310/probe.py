"""Is the line in step with the module? The quarantine after a time-out, the search for a module.

Quiet, then one `AT`, then quiet again: a second final result in that time was the late one, and
the quiet is waited for anew (facts/anchors.md 8.8). A module that leaves three probes unanswered
is silent; it is probed on, ever more slowly, so that it is found when it comes back.
"""

from micropython import const

_QUIET_MS = const(100)  # silence before a probe
_QUIET_MAX = const(1000)  # a chattering line is probed all the same
_GUARD_MS = const(250)
_FIRST_MS = const(1000)  # how long the first probes wait for their OK
_LONGEST_MS = const(5000)
_PROBES = const(3)

FREE = const(0)  # in step
QUIET = const(1)
ASKED = const(2)
GUARD = const(3)


class Probe:
    """The state of the line: `state`, `silent`, and `sent`, the probes sent so far."""

    def __init__(self, clock):
        self.clock = clock
        self.silent = False
        self.sent = 0
        self.start(clock.ticks_ms())

    def start(self, now):
        """Nothing but a probe may be sent until one was answered."""
        self.state = QUIET
        self.since = now
        self._heard = now
        self._tries = 0
        self._wait = _FIRST_MS

    def heard(self, now):
        """Bytes arrived: the silence before the next probe starts anew."""
        self._heard = now
        self._wait = _FIRST_MS

    def final(self, now):
        """Take a final result that no command waits for; return True if it was a late one."""
        late = self.state != ASKED
        if self.state != QUIET:
            self.state = GUARD  # ERROR is an answer too: noise stood before the AT
            self.since = now
        return late

    def step(self, now):
        """Move on by the clock; return True when a probe has to be sent now."""
        age = self.clock.ticks_diff(now, self.since)
        if self.state == QUIET:
            if self.clock.ticks_diff(now, self._heard) >= _QUIET_MS or age >= _QUIET_MAX:
                self.state = ASKED
                self.since = now
                self.sent += 1
                return True
        elif self.state == ASKED:
            if age >= self._wait:
                self.state = QUIET
                self.since = now
                self._tries += 1
                if self._tries >= _PROBES:
                    self.silent = True
                    self._wait = min(self._wait * 2, _LONGEST_MS)
        elif age >= _GUARD_MS:
            self.state = FREE
            self.silent = False
        return False
