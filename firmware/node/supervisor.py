"""The supervisor: brings the node online, keeps it there, recovers it by the ladder.

The rungs of the ladder, their order and their pauses are in ladder.py.
"""

import gc

from micropython import const

from m5310 import errors
from m5310.errors import AtError

from . import rates
from .ladder import Ladder, climb
from .log import log_exception

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from at import Clock
    from lwm2m.client import Notifier
    from lwm2m.observe import Observations
    from m5310.modem import Modem

    from .log import Log
    from .uplink.health import SocketHealth

_SYNC_MS = const(10000)  # a module that was just switched on answers by then
_LEAVE_SYNC_MS = const(3000)
_TURN_MS = const(200)
_CHECK_MS = const(30000)  # between two network checks
_STABLE_MS = const(60000)  # a session that lasted this long resets the ladder
_NETWORK_LOST_MS = const(300000)
_SILENT_MS = const(60000)  # a module that stopped answering has this long to come back
_RENEWALS = const(3)  # attempts
_RENEWAL_PAUSE_MS = const(1000)
_NOTIFY_FAILURES = const(5)  # in a row: then the session is checked by a renewal
_DOWNLOAD_S = const(30)  # pause while the module downloads firmware
_UDP_PAUSE_S = const(5)  # longest pause before a reboot for UDP: sockets were retried long before

_SILENT = "the module is silent"


class Supervisor:
    """Opens the OneNET session, renews it, watches line and network, and recovers from failures.

    settings: (register_timeout_ms, (UART number, baud, rxbuf), lifetime_s, open_timeout_s, server
    or None, bootstrap). objects: the object list for Mipl.open; empty without OneNET. restart():
    restarts the MCU; None where that is impossible.
    """

    def __init__(
        self,
        modem: "Modem",
        clock: "Clock",
        log: "Log",
        settings: tuple,
        objects: list,
        observations: "Observations",
        notifier: "Notifier",
        restart: "Callable[[], None] | None",
    ) -> None:
        self.modem = modem
        self.clock = clock
        self.log = log
        self.register_timeout_ms, self.uart = settings[:2]
        self.lifetime_s, self.open_timeout_s, self.server, self.bootstrap = settings[2:]
        self.objects = objects
        self.observations = observations
        self.notifier = notifier
        self.restart = restart
        self.sockets: SocketHealth | None = None  # of a UDP uplink
        rungs = (
            ("reset pin", modem.reset_pin),
            ("power pin", modem.power_pin),
            ("restart", restart),
        )
        self.ladder = Ladder([name for name, it in rungs if it])
        self.recoveries = 0
        self.state = "starting"
        self.cause = ""
        self.next_try = ""
        self.sessions = 0
        self.stopping = False
        self.alive = clock.ticks_ms()  # ticks of the last turn, for the watchdog

    async def run(self) -> None:
        """Go online and stay there until shutdown()."""
        while not self.stopping:
            try:
                await self._go_online()
                await self._stay_online()
            except AtError as e:
                await self._recover(e)
            except Exception as e:  # MemoryError or a bug: the ladder is the way out as well
                gc.collect()
                try:
                    log_exception(self.log, e)
                except MemoryError:
                    pass
                await self._recover(e)

    async def shutdown(self) -> None:
        """Deregister and remove the objects, in the order of guide 3.6."""
        self.stopping = True
        self.say("shutting down")
        mipl = self.modem.mipl
        try:
            await self.modem.at.sync(_LEAVE_SYNC_MS)
            if self.objects:
                await mipl.close()
            for entry in self.objects:
                await mipl.remove(entry[0])
            self.say("de-registered")
        except AtError as e:
            self.log("not de-registered: %s" % e, 0)

    def say_online(self) -> None:
        """Report "online", or which part of the connection is missing, when that has changed."""
        state = (self.sockets and self.sockets.words) or "online"
        if state != self.state:
            self.say(state)

    def say(self, state: str) -> None:
        """Change the state to this text, and log it."""
        self.state = state
        self.alive = self.clock.ticks_ms()
        self.log(state)

    # -- online --------------------------------------------------------------------------------

    async def _go_online(self) -> None:
        modem = self.modem
        self.say("looking for the module")
        try:
            await modem.at.sync(_SYNC_MS)
        except AtError as e:
            await rates.find(self, e)
        self.say("registering with the network")
        await modem.attach(self.register_timeout_ms)
        network = modem.network
        self.log("IMEI %s, IMSI %s, %s" % (network.imei, network.imsi, network.quality()))
        self.observations.clear()
        if self.objects:
            self.say("opening the OneNET session")
            await self._open_session()
        self.sessions += 1
        self.cause = self.next_try = ""
        self.notifier.row = 0
        self.say_online()

    async def _open_session(self) -> None:
        await self.modem.mipl.open(
            self.objects, self.lifetime_s, self.open_timeout_s, self.server, self.bootstrap
        )

    async def _stay_online(self) -> None:
        """Renew the registration; check line and network. Raise AtError when they are lost."""
        clock = self.clock
        mipl = self.modem.mipl
        at = self.modem.at
        network = self.modem.network
        boots = network.boots
        start = checked = clock.ticks_ms()
        missing_ms = 0
        while not self.stopping:
            if self.objects and not mipl.registered:
                raise AtError(errors.FAILED, 0, mipl.cause.encode())
            if network.boots != boots:  # what bring-up configured is gone, even without a session
                raise AtError(errors.RESET)
            udp = self.sockets
            if udp and udp.wedged and not self.modem.firmware.busy:
                raise AtError(errors.FAILED, 0, b"UDP sockets: " + udp.fault.encode())
            self.say_online()
            now = self.alive = clock.ticks_ms()
            if start is not None and clock.ticks_diff(now, start) > _STABLE_MS:
                start = None
                if not (udp and udp.fault):
                    self.ladder.reset()
            if at.silent:
                await self._await_module()
            elif mipl.update_due() or self.notifier.row >= _NOTIFY_FAILURES:
                await self._renew()
            elif clock.ticks_diff(now, checked) >= _CHECK_MS:
                checked = now
                self.log("", 9)  # keeps the log's clock running: ticks wrap after some days
                missing_ms = await self._check_network(missing_ms)
                gc.collect()
            await clock.sleep_ms(_TURN_MS)

    async def _await_module(self) -> None:
        """Wait for a module that stopped answering, then confirm the registration."""
        self.say(_SILENT)
        await self.modem.at.sync(_SILENT_MS)
        await self._renew()
        self.say_online()

    async def _renew(self) -> None:
        """Renew the registration. Raise AtError if it is lost, not if the line was just busy."""
        self.notifier.row = 0
        if not self.objects:
            return
        for left in range(_RENEWALS - 1, -1, -1):
            try:
                await self.modem.mipl.update()
                break
            except AtError as e:
                if e.kind == errors.SILENT and self.state != _SILENT:
                    return  # it may just be busy: _await_module() comes next
                if not left or not (e.unknown or e.deferred):
                    raise
            await self.clock.sleep_ms(_RENEWAL_PAUSE_MS)
        self.log("registration renewed", 2)
        self.modem.network.clock_known = False  # ask again: some RTCs drift by minutes a day

    async def _check_network(self, missing_ms: int) -> int:
        """Query registration and signal; return for how many ms the network has been missing.

        missing_ms: what the check before returned. Raise AtError after five minutes.
        """
        network = self.modem.network
        if self.modem.at.asleep:
            return missing_ms
        try:
            await network.ask()
        except AtError:
            return missing_ms  # unknown: a fault of the line is handled first
        await self._ask(network.signal)
        if network.registered:
            if missing_ms:
                await self._renew()
            elif network.on_time and not network.clock_known:
                await self._ask(lambda: network.ask_time(self.log))
            return 0
        missing_ms += _CHECK_MS
        self.log("network lost for %d s" % (missing_ms // 1000))
        if missing_ms >= _NETWORK_LOST_MS:
            raise AtError(errors.FAILED, 0, b"network lost")
        return missing_ms

    async def _ask(self, query: "Callable[[], Awaitable]") -> None:
        """Await query(), whose result decides nothing; raise AtError if the module rebooted."""
        try:
            await query()
        except AtError as e:
            if e.kind in (errors.RESET, errors.UPDATING):
                raise

    # -- recovery ------------------------------------------------------------------------------

    async def _recover(self, error: Exception) -> None:
        """Take the next rung of the ladder, after its pause."""
        if self.stopping:
            return
        modem = self.modem
        self.observations.clear()
        modem.mipl.reset()
        self.cause = str(error)
        if modem.firmware.writing:
            await self._await_firmware_update()
            return
        self.recoveries += 1
        wedged = bool(self.sockets and self.sockets.wedged)
        if modem.firmware.busy:  # it downloads, and may begin to write at any time
            rung, pause_s = "wait" if modem.at.silent else "session", _DOWNLOAD_S
        else:
            rung, pause_s = self.ladder.next(modem.at.silent, wedged)
            if wedged:
                pause_s = min(pause_s, _UDP_PAUSE_S)
        self.next_try = "%s in %d s" % (rung, pause_s)
        self.say("offline")
        self.log("%s; next: %s" % (self.cause, self.next_try), 0)
        await self.clock.sleep_ms(pause_s * 1000)
        if modem.firmware.busy and rung != "session":  # the download began meanwhile
            return
        try:
            await climb(self, rung)
        except AtError as e:
            self.log("%s: %s" % (rung, e))
        if wedged:
            self.sockets.treated()

    async def _await_firmware_update(self) -> None:
        """Wait until the module has written its own firmware: it must not be reset meanwhile.

        The driver sees to it that this ends (lib/m5310/firmware.py).
        """
        self.say("the module updates its firmware")
        while self.modem.firmware.writing and not self.stopping:
            self.alive = self.clock.ticks_ms()
            await self.clock.sleep_ms(_TURN_MS)
