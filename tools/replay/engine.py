"""The driver's line engine, sending nothing by itself: what was sent, and when, it is told."""

from at.resync import GUARD, IN_STEP, PROBED, QUIET
from m5310.modem import ModuleClient
from m5310.operations import KINDS

STEP_MS = 60_000  # of an idle line
NEAR_MS = 60  # what the node did the driver has to be about to do
QUIET_MS = 100  # this and the rest as in at.resync
_QUIET_MAX_MS, _GUARD_MS = 1000, 250


class Engine(ModuleClient):
    """A ModuleClient that sends nothing by itself, but is told what was sent and when."""

    notes = ()

    def limit_ms(self):
        """Return ms until it has the next limit to keep, 1 or more."""
        now, probe, cmd = self.clock.ticks_ms(), self.resync, self._cmd
        since = probe.since if probe.state != IN_STEP else self.port.since
        age = self.clock.ticks_diff(now, since)
        if probe.state == QUIET:
            quiet = self.clock.ticks_diff(now, probe.heard_at)
            left = min(QUIET_MS - quiet, _QUIET_MAX_MS - age)
        elif probe.state == PROBED:
            left = probe.wait_ms - age
        elif probe.state == GUARD:
            left = _GUARD_MS - age
        elif cmd is None:
            left = STEP_MS
        elif self.hold_ms and self.replies.queue and not (cmd.reply or cmd.slow):
            return 1  # somebody waits
        else:
            left = cmd.timeout_ms - age
        return max(left, 1)

    def reply_to(self, text):
        """Return the reply that waits and whose line text may be, None if there is none."""
        for reply in self.replies.queue:
            if text.startswith(_head(reply)):
                return reply
        return None

    def sent(self, command, now):
        """Have command in flight; return whether it could have been sent."""
        state, age = self.resync.state, self.clock.ticks_diff(now, self.resync.since)
        free = state == IN_STEP or (state == GUARD and age >= _GUARD_MS - NEAR_MS)
        good = free and self._cmd is None
        self.resync.state = IN_STEP
        command.ended = self.event()
        self._cmd = command
        self.port.put(command.text)  # a long one is waited for longer
        self.port.since = now
        return good

    def probed(self, now):
        """Have a probe on its way; return whether the driver was about to send one."""
        probe = self.resync
        if self._cmd:
            self._finish(None, now)
            good = False
        else:
            good = self._about_to_probe(now)
        if not good:
            probe.start(now)
        probe.state = PROBED
        probe.since = now
        return good

    def _about_to_probe(self, now):
        probe = self.resync
        age = self.clock.ticks_diff(now, probe.since)
        if probe.state == PROBED and age > NEAR_MS:  # the one before has to be over
            probe.since = self.clock.ticks_add(probe.since, -NEAR_MS)
            probe.step(now)
        elif probe.state == PROBED:
            return True  # it has just done so
        quiet = self.clock.ticks_diff(now, probe.heard_at)
        return probe.state == QUIET and max(quiet, age) >= QUIET_MS - NEAR_MS

    def _next(self, now):
        return 1

    def _transmit(self, now):
        pass

    def _finish(self, error, now):
        text = str(self._cmd.text, "ascii")
        took = self.clock.ticks_diff(now, self.port.since)
        if not self._cmd.reply:
            how = error.reason() if error else "done"
            self.notes.append("%s: %s, after %d ms" % (text.partition("=")[0], how, took))
        super()._finish(error, now)


class Uart:
    """Gives what it was told to; takes nothing, as what was sent is in the record."""

    def __init__(self):
        self.rx = bytearray()

    def any(self):
        return len(self.rx)

    def readinto(self, buf, n):
        n = min(n, len(self.rx))
        buf[:n] = self.rx[:n]
        del self.rx[:n]
        return n


def _head(op):
    return b"AT+MIPL%sRSP=0,%d," % (KINDS[op.kind], op.msgid)
