"""The way between module and platform: how long a message takes, and whether it arrives.

CoAP's rules in small: a confirmable message that gets no acknowledgement is sent again, at growing
intervals and under the same message id, which the receiver knows it by (RFC 7252 4.2, 4.5).
"""

import itertools
import random

from bench.platform import messages as m

AGAIN_MS = (6000, 12000)  # facts platform.md 1.4: 5 to 7.5 s, then twice as long; three in 25 s
MAX_RECENT = 64


class Air:
    """One module's link. delay_ms: one way, on top of the platform's own. loss: 0..1 of messages.

    With the defaults every message goes straight through.
    """

    def __init__(self, module, seed=1):
        self._module = module
        self._random = random.Random(seed)
        self._mids = itertools.count(1)
        self.delay_ms = 0
        self.loss = 0.0
        self.lost = 0  # messages and acknowledgements
        self.sent = [0, 0]  # messages up and down
        self.repeated = 0  # transmissions beyond the first
        self.reset()

    def reset(self):
        """The module has rebooted: what it was about to send again is forgotten."""
        self._round = object()
        self._recent = {}

    def up(self, message):
        """Carry a message of the module to the platform."""
        mid = next(self._mids) & 0xFFFF
        self.sent[0] += 1
        current = self._round
        platform = self._module.platform
        # A notification without ackid is not confirmable: one try.
        pauses = iter(() if isinstance(message, m.Notify) and not message.ackid else AGAIN_MS)
        self._carry(
            lambda: platform.uplink(message, self.down, mid),
            pauses,
            lambda: self._round is current and self._module.radio.registered,
        )

    def down(self, message):
        """Carry a message of the platform to the module."""
        mid = next(self._mids)
        self.sent[1] += 1
        self._carry(lambda: self._arrive(mid, message), iter(AGAIN_MS), lambda: True)

    def _arrive(self, mid, message):
        if mid in self._recent:
            return
        self._recent[mid] = True
        if len(self._recent) > MAX_RECENT:
            del self._recent[next(iter(self._recent))]
        self._module.session.receive(message)

    def _carry(self, deliver, pauses, alive):
        """Deliver now or later, until acknowledged, given up, or not alive() any more."""
        timers = self._module.platform.timers
        if not self.drops():
            if self.delay_ms:
                timers.after(self.delay_ms, deliver)
            else:
                deliver()
            if not self.drops():  # else the acknowledgement got lost: it is sent again
                return
        pause_ms = next(pauses, None)
        if pause_ms is None:
            return

        def again():
            if alive():
                self.repeated += 1
                self._carry(deliver, pauses, alive)

        timers.after(pause_ms, again)

    def drops(self):
        """Return whether the next message or acknowledgement is lost."""
        if self.loss and self._random.random() < self.loss:
            self.lost += 1
            return True
        return False
