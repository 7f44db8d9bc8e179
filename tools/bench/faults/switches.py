"""Faults to switch on while one watches: slow or lossy air, noise on the line, reboot, no cell."""

import random

from bench.trace import FAULT

MAX_DELAY_MS, MAX_LOSS, MAX_GARBAGE = 20_000, 0.9, 20
MAX_BURST = 24  # bytes


class Faults:
    """The faults of one Station.

    delay_ms: each way, on top of the network's own. loss: of the messages between module and
    platform. garbage: bursts of noise a second on the line to the MCU, between two lines of the
    module. network: whether there is a cell.
    """

    def __init__(self, module, trace, seed=1):
        self._module = module
        self._trace = trace
        self._random = random.Random(seed)
        self._timer = None
        self.delay_ms = 0
        self.loss = 0.0
        self.garbage = 0.0
        self.network = True
        self.bursts = 0  # so far
        self.reboots = 0

    def set(self, delay_ms=None, loss=None, garbage=None, network=None):
        """Change some of them. Raises ValueError for what is out of range, changing nothing."""
        _check("delay_ms", delay_ms, MAX_DELAY_MS)
        _check("loss", loss, MAX_LOSS)
        _check("garbage", garbage, MAX_GARBAGE)
        air = self._module.air
        if delay_ms is not None and delay_ms != self.delay_ms:
            self.delay_ms = air.delay_ms = delay_ms
            self.note("every message takes %d ms longer" % delay_ms)
        if loss is not None and loss != self.loss:
            self.loss = air.loss = loss
            self.note("%.0f %% of the messages are lost" % (loss * 100))
        if garbage is not None and garbage != self.garbage:
            self.garbage = garbage
            self.note("%g bursts of noise a second" % garbage)
            self._plan_noise()
        if network is not None and bool(network) != self.network:
            self.network = bool(network)
            self.note("the cell is back" if network else "the cell is gone")
            self._module.set_network(self.network)

    def reboot(self, cause="REBOOT_CAUSE_SECURITY_RESET_PIN"):
        """Reset the module, as a brown-out would."""
        self.reboots += 1
        self.note("the module is reset")
        self._module.reboot(cause)

    def update_firmware(self, **options):
        """Have the module update its own firmware; options as in Fota.start()."""
        self.note("the module updates its firmware")
        self._module.fota.start(**options)

    @property
    def active(self):
        """Return what is switched on, a text each."""
        found = []
        if not self.network:
            found.append("no cell")
        if self.loss:
            found.append("%.0f %% of the messages lost" % (self.loss * 100))
        if self.delay_ms:
            found.append("+%d ms each way" % self.delay_ms)
        if self.garbage:
            found.append("%g bursts of noise a second" % self.garbage)
        return found

    def note(self, text):
        """Tell the trace."""
        self._trace.line(FAULT, text)

    def _plan_noise(self):
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self.garbage:
            # The platform's timers: the module's end with a reboot, the noise does not.
            self._timer = self._module.platform.timers.after(1000 / self.garbage, self._noise)

    def _noise(self):
        raw = self._random.randbytes(self._random.randint(1, MAX_BURST))
        self._module.write(raw)
        self.bursts += 1
        self._trace.line(FAULT, b"noise " + raw)
        self._plan_noise()


def _check(name, value, most):
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most:
        raise ValueError("%s is %r, has to be a number from 0 to %g" % (name, value, most))
