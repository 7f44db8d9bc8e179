"""Brings the node online, keeps it there, and climbs the ladder when it is not."""

import gc

from micropython import const

from m5310 import borrow, errors
from m5310.errors import AtError

from . import upkeep

_SYNC_MS = const(10000)  # a module that was just switched on is awake by then
_TURN_MS = const(200)
_CHECK_MS = const(30000)  # between two looks at the network
_STANDS_MS = const(60000)  # a session that stood so long starts the ladder anew
_NET_LOST_MS = const(300000)
_DOUBT = const(5)  # notifications refused in a row until the session is checked


class Supervisor:
    """Runs the session.

    `settings` is (ms that registering with the network may take, (number, baud, rxbuf) of the
    UART, lifetime s, timeout s, server or None, bootstrap), `objects` what Mipl.open wants,
    `restart` what restarts the MCU, or None.
    """

    def __init__(self, modem, clock, log, settings, objects, observations, notifier, restart):
        self.modem = modem
        self.clock = clock
        self.log = log
        self.settings = settings
        self.objects = objects
        self.observations = observations
        self.notifier = notifier
        self.restart = restart
        self.sockets = None  # the SocketHealth of an uplink by UDP
        self.ladder = None  # the place on it, from a failure until a session stands
        self.recoveries = 0
        self.state = "starting"
        self.cause = ""
        self.next_try = ""
        self.sessions = 0
        self.stopping = False
        self.alive = clock.ticks_ms()  # of the last turn

    async def run(self):
        """Go online and stay there, for ever."""
        while not self.stopping:
            try:
                await self._online()
                await self._stay()
            except AtError as e:
                await self._recover(e)
            except Exception as e:  # no memory, a fault of ours: the ladder is the way out too
                gc.collect()
                try:
                    borrow("node.failure").tell(self.log, e)
                except MemoryError:
                    pass
                await self._recover(e)

    async def _online(self):
        modem = self.modem
        self.say("looking for the module")
        try:
            await modem.at.sync(_SYNC_MS)
        except AtError as e:
            await borrow("node.rates").find(self, e)
        self.say("registering with the network")
        await modem.bring_up(self.settings[0])
        network = modem.network
        self.log("IMEI %s, IMSI %s, %s" % (network.imei, network.imsi, network.quality()))
        self.observations.clear()
        if self.objects:  # else there is no OneNET for it
            self.say("opening the OneNET session")
            await modem.mipl.open(self.objects, *self.settings[2:])
        self.sessions += 1
        self.cause = self.next_try = ""
        self.notifier.row = 0
        self.stands()

    async def _stay(self):
        """Renew the registration, watch line and network; raises AtError when it is over."""
        clock = self.clock
        mipl = self.modem.mipl
        at = self.modem.at
        network = self.modem.network
        boots = network.boots
        start = checked = clock.ticks_ms()
        missing = 0
        while not self.stopping:
            if self.objects and not mipl.registered:
                raise AtError(errors.FAILED, 0, mipl.cause.encode())
            if network.boots != boots:  # what bring-up set is gone, where there is no session too
                raise AtError(errors.RESET)
            udp = self.sockets
            if udp and udp.wedged and not self.modem.firmware.busy:
                raise AtError(errors.FAILED, 0, b"UDP sockets: " + udp.fault.encode())
            self.stands()
            now = self.alive = clock.ticks_ms()
            if start is not None and clock.ticks_diff(now, start) > _STANDS_MS:
                start = None
                if not (udp and udp.fault):
                    self.ladder = None
            if at.silent:
                await upkeep.await_line(self)
            elif mipl.update_due() or self.notifier.row >= _DOUBT:
                await upkeep.renew(self)
            elif clock.ticks_diff(now, checked) >= _CHECK_MS:
                checked = now
                self.log("", 9)  # a log without a text for days would lose count of the ticks
                missing = await self._check(missing)
                gc.collect()
            await clock.sleep_ms(_TURN_MS)

    async def _check(self, missing):
        """Ask for the network; return ms it has been missing. Raises AtError if for too long."""
        network = self.modem.network
        if self.modem.at.asleep:
            return missing
        try:
            await network.ask()
        except AtError:
            return missing  # nothing is known: what is wrong with the line is seen to first
        await self._ask(network.signal)
        if network.registered:
            if missing:
                await upkeep.renew(self)
            elif network.on_time and not network.clock_known:
                bringup = borrow("m5310.bringup")
                await self._ask(lambda: bringup.ask_time(network, self.log))
            return 0
        missing += _CHECK_MS
        self.log("network lost for %d s" % (missing // 1000))
        if missing >= _NET_LOST_MS:
            raise AtError(errors.FAILED, 0, b"network lost")
        return missing

    async def _ask(self, query):
        """Await query(), whose answer decides nothing; raises AtError if the module rebooted."""
        try:
            await query()
        except AtError as e:
            if e.kind in (errors.RESET, errors.UPDATING):
                raise

    async def _recover(self, error):
        if not self.stopping:
            await borrow("node.recover").recover(self, error)

    async def shutdown(self):
        """De-register and take the session down in the guide's order (3.6)."""
        await borrow("node.leave").deregister(self)

    def stands(self):
        """Say that the node is online, or what of it is not; once."""
        state = (self.sockets and self.sockets.words) or "online"
        if state != self.state:
            self.say(state)

    def say(self, state):
        """Enter state, and log it."""
        self.state = state
        self.alive = self.clock.ticks_ms()
        self.log(state)
