"""Puts the node together from its configuration, and runs it."""

import asyncio
import sys

from m5310.clock import Clock

node = None  # the running Node, for the REPL: `from node import app; app.node.status()`


class Node:
    """All parts of the node, wired; `uart`, `clock` and `log` come from outside."""

    def __init__(self, config, uart, clock, log, restart=None, reset_pin=None, power_pin=None):
        from lwm2m.observe import Observations
        from lwm2m.registry import Registry
        from m5310.modem import Modem

        from .dispatcher import Dispatcher
        from .notifier import Notifier
        from .sampler import Sampler
        from .supervisor import Supervisor

        module = config["module"]
        network = config["network"]
        self.log = log
        self.clock = clock
        self.registry = Registry()
        self.actuations = []
        self.sampler = Sampler(clock, self.actuations)
        _add_objects(self.registry, self.sampler, self.actuations, config, clock)
        self.observations = Observations(self.registry, clock)
        self.dispatcher = Dispatcher(self.registry, self.observations, log)
        self.modem = Modem(
            uart,
            clock,
            log,
            self.dispatcher.handle,
            module["dialect"],
            pause=module["pause_ms"],
            baud=module["baud"],
            on_line=self._trace if config["log"]["level"] > 2 else None,
            operator=network["cops"],
            earfcn=network["earfcn"],
            reset_pin=reset_pin,
            power_pin=power_pin,
        )
        self.dispatcher.requests = self.modem.mipl.requests
        self.dispatcher.requests.on_answered = self.dispatcher.answered
        if log.level > 1:
            self.modem.mipl.on_event = self._event
        self.notifier = Notifier(self.observations, self.modem.mipl, clock, log)
        hint = "no OK from the module on UART %s at %d baud: check that TX and RX are crossed, "
        hint += "that both share ground, the module's supply, and the baud rate"
        self.supervisor = Supervisor(
            self.modem,
            clock,
            log,
            config,
            _object_list(self.registry),
            self.observations,
            self.notifier,
            hint % (module["uart"], module["baud"]),
            restart,
        )
        self.restarts = 0
        self.tasks = []

    async def run(self):
        """Run every task for ever; one that fails is reported and started again."""
        self.tasks = [
            asyncio.create_task(self._keep(name, work))
            for name, work in (
                ("at", self.modem.at.run),
                ("sampler", self.sampler.run),
                ("notifier", self.notifier.run),
            )
        ]
        await self._keep("supervisor", self.supervisor.run)

    async def _keep(self, name, work):
        while not self.supervisor.stopping:
            try:
                await work()
            except Exception as e:  # a task that ends would leave the node half alive
                self.restarts += 1
                self.log("task %s failed and is started again: %r" % (name, e), 0)
                if hasattr(sys, "print_exception"):
                    sys.print_exception(e)
                await self.clock.sleep_ms(1000)

    async def shutdown(self, limit=8):
        """De-register in order, limit seconds at most; for a loop in which nothing else runs."""
        task = asyncio.create_task(self.modem.at.run())
        try:
            await asyncio.wait_for(self.supervisor.shutdown(), limit)
        except asyncio.TimeoutError:
            self.log("not de-registered: the module took too long", 0)
        task.cancel()

    def status(self):
        """Return everything there is to know about the node as a new dict."""
        out = self.modem.status()
        out["node"] = self.supervisor.status()
        out["node"]["task_restarts"] = self.restarts
        out["operations"] = self.dispatcher.status()
        out["notifier"] = self.notifier.status()
        out["sampler"] = self.sampler.status()
        return out

    def _event(self, event, ext):
        from m5310.words import event as name

        self.log("event %d: %s" % (event, name(event)), 2)

    def _trace(self, sent, line):
        from m5310.words import printable

        self.log("%s %s" % (">" if sent else "<", printable(line, 200)), 3)


def _add_objects(registry, sampler, actuations, config, clock):
    """Make the objects of the configuration; raises ConfigError naming the part that failed."""
    from .actuators import make as make_actuator
    from .config_check import ConfigError
    from .sensors import make as make_sensor

    shared = {}
    name = ""
    try:
        for i, spec in enumerate(config["sensors"]):
            from lwm2m.temperature import Temperature

            name = "sensors[%d]" % i
            low, high = spec["range"]
            temperature = Temperature(spec["instance"], spec["units"], low, high)
            registry.add(temperature)
            sampler.add(make_sensor(spec, shared), temperature, spec["period"])
        for i, spec in enumerate(config["actuators"]):
            from lwm2m.actuation import Actuation

            name = "actuators[%d]" % i
            actuation = Actuation(spec["instance"], clock, **make_actuator(spec))
            registry.add(actuation)
            actuations.append(actuation)
    except (OSError, ValueError) as e:
        if isinstance(e, ConfigError):
            raise
        raise ConfigError(name, spec["instance"], "cannot be set up on this board: %s" % e)


def _object_list(registry):
    """Return what Mipl.open wants to know: (id, bitmap, attributes, actions, "id;id;...")."""
    out = []
    for oid in registry.objects():
        iids = registry.instances(oid)
        bitmap = "".join(["1" if i in iids else "0" for i in range(max(iids) + 1)])
        attributes, actions = registry.counts(oid)
        out.append((oid, bitmap, attributes, actions, registry.discover_text(oid)))
    return out


class Log:
    """Prints what is at or below `level` (0 problems, 1 progress, 2 details, 3 the AT lines)."""

    def __init__(self, clock, level=1):
        self.level = level
        self._clock = clock
        self._last = clock.ticks_ms()
        self._ms = 0

    def __call__(self, text, level=1):
        now = self._clock.ticks_ms()
        self._ms += self._clock.ticks_diff(now, self._last)
        self._last = now
        if level <= self.level:
            print("%9.3f %s" % (self._ms / 1000, text))


def _open_uart(module, board):
    """Return the UART of the module as configured; raises ConfigError if the port refuses."""
    from machine import UART, Pin

    from .config_check import ConfigError

    options = dict(getattr(board, "UART_OPTIONS", {}))
    for name in ("tx", "rx"):
        if module[name] is not None:  # an STM32's UART has fixed pins
            options[name] = Pin(module[name])
    try:
        return UART(
            module["uart"],
            baudrate=module["baud"],
            rxbuf=module["rxbuf"],
            timeout=0,
            **options,
        )
    except (OSError, ValueError) as e:
        raise ConfigError("module.uart", module["uart"], "cannot be opened: %s" % e)


def _load(board, log):
    """Return the configuration; a board falls back on the last good one, a PC does not."""
    from . import config

    path = getattr(board, "CONFIG", "config.json")
    if getattr(board, "HOSTED", False):
        return config.load(path, board)
    found, problem = config.load_with_fallback(path, "config.prev.json", board)
    if problem:
        log("%s; running on config.prev.json" % problem, 0)
    else:
        config.save_good(path, "config.prev.json")
    return found


def start():
    """Run the node of this board until Ctrl-C, then de-register.

    Exits with status 2 if the configuration cannot be used.
    """
    global node
    import machine

    from .config_check import ConfigError

    try:
        import pins as board
    except ImportError:
        board = None
    clock = Clock()
    log = Log(clock)
    try:
        config = _load(board, log)
        log.level = config["log"]["level"]
        module = config["module"]
        pins = {}
        for name in ("reset_pin", "power_pin"):
            if module[name] is not None:
                pins[name] = machine.Pin(module[name], machine.Pin.OUT, value=0)
        hosted = getattr(board, "HOSTED", False)
        restart = None if hosted else machine.reset
        node = Node(config, _open_uart(module, board), clock, log, restart, **pins)
    except ConfigError as e:
        print("configuration: %s" % e)
        sys.exit(2)
    try:
        asyncio.run(node.run())
    except KeyboardInterrupt:
        asyncio.new_event_loop()
        asyncio.run(node.shutdown())
    log("status: %s" % node.status(), 1)
