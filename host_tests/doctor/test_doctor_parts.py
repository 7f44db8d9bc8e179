"""make doctor on sensors and actuators of every type, on every board, with what it brings alone.

What is brought is all that can be imported: a module that is left out is an ImportError here.
"""

import json
import shutil
import subprocess
import types

import machine
import portmachine
import pytest
from doctor_rig import FakeLink, Simulated, Wire, look

from deploy.boards import ROOT, load
from deploy.cargo import Cargo
from deploy.doctor import devices
from deploy.imports import closure
from deploy.modules import WHEN, of
from deploy.settings import default, examined
from node.startup.schema import fields
from upytest import interpreter

NAMES = sorted(portmachine.BOARDS)
PLATFORM = {"esp32": "esp32", "rp2": "rp2", "stm32": "pyboard"}
# What a configuration cannot leave out, by the name of the field.
REQUIRED = {"instance": 0, "pin": 13, "pins": [32, 33], "boot": "off"}
REQUIRED["states"] = {"off": [0, 0], "on": [1, 0]}


def choices(table, field):
    """Return what a field of a table of the schema may be."""
    return next(line.options for line in fields(table) if line.name == field)


TYPES = choices("sensor", "type")
KINDS = [line.name for line in fields("actuator") if line.kind == "map"]
OBJECTS = [(kind, oid) for kind in TYPES for oid in choices(kind, "object")]


def filled(table):
    """Return the fields of table, besides its type, that have no default."""
    names = [
        line[0] for line in fields(table) if line[2] is ... or (line[1] == "in" and not line[2])
    ]
    return {name: REQUIRED[name] for name in names if name != "type"}


def configuration(tmp_path, sensors=(), actuators=()):
    """Return the configuration of an ESP32 with these parts, every field filled in."""
    path = tmp_path / "config.json"
    sensors = list(sensors) or [{"type": "mcu", "instance": 7}]
    path.write_text(json.dumps({"sensors": sensors, "actuators": list(actuators)}))
    config, wrong = examined(path, load("ESP32_GENERIC"))
    assert not wrong, wrong
    return config


def sensor(kind, oid=None):
    """Return a sensor of this type as a configuration has it, with its defaults."""
    return {"type": kind, **filled("sensor"), **filled(kind), **({"object": oid} if oid else {})}


def pins_of(name):
    """Return {pin of the board: pin of the virtual board that has such a part}."""
    config = json.loads(default(load(name)).read_text())
    part = config["actuators"][0]
    own = [config["sensors"][0]["pin"], part["switch"]["pin"], part["dimmer"]["pin"]]
    own += part.get("multistate", {}).get("pins", [])
    return dict(zip(own, (4, 26, 25, 32, 33), strict=False))


def test_every_driver_is_a_type_that_the_configuration_knows():
    folder = ROOT / "firmware/node/sensors"
    drivers = [p.stem for p in folder.glob("[!_]*.py") if "\ndef make(" in p.read_text()]
    assert sorted(drivers) == sorted(TYPES)
    assert set(devices._REASONS) == set(TYPES)


@pytest.mark.parametrize(("kind", "oid"), OBJECTS)
def test_a_sensor_of_every_type_is_read_with_what_is_brought_alone(
    kind, oid, tmp_path, monkeypatch
):
    spec = configuration(tmp_path, [sensor(kind, oid)])["sensors"][0]
    got = look(Wire(), monkey=monkeypatch, plan=lambda c: c.update(sensors=[spec], actuators=[]))
    assert got["sensor 0"][0] == "ok", got["sensor 0"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_actuator_of_every_kind_is_moved_with_what_is_brought_alone(
    kind, tmp_path, monkeypatch
):
    part = {"instance": 0, kind: filled(kind)}
    spec = configuration(tmp_path, actuators=[part])["actuators"][0]
    got = look(
        Wire(),
        monkey=monkeypatch,
        actuate=True,
        plan=lambda c: c.update(sensors=[], actuators=[spec]),
    )
    assert got["actuator 0"][0] == "ok", got["actuator 0"]


@pytest.mark.parametrize("name", NAMES)
def test_the_default_configuration_of_every_board_passes(name, monkeypatch):
    got = whole(name, monkeypatch)
    states = {check: finding[0] for check, finding in got.found.items() for finding in finding}
    assert set(states.values()) == {"ok"}, got.found
    assert {"sensor 0", "sensor 1", "actuator 0", "OneNET"} <= set(states)


@pytest.mark.parametrize("name", ["NUCLEO_F446RE", "NUCLEO_WB55", "PYBV11"])
def test_a_dimmer_of_an_stm32_without_machine_pwm(name, monkeypatch):
    monkeypatch.delattr(machine, "PWM")
    monkeypatch.setitem(__import__("sys").modules, "pyb", portmachine.Pyb())
    got = whole(name, monkeypatch)
    assert got["actuator 0"][0] == "ok", got["actuator 0"]


def whole(name, monkeypatch):
    """Let the doctor look at the board called name, and its own configuration, all wired."""
    board = load(name)
    own = pins_of(name)

    class Pin(machine.Pin):
        """Takes the names of this board's pins."""

        def __init__(self, pin, *how, **options):
            super().__init__(own.get(pin, pin), *how, **options)
            self._name = pin

        def names(self):
            return [self._name, portmachine._F446.get(self._name)]

    monkeypatch.setattr(machine, "Pin", Pin)
    port, *_ = portmachine.BOARDS[name]
    found = {"platform": PLATFORM[port], "machine": board.machine[0], "cwd": board.root}
    config = json.loads(default(board).read_text())["module"]
    wire = Simulated(pins=(config.get("tx"), config.get("rx")))
    return look(wire, board=name, found=found, monkey=monkeypatch)


RUN = """
import json, sys
import machine, vdevices
OWN = %r
class Pin(vdevices.Pin):
    def __init__(self, pin, *how, **options):
        super().__init__(OWN.get(pin, pin), *how, **options)
machine.Pin = Pin
names = {}
for code in %r:
    exec(code, names)
print("LEFT", [n for n in sys.modules if n.split(".")[0] in ("m5310", "lwm2m", "pins", "node")])
"""


def on_micropython(tmp_path, name, specs, own=None):
    """Run what the doctor would run on the board called name; return what that prints."""
    board_folder = tmp_path / name
    shutil.copytree(ROOT / "boards" / name, board_folder)
    with (board_folder / "pins.py").open("a") as f:  # a PC's interpreter has no chip
        f.write("\n\ndef mcu_temperature():\n    return 30\n")
    board = load(name, tmp_path)
    codes = []
    link = types.SimpleNamespace(run=codes.append)
    cargo = Cargo(link, types.SimpleNamespace(mpy=6), board)
    for spec in specs:
        kind = f"node.sensors.{spec['type']}" if "type" in spec else "node.actuators"
        cargo.load("doctor_parts", kind)
        function = "sensor" if "type" in spec else "actuator"
        codes.append(f"import doctor_parts; doctor_parts.{function}({spec!r})")
    cargo.drop()
    script = tmp_path / "run.py"
    script.write_text(RUN % (own or {}, codes))
    path = f"{ROOT}/tools/fakes:{ROOT}/boards/PC/virtual:.frozen"
    done = subprocess.run(
        [interpreter(), "-X", "heapsize=512K", str(script)],
        env={"MICROPYPATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr, done.stderr
    *lines, left = done.stdout.splitlines()
    assert left == "LEFT []"  # drop() took everything away
    return [json.loads(line) for line in lines]


def test_every_type_on_the_real_micropython(tmp_path):
    parts = [sensor(*pair) for pair in OBJECTS]
    for number, part in enumerate(parts):
        part["instance"] = number % 8
    specs = []
    for part in parts:  # one after the other: they share pins
        specs += configuration(tmp_path, [part])["sensors"]
    for kind in KINDS:
        part = {"instance": 0, kind: filled(kind)}
        specs += configuration(tmp_path, actuators=[part])["actuators"]
    told = on_micropython(tmp_path, "ESP32_GENERIC", specs)
    assert len(told) == len(specs)
    assert not [answer for answer in told if "error" in answer], told


@pytest.mark.parametrize("name", NAMES)
def test_the_default_configuration_on_the_real_micropython(name, tmp_path):
    config, wrong = examined(default(load(name)), load(name))
    assert not wrong
    specs = config["sensors"] + config["actuators"]
    told = on_micropython(tmp_path, name, specs, pins_of(name))
    assert len(told) == len(specs)
    assert not [answer for answer in told if "error" in answer], told


@pytest.mark.parametrize("kind", TYPES)
def test_a_deployed_board_has_what_the_driver_of_a_sensor_imports(kind, tmp_path):
    config = configuration(tmp_path, [sensor(kind)])
    board = load("RPI_PICO")
    assert closure([f"node.sensors.{kind}"], board, WHEN).keys() <= of(config, board).keys()


def test_imports_are_followed_wherever_they_stand(tmp_path, monkeypatch):
    (tmp_path / "node/deep").mkdir(parents=True)
    files = {
        "node/__init__.py": "",
        "node/deep/__init__.py": "def f():\n    from . import one\n",
        "node/deep/one.py": "from ..two import x\nif _TYPE_CHECKING:\n    import node.never\n",
        "node/two.py": "def x():\n    import node.three\n",
        "node/three.py": "import machine, node.four, node.five as z\n",
        "node/four.py": "try:\n    import pins\nexcept ImportError:\n    import node.six\n",
        "node/five.py": "'''import node.never'''\n",
        "node/six.py": "",
        "node/never.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr("deploy.imports.FIRMWARE", tmp_path)
    monkeypatch.setattr("deploy.imports.LIB", tmp_path)
    wanted = "node node.deep node.deep.one node.two node.three node.four node.five node.six pins"
    found = closure(["node.deep"], load("RPI_PICO"))
    assert set(found) == set(wanted.split())


def lacking(*modules):
    return FakeLink(Wire(), lacks=modules)


def test_a_module_that_the_firmware_lacks_is_named_and_no_reset_is_asked_for(monkeypatch):
    got = look(Wire(), link=lacking("onewire"), monkey=monkeypatch)
    state, said, cause, step = got["sensor 0"]
    assert state == "FAIL"
    assert said.endswith("the MicroPython on the board has no module onewire")
    assert "mpremote mip install onewire" in step
    assert "reset" not in said + cause + step


def test_a_module_of_ours_that_was_not_brought_is_said_to_be_a_fault_of_the_tool(monkeypatch):
    for name in ("node", "node.sensors.mcu", "doctor_parts"):
        got = look(Wire(), link=lacking(name), monkey=monkeypatch)
        state, said, cause, step = got["sensor 1"]
        assert state == "FAIL"
        assert f"the board has no module {name}, which is part of this project" in said
        assert "report this line" in step
        assert "reset" not in said + cause + step


def refuse(error):
    """Return what raises error instead of doing anything."""

    def call(*args, **options):
        raise error

    return call


@pytest.mark.parametrize(
    ("kind", "part", "error", "said", "cause", "step"),
    [
        (
            "ntc",
            "ADC",
            ValueError("Pin doesn't have ADC capabilities"),
            "ADC cap",
            "pin 34",
            "NTC",
        ),
        ("ntc", "ADC", OSError(110), "the ADC does not answer", "pin 34 cannot measure", "README"),
        (
            "ntc",
            "ADC",
            AttributeError("no ATTN"),
            "no ATTN",
            "lacks what the driver",
            "make flash",
        ),
        ("sht3x", "I2C", ValueError("invalid pin"), "invalid pin", "not at these pins", "README"),
        ("bmp280", "I2C", OSError(5), "no answer", "not at these pins", "README"),
        (
            "ds18x20",
            "Pin",
            ValueError("invalid pin"),
            "invalid pin",
            "cannot do it",
            "another pin",
        ),
        ("pin", "Pin", ValueError("invalid pin"), "invalid pin", "cannot do it", "another pin"),
    ],
)
def test_the_set_up_error_of_a_sensor_names_its_pin_or_bus(
    kind, part, error, said, cause, step, tmp_path, monkeypatch
):
    spec = configuration(tmp_path, [sensor(kind)])["sensors"][0]
    monkeypatch.setattr(getattr(machine, part), "__init__", refuse(error))
    got = look(Wire(), monkey=monkeypatch, plan=lambda c: c.update(sensors=[spec], actuators=[]))
    for words, text in zip(("FAIL", said, cause, step), got["sensor 0"], strict=True):
        assert words in text, got["sensor 0"]
    assert "r25" not in got["sensor 0"][2]


@pytest.mark.parametrize(
    ("kind", "method", "error", "said", "cause"),
    [
        ("ntc", "ADC.read_u16", OSError(110), "the ADC does not answer in time", "pin 34 cannot"),
        ("ntc", "Ntc.read", ValueError("out of range"), "out of range", "r25, b, series or side"),
        ("sht3x", "I2C.writeto", OSError(5), "no answer, although", "it is no sht3x"),
        ("bmp280", "I2C.scan", OSError(5), "", ""),
        ("bmp280", "Bmp280.read", ValueError("out of range"), "cannot be true", "is no bmp280"),
        ("bmp280", "Bmp280.read", ValueError("not calibrated"), "not calibr", "is no bmp280"),
        ("ds18x20", "Ds18x20.read", ValueError("out of range"), "cannot be true", "not a DS18B20"),
        ("ds18x20", "Ds18x20.read", OSError(5), "held low from index 0, which is found", "loose"),
    ],
)
def test_the_reading_error_of_a_sensor_names_what_is_wrong(
    kind, method, error, said, cause, tmp_path, monkeypatch
):
    spec = configuration(tmp_path, [sensor(kind)])["sensors"][0]
    owner, name = method.split(".")
    if hasattr(machine, owner):
        monkeypatch.setattr(getattr(machine, owner), name, refuse(error))
        link = None
    else:
        link = Failing(owner, name, error)
    got = look(
        Wire(),
        link=link,
        monkey=monkeypatch,
        plan=lambda c: c.update(sensors=[spec], actuators=[]),
    )
    if not said:  # what only the diagnosis asks for says nothing of the sensor
        assert got["sensor 0"][0] == "ok"
        return
    for words, text in zip(("FAIL", said, cause), got["sensor 0"][:3], strict=True):
        assert words in text, got["sensor 0"]


class Failing(FakeLink):
    """A board on which a method of a driver's class fails."""

    def __init__(self, owner, name, error):
        super().__init__(Wire())
        self._failure = owner, name, error

    def exec_module(self, module):
        super().exec_module(module)
        owner, name, error = self._failure
        if hasattr(module, owner):
            setattr(getattr(module, owner), name, refuse(error))


def test_nothing_that_answers_on_a_pico_is_no_line_held_low(tmp_path, monkeypatch):
    """machine.I2C of an RP2 raises EIO where nothing acknowledges."""
    spec = configuration(tmp_path, [sensor("sht3x")])["sensors"][0]
    monkeypatch.setattr(machine.I2C, "writeto", refuse(OSError(5)))
    monkeypatch.setattr(machine.I2C, "scan", lambda self: [])
    got = look(Wire(), monkey=monkeypatch, plan=lambda c: c.update(sensors=[spec], actuators=[]))
    assert "no answer; addresses that answer on this bus: none" in got["sensor 0"][1]
    assert "SDA or SCL is loose" in got["sensor 0"][2]


@pytest.mark.parametrize("kind", KINDS)
def test_the_output_that_cannot_be_set_up_is_named_alone(kind, monkeypatch):
    real = machine.Pin

    class Pin(real):
        def __init__(self, pin, *how, **options):
            if pin == {"switch": 26, "dimmer": 25, "multistate": 33}[kind]:
                raise ValueError("invalid pin")
            super().__init__(pin, *how, **options)

    monkeypatch.setattr(machine, "Pin", Pin)
    state, said, cause, step = look(Wire(), monkey=monkeypatch)["actuator 0"]
    named = {"switch": "switch at 26", "dimmer": "dimmer at 25", "multistate": "states at 32, 33"}
    assert (state, said) == ("FAIL", f"{named[kind]}: invalid pin")
    assert "cannot drive that pin" in cause and "another pin" in step
