"""How the module saves power: PSM and eDRX by their timers (facts protocol.md 3.1), and what time
it spends in which state.

off, search, connected, idle (reached at once), edrx (reached once a cycle), psm (not reached).
"""

import re

T3412 = {0: 600, 1: 3600, 2: 36000, 3: 2, 4: 30, 5: 60, 6: 1152000}
T3324 = {0: 2, 1: 60, 2: 360}
CYCLES = {2: 20.48, 3: 40.96, 5: 81.92, 9: 163.84, 10: 327.68, 11: 655.36, 12: 1310.72}
CYCLES |= {13: 2621.44, 14: 5242.88, 15: 10485.76}
STATES = ("off", "search", "connected", "idle", "edrx", "psm")
UPDATE_MS = 2000  # of a periodic update of the network
WINDOW_MS = 100  # it listens so long in each cycle of eDRX
UART_MS = 3000  # a sleeping module's UART stays awake so long


def seconds(text, table):
    """Return the seconds of a timer of eight bits, None where it is off or none was given."""
    if not re.fullmatch(r"[01]{8}", text or "") or int(text[:3], 2) not in table:
        return None
    return table[int(text[:3], 2)] * int(text[3:], 2)


class Sleep:
    """spent: {state: ms}; see what(). wakes: how often the UART was woken."""

    def __init__(self, module):
        self._module = module
        self.spent = dict.fromkeys(STATES, 0)
        self.wakes = 0
        self.state = "off"
        self._since = module.timers.now()
        self.reset()

    def reset(self):
        """The module starts: nothing of this is kept (inf, as for CEREG reports)."""
        self.psm_mode = 0
        self.timers = ["", ""]  # T3412, T3324
        self.edrx = 0  # 0 = off, else its four bits
        self.report = 0
        self._timer = self._update = None
        self._pending = []
        self._awake_ms = None
        self._to_lose = 0
        self.enter("off")

    def what(self):
        """Return {state: ms} up to now."""
        self.enter(self.state)
        return dict(self.spent)

    def enter(self, state):
        """Go to another state."""
        now = self._module.timers.now()
        self.spent[self.state] += now - self._since
        self._since = now
        was, self.state = self.state, state
        if (was == "psm") != (state == "psm") and self.report and self._module.booted:
            self._module.emit("+NPSMR:%d" % (state == "psm"))

    # -- the radio ----------------------------------------------------------------------------

    def connected(self):
        """Traffic: the network may tell what has waited."""
        self._stop()
        if self.state != "connected":
            self.enter("connected")
        pending, self._pending = self._pending, []
        for call in pending:
            self._module.timers.after(0, call)

    def searching(self, on):
        """Look for a network, or have the radio off."""
        self._stop()
        self.enter("search" if on else "off")

    def idle(self):
        """The connection is gone: T3324 and T3412 begin."""
        self._stop()
        after = self._module.timers.after
        active_s = seconds(self.timers[1], T3324) if self.psm_mode == 1 else None
        self.enter("edrx" if self.edrx else "idle")
        if active_s is None:
            return
        self._timer = after(active_s * 1000, self._sleep)
        update_s = seconds(self.timers[0], T3412)
        if update_s:
            self._update = after(update_s * 1000, self._tau)

    def _sleep(self):
        self._timer = None
        self.enter("psm")

    def _tau(self):
        self._update = None
        self._module.radio.activity()
        self._module.timers.after(UPDATE_MS, self._module.radio.release)

    def _stop(self):
        for timer in (self._timer, self._update):
            if timer:
                timer.cancel()
        self._timer = self._update = None

    # -- what reaches it ----------------------------------------------------------------------

    @property
    def deaf(self):
        """Return whether nothing from the network reaches it."""
        return self.state == "psm"

    def hold(self, call):
        """Have call() made with the next traffic: the network kept a datagram."""
        self._pending.append(call)

    def wait_ms(self):
        """Return ms until it listens for the network."""
        if self.state != "edrx":
            return 0
        cycle_ms = CYCLES[self.edrx] * 1000
        gone_ms = (self._module.timers.now() - self._since) % cycle_ms
        return 0 if gone_ms < WINDOW_MS else cycle_ms - gone_ms

    def heard(self, data):
        """Return what of the bytes from the MCU is received: those that wake it are lost."""
        if self.state != "psm":
            return data
        now = self._module.timers.now()
        awake, self._awake_ms = self._awake_ms, now + UART_MS
        if awake is None or now >= awake:
            self.wakes += 1
            self._to_lose = self._module.options.wake_lost
        lost, self._to_lose = self._to_lose, max(self._to_lose - len(data), 0)
        return data[lost:]
