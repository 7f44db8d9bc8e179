"""The program: set the node up, run it until Ctrl-C, deregister.

This module imports little, so that the configuration is checked in an empty heap.
"""

import asyncio
import gc
import sys

from micropython import const

from . import definition, option, restarts, rollback
from .log import Log, log_exception

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from typing import Any

    from at import Clock
    from lwm2m.client import Dispatcher, Notifier
    from lwm2m.registry import Registry
    from m5310.modem import Modem

    from .outbox.courier import Courier
    from .sampler import Sampler
    from .supervisor import Supervisor
    from .trace import Trace
    from .uplink.uplink import Uplink
    from .watchdog import Watchdog

# Between two collections so many bytes are allocated at least, and one of so many that are free:
# a small heap stays in one piece, and a large one is not searched all the time.
_GC_LEAST = const(1024)
_GC_SHARE = const(4)
_LEAVE_MS = const(8000)
_LEAVE_TURN_MS = const(20)
_FAILURES_KEPT = const(8)
_FAILURES = const(5)  # of one task within _FAILURES_MS: then the board restarts
_FAILURES_MS = const(600000)
_FIRST_PAUSE_MS = const(1000)
_LONGEST_PAUSE_MS = const(60000)

node: "Node" = None  # the running one, for the REPL: `from node import app; app.node.status()`


class Node:
    """All parts of the node, and its tasks; made by node.startup.wiring.

    What only some nodes have is None in the others.
    """

    def __init__(
        self,
        clock: "Clock",
        log: Log,
        registry: "Registry",
        modem: "Modem",
        dispatcher: "Dispatcher",
        notifier: "Notifier",
        sampler: "Sampler",
        supervisor: "Supervisor",
    ) -> None:
        self.clock = clock
        self.log = log
        self.registry = registry
        self.modem = modem
        self.dispatcher = dispatcher
        self.notifier = notifier
        self.sampler = sampler
        self.supervisor = supervisor
        self.courier: "Courier | None" = None  # of an outbox
        self.uplink: "Uplink | None" = None  # by UDP
        self.trace: "Trace | None" = None
        self.watchdog: "Watchdog | None" = None
        self.trial: "rollback.Trial | None" = None  # of a configuration that was never online
        self.fallback: "str | None" = None  # why the node runs on the last good configuration
        self.restarts = 0  # of tasks
        self.tasks: list = []
        self._failures: dict = {}  # name of a task: ticks of its last failures

    async def run(self) -> None:
        """Run every task for ever; one that fails is reported and started again."""
        self.log.at = self.modem.at
        for name, part in (
            ("sampler", self.sampler),
            ("notifier", self.notifier),
            ("courier", self.courier),
            ("uplink", self.uplink),
            ("at", self.modem.at),
            ("log", self.log),
        ):
            if part:
                self.tasks.append(asyncio.create_task(self.keep_running(name, part.run)))
        if self.watchdog:
            self.tasks.append(asyncio.create_task(self.watchdog.run()))
        if self.trial:
            self.tasks.append(asyncio.create_task(self.trial.follow(self)))
        await self.keep_running("supervisor", self.supervisor.run)

    async def shutdown(self, limit_ms: int = _LEAVE_MS) -> None:
        """Deregister, in limit_ms at most; for a loop in which nothing else runs."""
        engine = asyncio.create_task(self.modem.at.run())
        leaving = asyncio.create_task(self.supervisor.shutdown())
        while not leaving.done():
            if limit_ms <= 0:
                self.log("not de-registered: the module took too long", 0)
                break
            limit_ms -= _LEAVE_TURN_MS
            if self.watchdog:
                self.watchdog.feed()
            await self.clock.sleep_ms(_LEAVE_TURN_MS)
        leaving.cancel()
        engine.cancel()
        if self.watchdog:
            self.watchdog.left()

    def status(self) -> dict:
        """Return the counters and states of all parts, as a new dict of dicts."""
        return dict(self.status_parts())

    def status_parts(self) -> "Iterator[tuple[str, Any]]":
        """Yield (name, dict) of each part, one by one: a small heap may not hold all."""
        from m5310.operations import NAMES

        modem = self.modem
        yield "at", modem.at.status()
        yield "network", modem.network.status()
        yield "session", modem.mipl.status()
        yield "boots", modem.boots
        supervisor = self.supervisor
        yield (
            "node",
            {
                "state": supervisor.state,
                "cause": supervisor.cause,
                "next_try": supervisor.next_try,
                "sessions": supervisor.sessions,
                "recoveries": supervisor.recoveries,
                "task_restarts": self.restarts,
                "config": self.fallback,
                "last_restart": restarts.status() if supervisor.restart else None,
            },
        )
        operations = {NAMES[kind]: age_ms for kind, age_ms in self.dispatcher.worst.items()}
        operations["faults"] = self.dispatcher.faults
        yield "operations", operations
        yield "notifier", {"failures": self.notifier.failures, "unfit": self.notifier.unfit}
        yield "sampler", self.sampler.status()
        if self.courier:
            yield "outbox", self.courier.status()
        if self.uplink:
            yield "uplink", self.uplink.status()
        if hasattr(gc, "mem_free"):
            gc.collect()
            yield "heap", {"free": gc.mem_free(), "used": gc.mem_alloc()}

    async def keep_running(self, name: str, work: "Callable[[], Awaitable[None]]") -> None:
        """Await work() again and again, after a pause when it fails, until the node stops."""
        while not self.supervisor.stopping:
            try:
                await work()
            except Exception as e:  # a task that ends would leave the node half alive
                self.restarts += 1
                gc.collect()
                try:
                    pause_ms = self._failed(name, e)
                except Exception:  # there is no memory even for that
                    pause_ms = _FIRST_PAUSE_MS
                await self.clock.sleep_ms(pause_ms)

    def _failed(self, name: str, error: Exception) -> int:
        """Log that a task raised error; return the pause in ms before it is started again.

        The fifth time in ten minutes restarts the MCU. Where that is impossible, as on a PC, the
        pauses grow to a minute.
        """
        now = self.clock.ticks_ms()
        times = [
            when
            for when in self._failures.get(name, ())
            if 0 <= self.clock.ticks_diff(now, when) < _FAILURES_MS
        ]
        times.append(now)
        self._failures[name] = times[-_FAILURES_KEPT:]
        log_exception(self.log, error)
        supervisor = self.supervisor
        pause_ms = min(_FIRST_PAUSE_MS << (len(times) - 1), _LONGEST_PAUSE_MS)
        if len(times) < _FAILURES or not supervisor.restart or self.modem.firmware.busy:
            text = "task %s failed: %r; it is started again in %d s"
            self.log(text % (name, error, pause_ms // 1000), 0)
            return pause_ms
        cause = "task %s failed: %r, %d times in ten minutes" % (name, error, _FAILURES)
        restarts.restart(supervisor, cause)
        return pause_ms


def start() -> None:
    """Run the node of this board until Ctrl-C, then deregister and print the status.

    Without a usable configuration it exits with status 2 on a PC. A board restarts then, as it
    does when the node ends by itself, after a pause in which Ctrl-C leads to the prompt.
    """
    global node
    from at import Clock  # MicroPython only: tests have clocks of their own

    gc.threshold(_GC_LEAST)
    node = set_up(Clock(), Log)
    if node is None:
        if _is_hosted():
            sys.exit(2)
        restarts.retry("no configuration can be used")
        return
    gc.collect()
    gc.threshold(max(_GC_LEAST, gc.mem_free() // _GC_SHARE))
    try:
        asyncio.run(node.run())
    except KeyboardInterrupt:
        try:
            _leave()
        except Exception as e:  # whoever pressed Ctrl-C gets the prompt
            log_exception(node.log, e)
    except Exception as e:
        if not node.supervisor.restart:  # on a PC the program ends with it
            raise
        node.log.flush()
        log_exception(node.log, e)
        restarts.retry("the node has ended: %r" % e)


def _leave() -> None:
    """Deregister, and print the status."""
    node.log.flush()
    if node.trial and not node.trial.proven:
        rollback.stopped()
    if node.log.level < 3:  # the trace keeps what led to this
        node.modem.at.on_line = None
    asyncio.new_event_loop()
    # Memory for the way out: what the tasks were doing is over.
    node.tasks.clear()
    node.dispatcher.observations.clear(True)
    gc.collect()
    asyncio.run(node.shutdown())
    for name, part in node.status_parts():
        print("status of", name, part)


# -- start-up ----------------------------------------------------------------------------------


def set_up(clock: "Clock", log_class: "Callable[[Clock], Log]") -> "Node | None":
    """Return the Node of this board, None if no configuration can be used.

    A board whose configuration cannot be used, whatever is wrong with it, or was never online,
    goes on with the last that was, and says why. A PC has one configuration only.
    """
    path = option(definition(), "CONFIG", "config.json")
    log = log_class(clock)
    if _is_hosted():
        return _make_node(path, False, None, clock, log)
    for each, failed, why in rollback.choices(path, restarts.begin(log)):
        made = _make_node(each, each != rollback.COPY, failed, clock, log)
        if made:
            if why:
                made.fallback = why
                log(why, 0)
            return made
    return None


def _make_node(
    path: str, on_trial: bool, failed: "int | None", clock: "Clock", log: Log
) -> "Node | None":
    """Return the Node that the configuration at path describes, None if it cannot be used.

    on_trial: it has to come online before it is kept. failed: as in rollback.choices().
    """
    trial = None
    try:
        config = _checked(path)
        _unload_startup()  # the check and the wiring need not fit into the heap together
        if config is None:
            return None
        log.level = config["log"]["level"]
        if on_trial:
            trial = rollback.begin(path, failed, log)
        made = _wired(config, clock, log)
        if made:
            made.trial = trial
        return made
    except KeyboardInterrupt:
        if trial:
            rollback.stopped()
        raise
    except ImportError as e:  # what only some configurations need is on their boards alone
        print("configuration: %s: make deploy brings what it needs" % e)
    except Exception as e:  # no memory, a damaged file, a bug: there may be a good configuration
        log_exception(log, e)
        print("configuration: the node cannot be set up with %s: %r" % (path, e))
    finally:
        _unload_startup()
    return None


def _checked(path: str) -> "dict | None":
    from .startup.config import checked

    return checked(path, definition())


def _wired(config: dict, clock: "Clock", log: Log) -> "Node | None":
    from .startup.wiring import wired

    return wired(config, clock, log)


def _unload_startup() -> None:
    """Unload what only the start needs: the package node.startup and the board definition."""
    for name in list(sys.modules):
        if name.startswith("node.startup") or name in ("pins", "pin_rules"):
            del sys.modules[name]
    package = sys.modules["node"]
    if hasattr(package, "startup"):
        del package.startup
    gc.collect()


def _is_hosted() -> bool:
    """Return True on a PC, where a program ends instead of restarting a board."""
    return bool(getattr(definition(), "HOSTED", False))
