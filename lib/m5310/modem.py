"""The module as a whole: the line, the network, the session, and what a reboot does to them."""

from m5310 import borrow, errors
from m5310.at import At
from m5310.firmware import Firmware
from m5310.mipl import Mipl
from m5310.network import Network
from m5310.probe import FREE

# What a starting module prints (facts/protocol.md 2.1); the bare OK behind it is a stray.
_BANNERS = b"REBOOT M5310 Neul *ATREADY *MATREADY +MATREADY auto-reboot"


class Modem:
    """An M5310 on a UART.

    `log(text)` hears what is being done; `on_operation(op)` gets the platform's operations;
    `reset_pin` and `power_pin` are Pins, asserted by 1, or None. `operator` and `earfcn` are those
    of guide 1, or None. `local_clock` tells that AT+CCLK? prints local time (M5311), not UTC.
    """

    def __init__(self, uart, clock, log, on_operation, dialect="seed", **options):
        self.clock = clock
        self.log = log
        self.reset_pin = options.pop("reset_pin", None)
        self.power_pin = options.pop("power_pin", None)
        self.operator = options.pop("operator", None)
        self.earfcn = options.pop("earfcn", None)
        local_clock = options.pop("local_clock", False)
        self.boots = 0
        self.at = At(uart, clock, **options)
        self.at.on_other = self._booted
        self.mipl = Mipl(self.at, clock, borrow("m5310.dialects").get(dialect), on_operation)
        self.network = Network(self.at, clock)
        self.network.local_clock = local_clock
        self._udp = None
        self.firmware = Firmware(self)
        self.mipl.on_firmware = self.firmware.event

    def udp(self):
        """Return the UDP sockets of the module; loaded when first asked for."""
        if self._udp is None:
            self._udp = borrow("m5310.udp").Udp(self.at, self.clock)
        return self._udp

    async def bring_up(self, timeout):
        """Bring the module onto the network, timeout ms at most; raises AtError (guide 1).

        What it takes is loaded for it and forgotten behind it: heap is scarce.
        """
        await borrow("m5310.bringup").bring_up(
            self.network, self.log, timeout, self.operator, self.earfcn
        )

    def _booted(self, line):
        if self.firmware.line(line):
            return True
        for banner in _BANNERS.split():
            if line.startswith(banner):
                break
        else:
            return False
        if self.at.probe.state == FREE:  # the first line of what a starting module prints
            self.boots += 1
        if line[:1] == b"M":
            self.mipl.model = bytes(line)
        self.firmware.booted(line)
        self.forget("the module rebooted")
        return True

    def forget(self, cause):
        """Drop all state that lives in the module: it starts over, for cause (text)."""
        self.network.reset()
        if self.mipl.state:
            self.mipl.lost(cause)
        if self._udp:
            self._udp.reset()
        self.at.restart(errors.RESET)

    async def reboot(self):
        """Reboot the module by AT+NRB, which has no OK, and wait for it; raises AtError.

        UPDATING while it must not be reset, see Firmware.busy.
        """
        await borrow("m5310.restart").reboot(self)

    async def pulse(self, pin, ms):
        """Assert pin for ms, then wait for the module; raises AtError(SILENT).

        UPDATING while it must not be reset, see Firmware.busy.
        """
        await borrow("m5310.restart").pulse(self, pin, ms)

    def status(self):
        """Return the status of the line, the network and the session as one new dict."""
        return borrow("m5310.report").of_modem(self)
