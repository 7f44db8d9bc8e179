"""The configuration: defaults, every wrong field named, nothing hostile let through."""

import copy
import json
import os
import subprocess
import sys
from binascii import crc32
from pathlib import Path

import pins
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.startup import config as files
from node.startup import schema
from node.startup.check import validate
from node.startup.config import load
from node.startup.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "firmware/config.example.json"
MCU = {"type": "mcu", "instance": 0}
SWITCH = {"instance": 0, "switch": {"pin": 26}}
MULTI = {"pins": [32, 33], "states": {"off": [0, 0], "on": [1, 1]}, "boot": "off"}


def with_(**parts):
    return {"sensors": [MCU], **parts}


def sensor(**fields):
    return {"sensors": [{"instance": 0, **fields}]}


def actuator(**fields):
    return with_(actuators=[{"instance": 0, **fields}])


def multi(**fields):
    return actuator(multistate={**MULTI, **fields})


def error(data, board=pins):
    with pytest.raises(ConfigError) as caught:
        validate(data, board)
    return str(caught.value)


@pytest.fixture
def write(tmp_path):
    def make(text, name="config.json"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return make


def test_the_example_is_the_guide_s_default_and_fits_the_virtual_board():
    done = load(str(EXAMPLE), pins)
    assert [(s["instance"], s["type"]) for s in done["sensors"]] == [
        (0, "ds18x20"),
        (1, "ds18x20"),
    ]
    assert [a["instance"] for a in done["actuators"]] == [0]
    assert all(done["actuators"][0][part] for part in ("switch", "dimmer", "multistate"))
    assert (done["onenet"]["lifetime"], done["onenet"]["open_timeout"]) == (3600, 30)
    assert done["module"]["dialect"] == "auto"


def test_the_devices_of_the_example_can_be_made_and_read():
    import fakeboard
    from clock import FakeClock

    from node import actuators, sensors

    clock = FakeClock()
    fakeboard.fresh(clock)
    done = load(str(EXAMPLE), pins)
    shared = {}
    drivers = [sensors.make(spec, shared) for spec in done["sensors"]]
    for driver in drivers:
        clock.advance(driver.start())
    assert [driver.read() for driver in drivers] == [21.5, 23.0]
    assert actuators.make(done["actuators"][0])["states"] == ["off", "high", "low"]


def test_one_sensor_is_enough_and_every_default_is_filled_in():
    done = validate(with_(), pins)
    assert done["module"] == {
        "uart": 2,
        "tx": 17,
        "rx": 16,
        "baud": 9600,
        "rxbuf": 1024,
        "reset_pin": None,
        "power_pin": None,
        "pause_ms": 20,
        "dialect": "auto",
        "clock": "utc",
    }
    assert done["network"] == {"cops": None, "earfcn": None, "register_timeout": 180}
    assert done["onenet"] == {
        "lifetime": 3600,
        "open_timeout": 30,
        "server": None,
        "bootstrap": True,
        "timestamps": False,
        "enabled": True,
    }
    assert done["sensors"] == [
        {
            "type": "mcu",
            "instance": 0,
            "period": 10,
            "units": "Cel",
            "object": 3303,
            "range": [-40, 125],
        }
    ]
    assert (done["actuators"], done["log"]) == ([], {"level": 1, "trace": 1024})


def test_each_object_has_its_units_its_range_and_its_own_instances():
    sensors = [
        {"type": "sht3x", "instance": 0},
        {"type": "sht3x", "instance": 0, "object": 3304},
        {"type": "bmp280", "instance": 0},
        {"type": "pin", "instance": 0, "pin": 13},
        {"type": "sht3x", "instance": 1, "address": 69, "object": 3304, "range": [5, 95]},
    ]
    actuators = [{"instance": 0, "switch": {}}, {"instance": 0, "object": 3311, "dimmer": {}}]
    done = validate({"sensors": sensors, "actuators": actuators}, pins)
    told = [(s["object"], s.get("units"), s.get("range")) for s in done["sensors"]]
    assert told == [
        (3303, "Cel", [-40, 125]),
        (3304, "%RH", [0, 100]),
        (3315, "hPa", [300, 1100]),
        (3342, None, None),
        (3304, "%RH", [5, 95]),
    ]
    assert [each["object"] for each in done["actuators"]] == [3306, 3311]


def test_pins_left_out_are_the_board_s():
    done = validate({**sensor(type="sht3x"), "actuators": [{"instance": 0, "switch": {}}]}, pins)
    one = done["sensors"][0]
    assert (one["bus"], one["scl"], one["sda"], one["address"]) == (0, 22, 21, 0x44)
    assert done["actuators"][0]["switch"] == {"pin": 26, "active": "high"}


def test_without_a_board_definition_pins_must_be_named():
    module = {"uart": 1}
    assert "no default pin" in error({**sensor(type="ntc"), "module": module}, None)
    assert error(with_(), None) == "module.uart: is missing: this board has no default"
    done = validate({**sensor(type="ntc", pin="A0"), "module": module}, None)
    assert done["sensors"][0]["pin"] == "A0"


PIN_FIELDS = "known: active, debounce, instance, object, period, pin, pull, type"
WRONG = [
    ([], "configuration: a list of 0 must be an object: {…}"),
    (None, "configuration: null must be an object: {…}"),
    ({}, "sensors: is missing"),
    (with_(sensors=[]), "sensors: a list of 0 must be a list of 1 to 8"),
    (with_(sensors={}), "sensors: an object must be a list of 1 to 8"),
    (with_(sensors=[MCU] * 9), "sensors: a list of 9 must be a list of 1 to 8"),
    (with_(sensors=[5]), "sensors[0]: 5 must be an object: {…}"),
    (with_(sensors=[{"instance": 0}]), "sensors[0].type: is missing"),
    (
        sensor(type="dht22"),
        'sensors[0].type: "dht22" must be one of ds18x20, ntc, sht3x, bmp280, pin, mcu',
    ),
    (with_(sensors=[{"type": "mcu"}]), "sensors[0].instance: is missing"),
    (with_(sensors=[MCU, MCU]), "sensors[1].instance: 0 is used by sensors[0] already"),
    (
        sensor(type="mcu", instance=8),
        "sensors[0].instance: 8 must be a whole number from 0 to 7",
    ),
    (
        sensor(type="mcu", period=0),
        "sensors[0].period: 0 must be a whole number of seconds from 1 to 3600",
    ),
    (
        sensor(type="mcu", period=True),
        "sensors[0].period: true must be a whole number of seconds from 1 to 3600",
    ),
    (
        with_(onenet={"lifetime": 5}),
        "onenet.lifetime: 5 must be a whole number of seconds from 120 to 86400",
    ),
    (
        with_(onenet={"lifetime": 3600.0}),
        "onenet.lifetime: 3600.0 must be a whole number of seconds from 120 to 86400",
    ),
    (
        with_(onenet={"open_timeout": 121}),
        "onenet.open_timeout: 121 must be a whole number of seconds from 30 to 120",
    ),
    (
        with_(onenet={"server": "1.2.3.4:5683"}, module={"dialect": "seed"}),
        (
            'onenet.server: "1.2.3.4:5683" is not for module.dialect seed: remove it,'
            " or let the dialect be found (auto)"
        ),
    ),
    (
        with_(onenet={"bootstrap": False}, module={"dialect": "seed"}),
        (
            "onenet.bootstrap: false is not for module.dialect seed: remove it,"
            " or let the dialect be found (auto)"
        ),
    ),
    (
        with_(onenet={"server": "1.2.3.4"}),
        'onenet.server: "1.2.3.4" must be host:port, as 183.230.40.40:5683',
    ),
    (with_(module={"baud": 9601}), "module.baud: 9601 must be one of 4800, 9600, 57600, 115200"),
    (
        with_(module={"baud": "9600"}),
        'module.baud: "9600" must be one of 4800, 9600, 57600, 115200',
    ),
    (
        with_(module={"rxbuf": 64}),
        "module.rxbuf: 64 must be a whole number of bytes from 1024 to 8192",
    ),
    (with_(module={"uart": 0}), "module.uart: 0 is the REPL's UART: give 1 or 2"),
    (with_(module={"uart": 3}), "module.uart: 3 is no UART of this board: give 1 or 2"),
    (with_(module={"tx": 6}), "module.tx: 6 is wired to the flash memory: give another GPIO"),
    (with_(module={"tx": 34}), "module.tx: 34 can only be an input: give a GPIO up to 33"),
    (with_(module={"tx": 16}), "module.rx: 16 is used by module.tx already"),
    (
        with_(onenet={"enabled": False}),
        "onenet.enabled: false leaves the node nobody to talk to: give udp.server",
    ),
    (
        with_(udp={"server": "example.com:5700"}),
        'udp.server: "example.com:5700" must be an IPv4 address and a port, as 203.0.113.7:5700',
    ),
    (
        with_(udp={"server": "10.0.0.02:5700"}),
        'udp.server: "10.0.0.02:5700" must be an IPv4 address and a port, as 203.0.113.7:5700',
    ),
    (
        with_(power={"mode": "cycle"}),
        "outbox.readings: 0 is needed with power.mode cycle: readings wait there, give 256",
    ),
    (
        with_(power={"mode": "cycle", "period": 1501}),
        (
            "onenet.lifetime: 3600 is too short for power.period: it is renewed once a cycle,"
            " so at least 3602"
        ),
    ),
    (
        with_(power={"mode": "cycle", "period": 80}, outbox={"readings": 64}),
        "power.awake: 90 must be less than power.period",
    ),
    (with_(udp={"key": "short"}), 'udp.key: "short" must be at least 8 bytes'),
    (with_(udp={"port": 5683}), "udp.port: 5683 is the module's own: give another"),
    (with_(module={"dialect": "g2"}), 'module.dialect: "g2" must be one of auto, seed, m5310a'),
    (with_(module={"clock": "gmt"}), 'module.clock: "gmt" must be one of utc, local'),
    (with_(network={"cops": "460"}), 'network.cops: "460" must be 5 or 6 digits, as 46000'),
    (with_(network={"cops": 46000}), "network.cops: 46000 must be a string"),
    (
        with_(network={"cops": "\uff14\uff16\uff10\uff10\uff10"}),
        'network.cops: "?????" must be 5 or 6 digits, as 46000',
    ),
    (
        with_(network={"earfcn": 65536}),
        "network.earfcn: 65536 must be a whole number from 0 to 65535",
    ),
    (
        with_(log={"trace": 9000}),
        "log.trace: 9000 must be a whole number of bytes from 0 to 8192",
    ),
    (with_(log={"level": 4}), "log.level: 4 must be a whole number from 0 to 3"),
    (with_(onent={}), 'configuration: "onent" is no known field; did you mean onenet?'),
    (
        with_(onenet={"lifetmie": 1}),
        'onenet: "lifetmie" is no known field; did you mean lifetime?',
    ),
    (with_(log={"x": 1}), 'log: "x" is no known field; known: level, trace'),
    (
        sensor(type="mcu", pin=4),
        'sensors[0]: "pin" is no known field; known: instance, object, period, range, type, units',
    ),
    (
        sensor(type="ntc", pin=77),
        "sensors[0].pin: 77 is no pin of this board: give a GPIO number from 0 to 39",
    ),
    (
        sensor(type="ntc", pin=-1),
        "sensors[0].pin: -1 is no pin: give a number or the pin's name",
    ),
    (
        sensor(type="ntc", pin="A0"),
        'sensors[0].pin: "A0" is no pin of this board: give a GPIO number from 0 to 39',
    ),
    (
        sensor(type="ds18x20", rom="28"),
        'sensors[0].rom: "28" must be 16 hex digits, the first two 28, 22 or 10',
    ),
    (
        sensor(type="ds18x20", rom="01" + "0" * 14),
        'sensors[0].rom: "0100000000000000" must be 16 hex digits, the first two 28, 22 or 10',
    ),
    (sensor(type="sht3x", address=0x46), "sensors[0].address: 70 must be one of 68, 69"),
    (
        sensor(type="mcu", range=[5]),
        "sensors[0].range: a list of 1 must be [lowest, highest] in its units",
    ),
    (
        sensor(type="mcu", range=[5, 5]),
        "sensors[0].range: a list of 2 must have the lower number first",
    ),
    (
        sensor(type="mcu", range=[float("nan"), 5]),
        "sensors[0].range: a list of 2 must be [lowest, highest] in its units",
    ),
    (sensor(type="sht3x", object=3315), "sensors[0].object: 3315 must be one of 3303, 3304"),
    (sensor(type="pin", units="x"), 'sensors[0]: "units" is no known field; ' + PIN_FIELDS),
    (sensor(type="pin"), "sensors[0].pin: is missing: this board has no default pin"),
    (
        actuator(object=3311, switch={}, application_type="hall"),
        'actuators[0].application_type: "hall" is not in object 3311: remove it',
    ),
    (actuator(), "actuators[0]: must have one of switch, dimmer, multistate at least"),
    (with_(actuators=[SWITCH] * 5), "actuators: a list of 5 must be a list of 0 to 4"),
    (
        actuator(switch={"pin": 26, "active": True}),
        "actuators[0].switch.active: true must be one of high, low",
    ),
    (
        actuator(switch={"pin": 34}),
        "actuators[0].switch.pin: 34 can only be an input: give a GPIO up to 33",
    ),
    (
        actuator(dimmer={"pin": 25, "freq": 5}),
        "actuators[0].dimmer.freq: 5 must be a whole number of Hz from 10 to 40000",
    ),
    (multi(pins=[]), "actuators[0].multistate.pins: a list of 0 must be a list of 1 to 4 pins"),
    (
        multi(pins=[32, 32]),
        "actuators[0].multistate.pins[1]: 32 is used by actuators[0].multistate.pins[0] already",
    ),
    (multi(boot="idle"), 'actuators[0].multistate.boot: "idle" must be one of states: off, on'),
    (
        multi(states={"off": [0]}),
        "actuators[0].multistate.states.off: a list of 1 must have one 0 or 1 for each of 2 pins",
    ),
    (
        multi(states={"off": [0, 2]}),
        "actuators[0].multistate.states.off: a list of 2 must be a list of 0 and 1",
    ),
    (
        multi(states={}),
        "actuators[0].multistate.states: an object must be an object with 1 to 8 named states",
    ),
]


@pytest.mark.parametrize("data, text", WRONG, ids=[text[:60] for _, text in WRONG])
def test_what_is_wrong_is_named_with_what_would_be_right(data, text):
    assert error(data) == text


@pytest.mark.parametrize("bad", ['"', "\r", "\n", "\x00", "\x1f", "\x7f", "\x85", "\ud800"])
@pytest.mark.parametrize(
    "data",
    [
        lambda t: sensor(type="mcu", units=t),
        lambda t: actuator(switch={"pin": 26}, application_type=t),
        lambda t: multi(states={"off": [0, 0], t: [1, 1]}),
        lambda t: multi(boot=t),
        lambda t: with_(network={"cops": t}),
        lambda t: with_(onenet={"server": t}, module={"dialect": "m5310a"}),
    ],
)
def test_no_text_that_could_end_up_in_a_command_holds_quotes_or_controls(data, bad):
    assert "must not hold quotes or control characters" in error(data("a" + bad + "b"))


def test_texts_are_bounded_and_may_be_in_any_language():
    assert validate(sensor(type="mcu", units="°C"), pins)["sensors"][0]["units"] == "°C"
    assert "at most 16 bytes" in error(sensor(type="mcu", units="x" * 17))
    assert "at most 32 bytes" in error(actuator(switch={"pin": 26}, application_type="风" * 33))


@pytest.mark.parametrize(
    ("longest", "data"),
    [
        (16, lambda t: sensor(type="mcu", units=t)),
        (32, lambda t: actuator(switch={"pin": 26}, application_type=t)),
        (32, lambda t: multi(states={"off": [0, 0], t: [1, 1]})),
        (64, lambda t: with_(udp={"key": t})),
    ],
)
@pytest.mark.parametrize("mark", ["\u00fc", "\u98ce", "\U0001f600"])
def test_lengths_of_texts_are_counted_in_the_bytes_that_go_out(longest, data, mark):
    most = longest // len(mark.encode())
    validate(data(mark * most), pins)
    assert "at most %d bytes" % longest in error(data(mark * most + "abcd"))


def test_a_key_of_24_chinese_characters_is_refused_and_of_21_signs():
    from node.uplink import datagram

    text = "\u94a5" * 21
    key = validate(with_(udp={"key": text}), pins)["udp"]["key"].encode()
    assert datagram.verify(datagram.sign(b"body", key), key) == b"body"
    assert "udp.key" in error(with_(udp={"key": "\u94a5" * 24}))


def test_a_pin_of_too_many_bytes_is_none():
    assert "is no pin" in error(sensor(type="ntc", pin="\u811a" * 6))


def test_two_devices_on_one_pin_are_found():
    data = sensor(type="ntc", pin=32)
    data["actuators"] = [{"instance": 0, "multistate": MULTI}]
    assert "is used by" in error(data)


def test_thermometers_share_a_bus_but_not_a_place_on_it():
    two = [{"type": "ds18x20", "instance": i} for i in range(2)]
    assert error({"sensors": two}) == "sensors[1].index: 0 is used by sensors[0] already"
    two[1]["index"] = 1
    validate({"sensors": two}, pins)
    two[1] = {"type": "sht3x", "instance": 1, "scl": 4}
    assert "is used by" in error({"sensors": two})


def test_instances_may_leave_gaps():
    data = with_(sensors=[{"type": "mcu", "instance": 5}])
    assert validate(data, pins)["sensors"][0]["instance"] == 5


def test_what_is_handed_in_stays_as_it_was():
    data = json.loads(EXAMPLE.read_text())
    before = copy.deepcopy(data)
    validate(data, pins)["sensors"][0]["range"].append(1)
    assert data == before
    assert validate(with_(), pins)["sensors"][0]["range"] == [-40, 125]


def test_the_error_carries_field_value_and_expectation():
    with pytest.raises(ConfigError) as caught:
        validate(with_(onenet={"lifetime": 5}), pins)
    assert (caught.value.field, caught.value.value) == ("onenet.lifetime", 5)
    assert caught.value.expected.startswith("must be a whole number")


def test_a_long_or_hostile_value_is_shown_short_and_on_one_line():
    text = error(with_(log={"\x1b[2J\n" + "x" * 500: 1}))
    assert len(text) < 120
    assert text.isprintable()


# Files


def test_a_syntax_error_names_line_and_column(write):
    with pytest.raises(ConfigError, match="is no valid JSON at line 3, column 9"):
        load(write('{\n  "log": {\n    "a" 1}}'))


def test_a_missing_file_says_what_to_copy(tmp_path):
    with pytest.raises(ConfigError, match=r"config.example.json"):
        load(str(tmp_path / "config.json"))


@pytest.mark.parametrize(
    "data, text",
    [
        (b"\xff\xfe{}", "is not UTF-8 text"),
        (b" " * 8193, "is too long: 8192 bytes at most"),
        (b"[" * 8000, "is nested too deeply"),
        (b"", "is no valid JSON"),
        (b'{"log": {"level": ' + b"9" * 5000 + b"}}", "is no valid JSON"),
    ],
)
def test_files_that_are_no_configuration(write, data, text):
    path = write(data)
    with pytest.raises(ConfigError) as caught:
        load(path, pins)
    assert str(caught.value).startswith(f"{path}: {text}")


def test_a_folder_is_no_configuration(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load(str(tmp_path))


# Anything at all

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=12,
)


def check_anything(data):
    try:
        done = validate(data, pins)
    except ConfigError as e:
        assert str(e).isprintable()
        assert len(str(e)) < 300
        return
    assert validate(done, pins) == done  # what came out is a configuration itself


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_any_json_is_a_configuration_or_a_config_error(data):
    check_anything(data)


def places(node, path=()):
    yield path
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        if isinstance(value, (dict, list)):
            yield from places(value, (*path, key))
        else:
            yield (*path, key)


PLACES = [path for path in places(json.loads(EXAMPLE.read_text())) if path]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(PLACES), JSON | st.sampled_from([0, 1, 4, 26, 120, "low", "", [0, 1]]))
def test_the_example_with_anything_anywhere_is_valid_or_a_config_error(path, value):
    data = json.loads(EXAMPLE.read_text())
    node = data
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    check_anything(data)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | JSON.map(lambda x: json.dumps(x).encode()))
def test_any_file_is_a_configuration_or_a_config_error(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_bytes(data)
    try:
        load(str(path), pins)
    except ConfigError as e:
        assert str(e)


# The real MicroPython

UPY = """
import sys
from node.startup.config import load
from node.startup.errors import ConfigError
import pins
try:
    done = load(sys.argv[1], pins)
    print("valid", len(done["sensors"]), len(done["actuators"]), done["onenet"]["lifetime"])
except ConfigError as e:
    print(e)
"""


def on_micropython(path):
    env = {**os.environ, "MICROPYPATH": "firmware:boards/PC:tools/fakes:lib:.frozen"}
    done = subprocess.run(
        [Path(sys.executable).parent / "micropython", "-c", UPY, path],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    return done.stdout.strip() + done.stderr


def test_micropython_takes_the_example_too():
    assert on_micropython(str(EXAMPLE)) == "valid 2 1 3600"


@pytest.mark.parametrize(
    "text, expected",
    [
        ('{\n  "log": tru}', "is no valid JSON at line 2, column "),
        ("[" * 8000, "is n"),
        ("{[1]: 2}", "is no valid JSON"),
        ("\xff", "is no"),
        (json.dumps({"sensors": [MCU], 1: 2}).replace('"1"', "1"), "1 is no known field"),
        (json.dumps(with_(log={"level": 9})), "log.level: 9 must be a whole number from 0 to 3"),
        (json.dumps(with_(network={"cops": '46"000'})), "must not hold quotes"),
    ],
)
def test_micropython_refuses_with_one_line_and_no_traceback(write, text, expected):
    out = on_micropython(write(text.encode("latin-1")))
    assert expected in out
    assert "Traceback" not in out
    assert len(out.splitlines()) == 1


def test_a_checked_configuration_goes_by_these_rules():
    """Who changes the schema changes the stamp, and no node starts on fields of other rules."""
    assert files._RULES_CRC == crc32(schema._TABLES.encode()) & 0x3FFFFFFF


def test_a_configuration_is_checked_once(tmp_path):
    path, kept = tmp_path / "config.json", str(tmp_path / "kept")
    path.write_text(EXAMPLE.read_text())
    config = load(str(path))
    assert not files.is_cached(str(path), kept)
    assert files.save_cache(str(path), kept, config)
    assert files.is_cached(str(path), kept)
    assert files.load_cache(kept) == json.loads(json.dumps(config))
    path.write_text(EXAMPLE.read_text() + " ")
    assert not files.is_cached(str(path), kept)


@pytest.mark.parametrize("text", ["", "x", "00000000 00000000\n{}", "\xff" * 40])
def test_a_kept_file_of_something_else_does_not_count(tmp_path, text):
    (tmp_path / "kept").write_text(text, "latin-1")
    assert not files.is_cached(str(EXAMPLE), str(tmp_path / "kept"))


def test_a_folder_that_cannot_be_written_is_no_failure(tmp_path):
    assert not files.save_cache(str(EXAMPLE), str(tmp_path / "none" / "kept"), {})
