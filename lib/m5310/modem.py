"""The module as a whole: AT engine, network, session, and what a reboot does to them."""

import asyncio

from micropython import const

from at import AtClient, Clock
from at.command import FINALS
from at.resync import IN_STEP
from m5310 import dialects, errors
from m5310.errors import AtError
from m5310.firmware import Firmware
from m5310.network import Network
from m5310.session import Mipl

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Self

    import machine

    from at.port import Ticks
    from m5310.operations import Operation
    from m5310.udp import Udp

# What a starting module prints (facts/protocol.md 2.1); the bare OK behind it is a stray. A name
# is also the answer to AT+CGMM or ATI. RDY comes some seconds behind the start of a BC28.
_BANNERS = (b"REBOOT", b"*ATREADY", b"*MATREADY", b"+MATREADY", b"MATREADY", b"auto-reboot")
_NAMES = (b"M5310", b"Neul")
_READY = b"RDY"
_START_MS = const(30000)  # a RDY so soon behind a start is part of it
# Services that came up: behind a start, but behind AT+CFUN=1 too, so they are no sign of one.
_BOOT_MS = const(30000)  # a module that was restarted answers by then
_SERVICES = (b"SMS Ready", b"Call Ready", b"PB DONE")


class ModuleClient(AtClient):
    """The AT client, with what is particular to the module."""

    error_class = errors.AtError
    finals = {b"+CIS ERROR:": errors.CIS}
    finals.update(FINALS)
    pointless = (errors.BAD_STATE,)
    restarts = (b"AT+NRB",)


class Modem:
    """An M5310 on a UART: `async with Modem(uart) as modem`.

    `clock` is a Clock, the board's own by default. `log(text)` is called with what is being done.
    `on_operation(op)` is called with each platform operation; without it every operation is
    answered with 4.04. `dialect` is "seed", "m5310a" or "auto". Options: `reset_pin` and
    `power_pin` are Pins, asserted by 1; `operator` and `earfcn` those of guide 1; `local_clock` is
    True if AT+CCLK? prints local time (M5311), not UTC; the others are those of AtClient.
    """

    def __init__(
        self,
        uart: "machine.UART",
        clock: "Clock | None" = None,
        log: "Callable[[str], object] | None" = None,
        on_operation: "Callable[[Operation], object] | None" = None,
        dialect: str = "seed",
        **options: "Any",
    ) -> None:
        self.clock = clock = clock or Clock()
        self.log = log or _ignore
        self.reset_pin = options.pop("reset_pin", None)
        self.power_pin = options.pop("power_pin", None)
        self.operator = options.pop("operator", None)
        self.earfcn = options.pop("earfcn", None)
        local_clock = options.pop("local_clock", False)
        self.boots = 0
        self._started: "Ticks | None" = None  # tick of the last start that was noticed
        self.at = ModuleClient(uart, clock, **options)
        self.at.urcs.on_other = self._booted
        on_operation = on_operation or self._refuse
        self.mipl = Mipl(self.at, clock, dialects.get(dialect), on_operation)
        self.network = Network(self.at, clock)
        self.network.local_clock = local_clock
        self._sockets: "Udp" = None
        self._engine: "asyncio.Task" = None  # runs `at`
        self.firmware = Firmware(self)
        self.mipl.on_firmware = self.firmware.event

    # -- use -----------------------------------------------------------------------------------

    async def __aenter__(self) -> "Self":
        """Start the engine and wait for the module; raises AtError(SILENT) after 30 s."""
        self._engine = asyncio.create_task(self.at.run())
        try:
            await self.at.sync(_BOOT_MS)
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        await self._stop()

    async def _stop(self) -> None:
        """Stop the engine: nothing is sent any more, and what waits fails with RESET."""
        engine = self._engine
        self._engine = None
        engine.cancel()
        try:
            await engine
        except asyncio.CancelledError:
            pass
        self.mipl.stop()
        if self._sockets:
            self._sockets.reset()
        self.at.restart(errors.RESET)

    async def attach(self, timeout_ms: int = 180_000) -> None:
        """Bring the module onto the network, timeout_ms at most; raises AtError (guide 1)."""
        await self.network.attach(self.log, timeout_ms, self.operator, self.earfcn)

    bring_up = attach  # the name before version 0.2

    async def command(
        self, text: bytes, timeout_ms: int = 2000, **options: "Any"
    ) -> "list[bytes]":
        """Send an AT command (bytes), return its information lines; as AtClient.command."""
        return await self.at.command(text, timeout_ms, **options)

    @property
    def sockets(self) -> "Udp":
        """The UDP sockets of the module, a Udp."""
        if self._sockets is None:
            from m5310.udp import Udp

            self._sockets = Udp(self.at, self.clock)
        return self._sockets

    def udp(self, port: "int | None" = None) -> "Any":
        """Return a UDP socket on local port 1 to 65535, not 5683; see UdpSocket.

        Without a port, the sockets of the module, as `sockets`.
        """
        from m5310.udp import UdpSocket

        return self.sockets if port is None else UdpSocket(self.sockets, port)

    # -- what the module prints when it starts ---------------------------------------------------

    def _booted(self, line: bytearray) -> bool:
        """Handle line if it tells of a start or of services; return whether it does."""
        if self.firmware.line(line):
            return True
        if not self._is_start(line):
            return line.strip() == _READY or _begins(line, _SERVICES)
        self._started = self.clock.ticks_ms()
        if self.at.resync.state == IN_STEP:  # the first line of what a starting module prints
            self.boots += 1
        if line.startswith(_NAMES[0]):
            self.mipl.model = bytes(line)
        self.firmware.booted(line)
        self.forget("the module rebooted")
        return True

    def _is_start(self, line: bytearray) -> bool:
        """Return True if only a module that starts prints line."""
        if _begins(line, _NAMES):
            return not self.at.claimed(line)
        if line.strip() != _READY:
            return _begins(line, _BANNERS)
        # Behind the start it belongs to it tells nothing new; nor does it in the middle of an
        # answer, as a module that starts does not go on with one.
        since = self._started
        now = self.clock.ticks_ms()
        recent = since is not None and 0 <= self.clock.ticks_diff(now, since) < _START_MS
        return not (recent or self.at.half_answered)

    def forget(self, cause: str) -> None:
        """Drop all state that lives in the module: it starts over, for cause (text)."""
        self.network.reset()
        if self.mipl.state:
            self.mipl.lost(cause)
        if self._sockets:
            self._sockets.reset()
        self.at.restart(errors.RESET)

    async def reboot(self) -> None:
        """Reboot the module by AT+NRB, which has no OK, and wait for it; raises AtError.

        UPDATING while it must not be reset, see Firmware.busy.
        """
        self._check_idle()
        try:
            await self.at.command(b"AT+NRB", 5000, slow=True)
        except AtError as e:
            if e.kind != errors.RESET:
                raise
        self.forget("rebooted by us")
        await self.at.sync(_BOOT_MS)

    async def pulse(self, pin: "machine.Pin", pulse_ms: int) -> None:
        """Assert pin for pulse_ms, then wait for the module; raises AtError(SILENT).

        UPDATING while it must not be reset, see Firmware.busy.
        """
        self._check_idle()
        pin.value(1)
        try:
            await self.clock.sleep_ms(pulse_ms)
        finally:  # also when cancelled
            pin.value(0)
        self.forget("restarted by pin")
        await self.at.sync(_BOOT_MS)

    def _check_idle(self) -> None:
        """Raise AtError(UPDATING) where a reset could leave the module without firmware."""
        if self.firmware.busy:
            raise AtError(errors.UPDATING)

    def _refuse(self, op: "Operation") -> None:
        """Answer an operation that nobody handles with 4.04."""
        self.mipl.requests.reply(op, 404)

    def status(self) -> dict:
        """Return the status of the line, the network and the session as one new dict."""
        return {
            "at": self.at.status(),
            "network": self.network.status(),
            "session": self.mipl.status(),
            "boots": self.boots,
        }


def _ignore(text: str) -> None:
    """Log nothing."""


def _begins(line: bytearray, texts: "tuple[bytes, ...]") -> bool:
    for text in texts:
        if line.startswith(text):
            return True
    return False
