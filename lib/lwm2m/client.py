"""The client: joins objects to a session with the platform.

Operations are answered by the Dispatcher, values notified by the Notifier; the Client has both,
registers, renews and deregisters. The session is given: m5310's Modem, or any object with `clock`
and `mipl` like the Clock and the Session below.
"""

import asyncio

from micropython import const

from .observe import Observations
from .registry import Registry
from .values import BAD_REQUEST, CONTENT, NOT_FOUND, fits

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any, Protocol

    from .observe import Item

    class Clock(Protocol):
        """Ticks in ms that wrap, as MicroPython's, and a sleep."""

        def ticks_ms(self) -> Any: ...
        def ticks_diff(self, a: Any, b: Any) -> int: ...
        def ticks_add(self, ticks: Any, ms: int) -> Any: ...
        def sleep_ms(self, ms: int) -> Awaitable[None]: ...

    class Failure(Protocol):
        """What an instance of Session.Error says of a command that failed."""

        unknown: bool  # whether it was executed is not known
        deferred: bool  # it gave way to other commands: that says nothing of the session
        no_observation: bool  # of notify(): the module knows no such observation

    class Requests(Protocol):
        """Operations of the platform, each with kind (see KINDS), oid, iid, rid (-1 = all), and
        what its kind brings: values, args, attributes, or msgid and cancel of an observe."""

        on_operation: Any  # called with each operation, which reply() answers
        on_answered: Any  # called with the operation, None or an Error, and its age in ms

        def reply(self, op: Any, code: int, values: Any = (), resources: str = "") -> None: ...

    class Session(Protocol):
        """A session with the platform. What fails raises Error, a Failure."""

        on_lost: Any  # called with the cause when the registration has ended
        on_again: Any  # called when the module has registered anew: nothing is observed any more

        @property
        def Error(self) -> type[Exception]: ...
        @property
        def registered(self) -> bool: ...
        @property
        def requests(self) -> Any: ...  # a Requests

        async def open(
            self, objects: list, lifetime_s: int, timeout_s: int, server: Any, bootstrap: bool
        ) -> None: ...
        def update_due(self) -> bool: ...
        async def update(self) -> None: ...
        async def close(self) -> None: ...
        async def remove(self, oid: int) -> None: ...
        def lost(self, cause: str) -> None: ...

        # Raises ValueError too, if value has no form on the line.
        async def notify(
            self, msgid: int, oid: int, iid: int, rid: int, kind: int, value: Any, ackid: int = 0
        ) -> None: ...


KINDS = ("read", "write", "execute", "observe", "write-attributes", "discover")
_READ = const(0)
_WRITE = const(1)
_EXECUTE = const(2)
_WRITE_ATTRIBUTES = const(4)
_DISCOVER = const(5)

_POLL_MS = const(100)  # while notifications have to wait for confirmations
_UNREGISTERED_MS = const(1000)
_IDLE_MS = const(30000)  # the longest wait of the notifier: it is still alive
_GATHER_MS = const(50)  # after a change: the next operation of a burst goes first
_DOUBT = const(5)  # notifications that failed in a row: the session is checked by a renewal
_TURN_MS = const(1000)
_TICK_MS = const(60000)  # between two Instance.tick()
_RENEWALS = const(3)  # attempts
_RENEWAL_PAUSE_MS = const(1000)


class Dispatcher:
    """Answers every operation at once, from values that are there already.

    faults: operations that ended with an exception of ours; worst: {kind: the age in ms of the
    oldest operation at its answer}; on_answered(op, age_ms): hears of every answer.
    """

    def __init__(
        self,
        registry: Registry,
        observations: Observations,
        requests: "Requests",
        log: "Callable[[str], Any] | None" = None,
    ) -> None:
        """log(text): hears of operations that could not be answered as they should be."""
        self.registry = registry
        self.observations = observations
        self.requests = requests
        self.log = log
        self.faults = 0
        self.worst: dict[int, int] = {}
        self.on_answered: "Callable[[Any, int], None] | None" = None
        requests.on_operation = self.handle
        requests.on_answered = self.answered

    def handle(self, op: "Any") -> None:
        """Execute op and queue its answer; whatever goes wrong, there is an answer."""
        values: "Any" = ()
        resources = ""
        problem = None
        try:
            if op.kind == _READ:
                code, values = self.registry.read(op.oid, op.iid, op.rid)
                if code == CONTENT and not fits(values, op.rid != -1):
                    code, values = BAD_REQUEST, ()
                    problem = "the answer would be longer than 512 bytes"
            elif op.kind == _DISCOVER:
                resources = self.registry.discover_text(op.oid)
                code = CONTENT if resources else NOT_FOUND
            else:
                code = self._change(op)
        except Exception as e:  # silence would block the module for every later operation
            self.faults += 1
            code = BAD_REQUEST
            problem = repr(e)
        self.requests.reply(op, code, values, resources)
        if problem:
            self._report(op, problem)

    def _change(self, op: "Any") -> int:
        """Execute op, which is neither a read nor a discover; return its code."""
        path = (op.oid, op.iid, op.rid)
        if op.kind == _WRITE:
            return self.registry.write(op.oid, op.iid, op.values)
        if op.kind == _EXECUTE:
            return self.registry.execute(*path, op.args)
        if op.kind == _WRITE_ATTRIBUTES:
            return self.observations.set_attributes(*path, op.attributes)
        if op.cancel:
            return self.observations.cancel(*path)
        return self.observations.observe(*path, op.msgid)

    def answered(self, op: "Any", error: "Exception | None", age_ms: int) -> None:
        """Note that the answer to op was accepted by the module, or the error it met."""
        if error:
            self._report(op, "answer not taken: %s" % error)
        elif self.on_answered:
            self.on_answered(op, age_ms)
        self.worst[op.kind] = max(self.worst.get(op.kind, 0), age_ms)

    def _report(self, op: "Any", text: str) -> None:
        if self.log:
            path = "/".join([str(n) for n in (op.oid, op.iid, op.rid) if n >= 0])
            kind = "cancel" if op.cancel else KINDS[op.kind]
            self.log("%s %s: %s" % (kind, path, text))


class Notifier:
    """Sends what the observations call for, one notification at a time, while registered.

    failures, unfit: notifications that were refused, and values that have no form on the line;
    row: failures since the last success; alive: tick of the last turn. courier, where there is
    one, keeps notifications until the platform confirms them: expect(item) returns the id to ask
    a confirmation with or 0, forget(id) says that it was not sent, full() has the others wait.
    """

    def __init__(
        self,
        observations: Observations,
        session: "Session",
        clock: "Clock",
        log: "Callable[[str], Any] | None" = None,
    ) -> None:
        """log(text): hears of notifications that failed."""
        self.observations = observations
        self.session = session
        self.clock = clock
        self.log = log
        self.courier: "Any" = None
        self.row = 0
        self.failures = 0
        self.unfit = 0
        self.alive = clock.ticks_ms()

    async def run(self) -> None:
        """Notify for ever."""
        while True:
            self.alive = self.clock.ticks_ms()
            self.observations.changed.clear()
            if not self.session.registered:  # what is observed then is a change
                await self._wait(_UNREGISTERED_MS)
                continue
            if self.courier and self.courier.full():
                await self.clock.sleep_ms(_POLL_MS)
                continue
            item = self.observations.due()
            if item:
                await self.send(item)
            else:
                wait_ms = self.observations.next_ms()
                await self._wait(_IDLE_MS if wait_ms is None else min(wait_ms, _IDLE_MS))

    async def _wait(self, timeout_ms: int) -> None:
        """Wait until a value or an observation changes, timeout_ms at most.

        asyncio.wait_for() may swallow a cancellation when the event comes at the same time.
        """
        timer = asyncio.create_task(self._ring(timeout_ms))
        try:
            await self.observations.changed.wait()
            changed = not timer.done()
        finally:
            timer.cancel()
        if changed:
            await self.clock.sleep_ms(_GATHER_MS)

    async def _ring(self, ms: int) -> None:
        await self.clock.sleep_ms(ms)
        self.observations.changed.set()

    async def send(self, item: "Item") -> None:
        """Send a notification that is due, and tell the observations how it fared."""
        courier = self.courier
        ackid = courier.expect(item) if courier else 0
        try:
            await self.session.notify(*item, ackid)
        except self.session.Error as e:
            self._failed(item, ackid, e)
        except ValueError:
            if ackid:
                courier.forget(ackid)
            self.unfit += 1  # repeating it would not help
            self.observations.sent(item)
        else:
            self.row = 0
            self.observations.sent(item)

    def _failed(self, item: "Item", ackid: int, error: "Any") -> None:
        if not error.deferred:
            self.row += 1
        self.failures += 1
        if error.unknown:
            # It may be on its way, and the platform would store a second one as well. Where there
            # is a courier, the confirmation tells, or its absence.
            self.observations.sent(item)
        else:
            if ackid:
                self.courier.forget(ackid)
            self.observations.failed(item)
        if error.no_observation:  # a renewal shows whether the session is there
            self.observations.drop(item[0])
            self.row = _DOUBT
        if self.log:
            self.log("notification of %d/%d/%d: %s" % (item[1:4] + (error,)))


class Client:
    """Serves object instances to the platform: `client[oid, iid]` is one of them.

    Operations are answered as soon as there is a Client, from register() on values are notified
    and the registration is renewed at half its lifetime, or when the module asks for it. A
    registration that ended is told by lost(); register() again makes a new one.
    """

    def __init__(
        self,
        modem: "Any",
        instances: "list[Any]",
        log: "Callable[[str], Any] | None" = None,
    ) -> None:
        """modem: has a `clock` and a session, `mipl`; instances: Temperature(0), Actuation(0) ...

        log(text): hears of what went wrong. Raises ValueError if two instances have one id.
        """
        self.session: "Session" = modem.mipl
        self.clock: "Clock" = modem.clock
        self.registry = Registry()
        for instance in instances:
            self.registry.add(instance)
        self.observations = Observations(self.registry, self.clock)
        self.dispatcher = Dispatcher(self.registry, self.observations, self.session.requests, log)
        self.notifier = Notifier(self.observations, self.session, self.clock, log)
        self.session.on_lost = self._end
        self.session.on_again = self.observations.clear
        self._ended = asyncio.Event()
        self._cause = ""
        self._tasks: list[asyncio.Task] = []

    def __getitem__(self, path: tuple[int, int]) -> "Any":
        """Return the instance (oid, iid); raises KeyError."""
        instance = self.registry.instance(*path)
        if instance is None:
            raise KeyError(path)
        return instance

    @property
    def registered(self) -> bool:
        """True while the platform has our registration."""
        return self.session.registered

    async def register(
        self,
        lifetime_s: int = 3600,
        timeout_s: int = 30,
        server: "str | None" = None,
        bootstrap: bool = True,
    ) -> None:
        """Open the session and register; return when the platform has accepted.

        timeout_s: for the module's registration; server "host:port" and bootstrap: see the
        session's open(). Raises the session's Error.
        """
        self._ended.clear()
        self.observations.clear()
        await self.session.open(
            self.registry.declaration(), lifetime_s, timeout_s, server, bootstrap
        )
        self.notifier.row = 0
        if not self._tasks:
            for work in (self.notifier.run, self._keep):
                self._tasks.append(asyncio.create_task(self._run(work)))

    async def lost(self) -> str:
        """Wait until the registration ends; return the cause."""
        await self._ended.wait()
        return self._cause

    async def deregister(self) -> None:
        """Deregister, delete the session and its objects, in the guide's order (3.6).

        Raises the session's Error if the module is silent; what else fails is passed over.
        """
        self._stop()
        try:
            await self.session.close()
            for oid in self.registry.objects():
                await self.session.remove(oid)
        finally:
            self._end("deregistered")

    async def __aenter__(self) -> "Client":  # noqa: PYI034 - Self is not in MicroPython
        return self

    async def __aexit__(self, *error: object) -> None:
        """Deregister, if registered."""
        if self.registered:
            await self.deregister()
        self._stop()

    async def _keep(self) -> None:
        """Renew the registration when it is due, and have the instances tick."""
        clock = self.clock
        ticked = clock.ticks_ms()
        while True:
            await clock.sleep_ms(_TURN_MS)
            if clock.ticks_diff(clock.ticks_ms(), ticked) >= _TICK_MS:
                ticked = clock.ticks_ms()
                for instance in self.registry:
                    instance.tick()
            if self.registered and (self.session.update_due() or self.notifier.row >= _DOUBT):
                await self._renew()

    async def _renew(self) -> None:
        """Renew the registration, in several attempts; without success it is lost."""
        self.notifier.row = 0
        for left in range(_RENEWALS - 1, -1, -1):
            try:
                await self.session.update()
                return
            except self.session.Error as e:
                error: "Any" = e
            if not left or not (error.unknown or error.deferred):
                break
            await self.clock.sleep_ms(_RENEWAL_PAUSE_MS)
        if self.registered:
            self.session.lost(str(error))

    async def _run(self, work: "Callable[[], Awaitable[None]]") -> None:
        """Await work(), which never ends; what it raises ends the registration for lost()."""
        try:
            await work()
        except Exception as e:  # no memory, a fault of ours: whoever awaits lost() can handle it
            self._stop()
            self._end(repr(e))

    def _end(self, cause: str) -> None:
        self._cause = cause
        self.observations.clear()
        self._ended.set()

    def _stop(self) -> None:
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()
        self._tasks = []
