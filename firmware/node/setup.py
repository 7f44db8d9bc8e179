"""Makes a Node out of a configuration and a board."""

from lwm2m.observe import Observations
from lwm2m.registry import Registry
from m5310 import borrow
from m5310.modem import Modem

from .app import Node
from .config_error import ConfigError
from .dispatcher import Dispatcher
from .notifier import Notifier
from .sampler import Sampler
from .supervisor import Supervisor


def build(config, uart, clock, log, restart=None, folder="outbox", rtc=None, **more):
    """Return the Node of a validated configuration on a UART; raises ConfigError.

    restart() restarts the MCU, None where there is none; folder: where an outbox has its files.
    rtc: machine.RTC() or None. more: seconds() as in node.wall, sleep(ms) as in node.cycle,
    reset_pin and power_pin.
    """
    seconds = more.pop("seconds", None)
    sleep = more.pop("sleep", None)
    module = config["module"]
    network = config["network"]
    registry = Registry()
    wall = learn = None
    saving = config["power"]["mode"] != "always"
    timed = config["outbox"]["readings"] or config["udp"]["server"] or saving
    if timed or config["onenet"]["timestamps"]:
        wall, learn = borrow("node.extras").wall(rtc, seconds)
    elif rtc:  # nothing else bears a time

        def learn(utc):
            borrow("node.wall").Wall(rtc).learn(utc)

        def wall():
            return borrow("node.wall").Wall(rtc).now()

    sampler = _objects(registry, config, clock, wall)
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
        **more,
    )
    modem.network.on_time = learn
    kind = borrow("node.extras").saving(modem, config, Supervisor) if saving else Supervisor
    dispatcher.requests = modem.mipl.requests
    dispatcher.requests.on_answered = dispatcher.answered
    modem.mipl.on_again = observations.clear
    notifier = Notifier(observations, modem.mipl, clock, log)
    onenet = config["onenet"]
    supervisor = kind(
        modem,
        clock,
        log,
        (
            network["register_timeout"] * 1000,
            (module["uart"], module["baud"], module["rxbuf"]),
            onenet["lifetime"],
            onenet["open_timeout"],
            onenet["server"],
            onenet["bootstrap"],
        ),
        _object_list(registry) if onenet["enabled"] else [],
        observations,
        notifier,
        restart,
    )
    node = Node(clock, log, registry, modem, dispatcher, notifier, sampler, supervisor)
    if timed:
        borrow("node.extras").add(node, config, folder, wall, rtc, sleep)
    _trace(node, config["log"]["trace"], wall)
    return node


def _trace(node, size, wall):
    """Have the lines of the UART recorded and logged, as configured."""
    at = node.modem.at
    if size:
        node.trace = borrow("node.trace").Trace(size, node.clock, node.log, node.modem.mipl)
        node.trace.wall = wall
        at.on_line = node.trace.record
    if node.log.level > 2:
        at.on_line = borrow("node.trace_text").Spoken(node.log, at.on_line).line


def _objects(registry, config, clock, wall):
    """Fill registry and return the Sampler that feeds it; wall: tells the UNIX time."""
    actuations = []
    sampler = Sampler(clock, actuations)
    shared = {}
    kinds = {}
    objects = borrow("lwm2m.objects")
    stamps = wall if config["onenet"]["timestamps"] else None
    for spec in config["sensors"] + config["actuators"]:
        if spec["object"] not in kinds:
            kinds[spec["object"]] = objects.find(spec["object"], stamps)
    objects = None
    for i, spec in enumerate(config["sensors"]):
        from .sensors import make

        measures = [spec["units"]] + spec["range"] if "units" in spec else []
        try:
            instance = kinds[spec["object"]](spec["instance"], *measures)
            registry.add(instance)
            sampler.add(make(spec, shared), instance, spec["period"])
        except (OSError, ValueError) as e:
            raise ConfigError("sensors[%d]" % i, spec["type"], "cannot be set up: %s" % e)
    for i, spec in enumerate(config["actuators"]):
        from .actuators import make as make_outputs

        try:
            actuation = kinds[spec["object"]](spec["instance"], clock, **make_outputs(spec))
            registry.add(actuation)
        except (OSError, ValueError) as e:
            raise ConfigError("actuators[%d]" % i, spec["instance"], "cannot be set up: %s" % e)
        actuations.append(actuation)
    return sampler


def _object_list(registry):
    """Return what Mipl.open wants to know: (id, bitmap, attributes, actions, "id;id;...")."""
    out = []
    for oid in registry.objects():
        iids = registry.instances(oid)
        bitmap = "".join(["1" if i in iids else "0" for i in range(max(iids) + 1)])
        attributes, actions = registry.counts(oid)
        out.append((oid, bitmap, attributes, actions, registry.discover_text(oid)))
    return out
