"""Cycler: the supervisor of a node that sleeps between its reports.

A board restarts after each sleep, so what has to outlive it is in Memory. A PC waits instead.
"""

import gc

from micropython import const

from lwm2m import kept
from m5310.errors import FAILED, AtError
from m5310.power import RELEASE, granted
from node import restarts
from node.log import log_exception
from node.supervisor import Supervisor

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Callable

    from at.port import Ticks
    from lwm2m.observe import Observations
    from node.app import Node

    from .memory import Memory

_SYNC_MS = const(15000)
_TURN_MS = const(100)
_SENSORS_MS = const(5000)  # sensors without a reading are waited for
_LINGER_MS = const(4000)  # idle time: commands queued by the platform have arrived by then
_REGISTER_MS = const(20000)  # left for registering, however late it is
_WAITS = const(30)  # times that due() waits for confirmations, 100 ms each
_REBOOT = const(3)  # failed cycles in a row until the module is rebooted
_LEAST_S = const(60)  # of the lifetime left, for a session to be resumed
_LEAST_SLEEP_MS = const(1000)
_SLEEP_PART_MS = const(30000)


class Gate:
    """Stands between observations and notifier: nothing is due while it is closed.

    release: with the last value, ask the network to release the radio; that value waits for the
    confirmations of those before it.
    """

    def __init__(self, observations: "Observations", node: "Node", release: bool) -> None:
        self.observations = observations
        self.changed = observations.changed
        self.mipl = node.modem.mipl
        self.node = node
        self.release = release
        self.open = False
        self.items: list[tuple] = []  # due, readings last
        self._waits = 0

    def due(self) -> "tuple | None":
        """Return what is to be notified now, as Observations.due."""
        if self.open and not self.items:
            self.items = kept.due(self.observations)
        if not (self.open and self.items):
            return None
        if self.release and len(self.items) == 1:
            courier = self.node.courier
            if courier and courier.busy() and self._waits < _WAITS:
                self._waits += 1
                return None
            self.mipl.release = RELEASE
        self._waits = 0
        return self.items.pop(0)

    def next_ms(self) -> int:
        """Return ms until due() is to be called again: a gate that opens tells nobody."""
        return _TURN_MS

    def sent(self, item: tuple) -> None:
        """Note that item was sent."""
        self.mipl.release = b""

    def failed(self, item: tuple) -> None:
        """Make item due once more."""
        self.mipl.release = b""
        kept.again(self.observations, item)

    def drop(self, msgid: int) -> None:
        """End the observations with this msgid."""
        self.observations.drop(msgid)


class Cycler(Supervisor):
    """Runs the cycles. attach() has to be called before run()."""

    def attach(
        self,
        node: "Node",
        memory: "Memory",
        sleep: "Callable[[int], None] | None",
        period_s: int,
        awake_s: int,
        release: bool,
    ) -> None:
        """Give the Cycler what it needs of its node, and restore what outlived the sleep.

        sleep(ms): puts the board to sleep, from which it restarts; None: wait instead. period_s:
        from one start to the next. awake_s: longest time awake. release: ask the network to
        release the radio after the last value.
        """
        self.node = node
        self.memory = memory
        self.sleep = sleep
        self.period_ms = period_s * 1000
        self.awake_ms = awake_s * 1000
        self.kept = memory.load()
        power_on = restarts.power_on()
        if power_on or (power_on is None and not memory.volatile):
            self.kept.pop("v", None)  # counters and extremes since power on start anew
        self.cycles = 0
        kept.values(node.registry, self.kept)
        if node.courier:
            node.courier.samples = False
        self.gate = Gate(self.observations, node, release)
        node.notifier.observations = self.gate  # type: ignore[assignment] # the part it needs
        if node.uplink:
            node.uplink.release = release

    async def run(self) -> None:
        """Run cycle after cycle. On a board, each ends in a sleep and a restart."""
        clock = self.clock
        while not self.stopping:
            begun = self.alive = clock.ticks_ms()
            self.cycles += 1
            try:
                await self._connect(begun)
                await self._report(begun)
                udp = self.sockets and self.sockets.fault
                self.kept["failed"] = self.kept.get("failed", 0) + 1 if udp else 0
            except AtError as e:
                self._failed(e)
            except Exception as e:  # MemoryError or a bug: the next cycle is the way out
                gc.collect()
                try:
                    log_exception(self.log, e)
                except MemoryError:
                    pass
                self._failed(e)
            if not self.stopping:
                await self._rest(begun)

    def _failed(self, error: Exception) -> None:
        self.kept.pop("session", None)
        if self.modem.firmware.writing:  # not a failure: _rest() waits for the end of the update
            return
        self.recoveries += 1
        self.cause = str(error)
        self.kept["failed"] = self.kept.get("failed", 0) + 1
        self.log("%s; next try: in the next cycle" % self.cause, 0)

    # -- awake ---------------------------------------------------------------------------------

    async def _connect(self, begun: "Ticks") -> None:
        modem = self.modem
        self.say("waking the module")
        await modem.at.sync(_SYNC_MS)
        failed = self.kept.get("failed", 0) % _REBOOT == _REBOOT - 1
        if failed and not modem.firmware.busy:
            self.kept.pop("session", None)
            await modem.reboot()
            if self.sockets:
                self.sockets.treated()
        if self.kept.get("power") == modem.network.power:
            modem.network.power = None  # the network knows it: asking again would cost an update
        power = modem.network.power
        left_ms = self.awake_ms - self.clock.ticks_diff(self.clock.ticks_ms(), begun)
        await modem.attach(min(self.register_timeout_ms, max(left_ms, _REGISTER_MS)))
        if power:
            self.kept["power"] = power
            await self._ask(self._log_granted)
        if self.objects:
            await self._resume_session()
        self.sessions += 1
        self.say_online()

    async def _log_granted(self) -> None:
        given = await granted(self.modem.network)
        self.log("the network gives T3324 %s s, T3412 %s s" % given)

    async def _resume_session(self) -> None:
        """Resume the session of the last cycle if it is still valid; else open a new one."""
        session = self.kept.pop("session", None)
        if session:
            ref, dialect, left_s, slept_s = session
            if left_s >= _LEAST_S:
                try:
                    kept.restore(self.observations, self.kept, slept_s)
                    await self.modem.mipl.resume(ref, dialect, self.lifetime_s)
                    return
                except AtError as e:
                    self.log("the session is gone: %s" % e)
        self.observations.clear()
        await self._open_session()

    async def _report(self, begun: "Ticks") -> None:
        """Have the readings sent, and wait until nothing is left to do."""
        clock = self.clock
        node = self.node
        self.gate.open = True
        self.gate.changed.set()
        start = busy = clock.ticks_ms()
        while clock.ticks_diff(clock.ticks_ms(), start) < _SENSORS_MS:
            if not [slot for slot in node.sampler.slots if slot.value is None]:
                break
            await clock.sleep_ms(_TURN_MS)
        if self.cycles > 1:  # in the first cycle after a restart they are due anyway
            kept.renew(self.observations)
            if node.uplink:
                node.uplink.take()
        while not self.stopping:
            now = self.alive = clock.ticks_ms()
            self.say_online()
            if self.objects and not self.modem.mipl.registered:
                raise AtError(FAILED, 0, self.modem.mipl.cause.encode())
            if self._busy():
                busy = now
            if clock.ticks_diff(now, busy) >= _LINGER_MS:
                break
            if clock.ticks_diff(now, begun) >= self.awake_ms:
                self.log("awake for too long: the rest waits for the next cycle")
                break
            await clock.sleep_ms(_TURN_MS)
        if node.courier:
            node.courier.take_unwatched()

    def _busy(self) -> bool:
        """Return True if anything is under way or due."""
        node = self.node
        courier = node.courier
        uplink = node.uplink
        at = self.modem.at
        return (
            bool(at.replies.queue or at.queue)
            or not at.quiet()
            or bool(self.gate.items)
            or self.observations.next_ms() == 0
            or bool(courier and (courier.busy() or len(courier.outbox)))
            or bool(uplink and uplink.busy() and not uplink.health.fault)
        )

    # -- asleep --------------------------------------------------------------------------------

    async def _rest(self, begun: "Ticks") -> None:
        """Save what has to outlive the sleep, and sleep."""
        clock = self.clock
        node = self.node
        if node.courier:
            if self.cause:
                node.courier.take()
            await node.courier.settle()
        if node.uplink:
            await node.uplink.settle()
        while self.modem.firmware.busy and not self.stopping:  # waking up would disturb it
            self.alive = clock.ticks_ms()
            await clock.sleep_ms(_TURN_MS)
        ms = max(self.period_ms - clock.ticks_diff(clock.ticks_ms(), begun), _LEAST_SLEEP_MS)
        self._save(ms // 1000)
        if node.trial and not node.trial.proven and not self.kept.get("failed"):
            # A session never lasts a minute here: a whole cycle is the proof.
            node.trial.keep(self.log)
        self.gate.open = False
        self.say("asleep for %d s" % (ms // 1000))
        self.cause = ""
        if self.sleep:
            self.sleep(ms)
        while ms > 0 and not self.stopping:  # in parts: the watchdog looks at `alive`
            self.alive = clock.ticks_ms()
            await clock.sleep_ms(min(ms, _SLEEP_PART_MS))
            ms -= _SLEEP_PART_MS

    def _save(self, sleep_s: int) -> None:
        """Save the session, the observations and what was counted and measured."""
        mipl = self.modem.mipl
        self.kept.update(kept.state(self.observations))
        if mipl.registered:
            left_s = mipl.lifetime_left_s() - sleep_s
            self.kept["session"] = [mipl.requests.ref, mipl.dialect.name, left_s, sleep_s]
        try:
            self.memory.save(self.kept)
        except OSError as e:
            self.log("cycle: %s" % e, 0)
