"""The duty cycle: wake, sample, connect, report, answer what waits, sleep (docs/power.md).

Stands in for the supervisor where it is configured. A board restarts behind each sleep, so what
has to outlive it is in RTC memory or in a file; on a PC the node itself waits.
"""

import gc
import json
import os
from binascii import crc32

from micropython import const

from lwm2m import kept
from m5310 import borrow
from m5310.errors import AtError
from m5310.power import RELEASE

from . import restarts
from .log import log_exception
from .supervisor import Supervisor

_SYNC_MS = const(15000)
_TURN_MS = const(100)
_SENSORS_MS = const(5000)
_LINGER_MS = const(4000)  # without anything to do: what the platform queued has come by then
_WAITS = const(30)  # turns of the notifier for confirmations, 100 ms each
_REBOOT = const(3)  # failures in a row, and the module is rebooted
_LEAST_S = const(60)  # of the lifetime, for a session to be gone on with
_RTC_BYTES = const(2000)


class Memory:
    """What outlives a sleep: in the RTC's memory where it has one and it fits, else in a file.

    Each copy is `crc number json`; the number grows with each save(), so the newest copy is known
    whatever a power cut has left. volatile: what load() returned came from the RTC's memory, which
    a board without power forgets.
    """

    def __init__(self, path, rtc=None):
        self.path = path
        self.rtc = rtc if hasattr(rtc, "memory") else None
        self.volatile = False
        self._number = None  # type: int | None # of the newest copy

    def load(self):
        """Return what was saved last, an empty dict if there is nothing or it is damaged."""
        self._number = 0
        self.volatile = False
        found = {}
        for place in ("rtc", self.path, self.path + ".new"):
            number, state = _copy(self._raw(place))
            if number > self._number:
                self._number = number
                self.volatile = place == "rtc"
                found = state
        return found

    def save(self, state):
        """Save a dict; raises OSError."""
        if self._number is None:
            self.load()
        body = ("%d " % (self._number + 1) + json.dumps(state)).encode()
        raw = b"%08x " % (crc32(body) & 0xFFFFFFFF) + body
        body = None
        self._number += 1
        if self.rtc and len(raw) <= _RTC_BYTES:
            for path in (self.path, self.path + ".new"):  # else they were found without power
                try:
                    os.remove(path)
                except OSError:  # there is none
                    pass
            if self._remember(raw):
                return
        with open(self.path + ".new", "wb") as f:
            f.write(raw)
        os.rename(self.path + ".new", self.path)
        if self.rtc:
            self._remember(b"")

    def _remember(self, raw):
        """Put raw into the RTC's memory; return whether it took it: some have little."""
        try:
            self.rtc.memory(raw)
            return True
        except (OSError, ValueError):
            return False

    def _raw(self, place):
        """Return the bytes in place, a path or "rtc"; nothing where there are none."""
        try:
            if place == "rtc":
                return bytes(self.rtc.memory()) if self.rtc else b""
            with open(place, "rb") as f:
                return f.read()
        except (OSError, ValueError):
            return b""


def _copy(raw):
    """Return (number, state) of a copy, (0, {}) if it is damaged or none."""
    try:
        if int(raw[:8], 16) != crc32(raw[9:]) & 0xFFFFFFFF:
            return 0, {}
        number, _, text = str(raw[9:], "utf-8").partition(" ")
        state = json.loads(text)
        return (int(number), state) if isinstance(state, dict) else (0, {})
    except ValueError:  # the first start, or the format of an older version
        return 0, {}


class Gate:
    """Stands before the observations, where the notifier asks: what is due, the readings last.

    Nothing is due while it is not `open`. With the last one the network may release the radio,
    if so wished, once the confirmations of those before it are there.
    """

    def __init__(self, observations, node, release):
        self.observations = observations
        self.changed = observations.changed
        self.mipl = node.modem.mipl
        self.node = node
        self.release = release
        self.open = False
        self.items = []
        self._waits = 0

    def next_ms(self):
        """Return ms until due() is to be asked again: nobody tells when it opens."""
        return _TURN_MS

    def due(self):
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

    def sent(self, item):
        """Note that item went out."""
        self.mipl.release = b""

    def failed(self, item):
        """Have item sent once more."""
        self.mipl.release = b""
        kept.again(self.observations, item)

    def drop(self, msgid):
        """End the observations under msgid."""
        self.observations.drop(msgid)


class Cycler(Supervisor):
    """Runs the cycles; set up by attach() before it runs.

    `sleep(ms)` puts the board to sleep, from which it starts anew; None: it stays awake and waits.
    """

    def attach(self, node, power, memory, sleep):
        """power: (s from one start to the next, s it may be awake, release the radio)."""
        self.node = node
        self.period_ms = power[0] * 1000
        self.awake_ms = power[1] * 1000
        self.memory = memory
        self.sleep = sleep
        self.kept = memory.load()
        power_on = restarts.power_on()
        if power_on or (power_on is None and not memory.volatile):
            self.kept.pop("v", None)  # what was counted and measured since power on starts anew
        self.cycles = 0
        kept.values(node.registry, self.kept)
        if node.courier:
            node.courier.samples = False
        self.gate = Gate(self.observations, node, power[2])
        node.notifier.observations = self.gate  # type: ignore[assignment] # it does what one does
        if node.uplink:
            node.uplink.release = power[2]

    async def run(self):
        """Cycle for ever; behind a sleep it begins anew."""
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
            except Exception as e:  # no memory, a fault of ours: the next cycle is the way out
                gc.collect()
                try:
                    log_exception(self.log, e)
                except MemoryError:
                    pass
                self._failed(e)
            if not self.stopping:
                await self._rest(begun)

    def _failed(self, error):
        if self.modem.firmware.writing:  # no failure: the cycle waits for the end of the update
            self.kept.pop("session", None)
            return
        self.recoveries += 1
        self.cause = str(error)
        self.kept["failed"] = self.kept.get("failed", 0) + 1
        self.kept.pop("session", None)
        self.log("%s; next try: in the next cycle" % self.cause, 0)

    # -- awake ---------------------------------------------------------------------------------

    async def _connect(self, begun):
        modem = self.modem
        self.say("waking the module")
        await modem.at.sync(_SYNC_MS)
        failed = self.kept.get("failed", 0) % _REBOOT == _REBOOT - 1
        if failed and not modem.firmware.busy:
            self.kept.pop("session", None)
            await modem.reboot()
            if self.sockets:
                self.sockets.treated()
        if self.kept.get("power") == self.modem.network.power:
            modem.network.power = None  # the network knows it: asking again would cost an update
        left = self.awake_ms - self.clock.ticks_diff(self.clock.ticks_ms(), begun)
        power = modem.network.power
        await modem.bring_up(min(self.register_timeout_ms, max(left, 20000)))
        if power:
            self.kept["power"] = power
            await self._ask(self._granted)
        if self.objects:
            await self._session()
        self.sessions += 1
        self.stands()

    async def _granted(self):
        given = await borrow("m5310.power").granted(self.modem.network)
        self.log("the network gives T3324 %s s, T3412 %s s" % given)

    async def _session(self):
        """Go on with the session of before, if it still stands; else open a new one."""
        mipl = self.modem.mipl
        session = self.kept.pop("session", None)
        if session and session[2] >= _LEAST_S:
            try:
                kept.restore(self.observations, self.kept, session[3])
                await mipl.resume(session[0], session[1], self.lifetime_s)
                return
            except AtError as e:
                self.log("the session is gone: %s" % e)
        self.observations.clear()
        await self._open_session()

    async def _report(self, begun):
        """Have the readings sent, and wait until nothing is left to be done."""
        clock = self.clock
        self.gate.open = True
        start = busy = clock.ticks_ms()
        while clock.ticks_diff(clock.ticks_ms(), start) < _SENSORS_MS:
            if not [slot for slot in self.node.sampler.slots if slot.value is None]:
                break
            await clock.sleep_ms(_TURN_MS)
        node = self.node
        if self.cycles > 1:  # behind a sleep they are due anyway
            kept.renew(self.observations)
            if node.uplink:
                node.uplink.take()
        while not self.stopping:
            now = self.alive = clock.ticks_ms()
            self.stands()
            if self.objects and not self.modem.mipl.registered:
                raise AtError(10, 0, self.modem.mipl.cause.encode())
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

    def _busy(self):
        """Tell whether anything is under way or due."""
        node = self.node
        courier = node.courier
        uplink = node.uplink
        at = self.modem.at
        return (
            bool(at.replies or at.normal)
            or not at.quiet()
            or bool(self.gate.items)
            or self.observations.next_ms() == 0
            or bool(courier and (courier.busy() or len(courier.outbox)))
            or bool(uplink and uplink.busy() and not uplink.health.fault)
        )

    # -- asleep --------------------------------------------------------------------------------

    async def _rest(self, begun):
        """Keep what has to outlive the sleep, and sleep."""
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
        spent = clock.ticks_diff(clock.ticks_ms(), begun)
        ms = max(self.period_ms - spent, 1000)
        mipl = self.modem.mipl
        self.kept.update(kept.state(self.observations))
        if mipl.registered:
            left = mipl.lifetime_left_s() - ms // 1000
            name = mipl.dialect.name
            self.kept["session"] = [mipl.requests.ref, name, left, ms // 1000]
        try:
            self.memory.save(self.kept)
        except OSError as e:
            self.log("cycle: %s" % e, 0)
        if node.trial and not node.trial.proven and not self.kept.get("failed"):
            node.trial.keep(
                self.log
            )  # a session never stands for a minute here: a whole cycle is the proof
        self.gate.open = False
        self.say("asleep for %d s" % (ms // 1000))
        self.cause = ""
        if self.sleep:
            self.sleep(ms)
        while ms > 0 and not self.stopping:  # in parts: the watchdog of tasks looks at `alive`
            self.alive = clock.ticks_ms()
            await clock.sleep_ms(min(ms, 30000))
            ms -= 30000


def equip(cycler, *args):
    """Attach a Cycler, which others know as the supervisor, to its node; see there."""
    cycler.attach(*args)
