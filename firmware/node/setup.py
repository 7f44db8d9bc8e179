"""Makes a Node out of a configuration and a board. Forgotten once that is done: heap is scarce."""

import sys

from lwm2m.observe import Observations
from lwm2m.registry import Registry
from m5310.modem import Modem

from .app import Node
from .config_check import ConfigError
from .dispatcher import Dispatcher
from .notifier import Notifier
from .sampler import Sampler
from .supervisor import Supervisor

_HINT = (
    "no OK from the module on UART %s at %d baud: check that TX and RX are crossed, that both "
    "share ground, the module's supply, and the baud rate"
)


def load(board, log):
    """Return the configuration; a board falls back on the last good one, a PC does not.

    Raises ConfigError.
    """
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


def from_board(config, board, clock, log):
    """Return the Node of this board; raises ConfigError naming the field the board refuses."""
    import machine

    module = config["module"]
    pins = {}
    for name in ("reset_pin", "power_pin"):
        if module[name] is not None:
            try:
                pins[name] = machine.Pin(module[name], machine.Pin.OUT, value=0)
            except (OSError, ValueError) as e:
                raise ConfigError("module." + name, module[name], "is no output pin: %s" % e)
    restart = None if getattr(board, "HOSTED", False) else machine.reset
    return build(config, _uart(module, board), clock, log, restart, **pins)


def build(config, uart, clock, log, restart=None, reset_pin=None, power_pin=None):
    """Return the Node of a validated configuration on a UART; raises ConfigError.

    restart() restarts the MCU, None where there is none.
    """
    module = config["module"]
    network = config["network"]
    registry = Registry()
    sampler, actuations = _objects(registry, config, clock)
    observations = Observations(registry, clock)
    dispatcher = Dispatcher(registry, observations, log)
    modem = Modem(
        uart,
        clock,
        log,
        dispatcher.handle,
        module["dialect"],
        pause=module["pause_ms"],
        baud=module["baud"],
        operator=network["cops"],
        earfcn=network["earfcn"],
        reset_pin=reset_pin,
        power_pin=power_pin,
    )
    dispatcher.requests = modem.mipl.requests
    dispatcher.requests.on_answered = dispatcher.answered
    notifier = Notifier(observations, modem.mipl, clock, log)
    onenet = config["onenet"]
    supervisor = Supervisor(
        modem,
        clock,
        log,
        (onenet["lifetime"], onenet["open_timeout"], onenet["server"]),
        network["register_timeout"] * 1000,
        _object_list(registry),
        observations,
        notifier,
        _HINT % (module["uart"], module["baud"]),
        restart,
    )
    return Node(clock, log, registry, modem, dispatcher, notifier, sampler, supervisor)


def _uart(module, board):
    from machine import UART, Pin

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


def _objects(registry, config, clock):
    """Fill registry; return (sampler, actuations)."""
    actuations = []
    sampler = Sampler(clock, actuations)
    shared = {}
    for i, spec in enumerate(config["sensors"]):
        from lwm2m.temperature import Temperature

        from .sensors import make

        low, high = spec["range"]
        try:
            temperature = Temperature(spec["instance"], spec["units"], low, high)
            registry.add(temperature)
            sampler.add(make(spec, shared), temperature, spec["period"])
        except (OSError, ValueError) as e:
            raise ConfigError("sensors[%d]" % i, spec["type"], "cannot be set up: %s" % e)
    for i, spec in enumerate(config["actuators"]):
        from lwm2m.actuation import Actuation

        from .actuators import make

        try:
            actuation = Actuation(spec["instance"], clock, **make(spec))
            registry.add(actuation)
        except (OSError, ValueError) as e:
            raise ConfigError("actuators[%d]" % i, spec["instance"], "cannot be set up: %s" % e)
        actuations.append(actuation)
    return sampler, actuations


def _object_list(registry):
    """Return what Mipl.open wants to know: (id, bitmap, attributes, actions, "id;id;...")."""
    out = []
    for oid in registry.objects():
        iids = registry.instances(oid)
        bitmap = "".join(["1" if i in iids else "0" for i in range(max(iids) + 1)])
        attributes, actions = registry.counts(oid)
        out.append((oid, bitmap, attributes, actions, registry.discover_text(oid)))
    return out


def forget():
    """Unload what only the start needed, this module included."""
    package = sys.modules["node"]
    for name in ("setup", "config", "config_check", "config_schema", "config_text"):
        sys.modules.pop("node." + name, None)
        if hasattr(package, name):
            delattr(package, name)
    for name in ("sensors", "actuators"):
        found = sys.modules.get("node." + name)
        if found:
            del found.make
