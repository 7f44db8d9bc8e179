"""What a port of MicroPython or a board lacks is missed only by what needs it."""

import json

import pytest
from start_rig import board, run, write

__all__ = ("board",)  # a fixture

LACKING = """
import machine, sys
for name in %r:
    part = machine
    *path, last = name.split(".")
    for step in path:
        part = getattr(part, step)
    try:
        delattr(part, last)
    except (AttributeError, KeyError):
        pass
"""
PROGRAM = """
from node.app import Log, set_up
from at import Clock
node = set_up(Clock(), Log)
print("NODE", node and [each.oid for each in node.registry])
"""
CONSTANTS = ("PWRON_RESET", "HARD_RESET", "WDT_RESET", "DEEPSLEEP_RESET", "SOFT_RESET")
UNNEEDED = (
    ["RTC"],
    ["RTC.datetime"],
    ["WDT"],
    ["ADC"],
    ["I2C"],
    ["PWM"],
    ["reset"],
    ["reset_cause"],
    [*CONSTANTS],
    ["Pin.PULL_UP", "Pin.PULL_DOWN", "Pin.irq"],
    ["unique_id", "deepsleep", "lightsleep", "Timer"],
    ["RTC", "WDT", "ADC", "I2C", "reset", "reset_cause", *CONSTANTS],
)
PLAIN = {"switch": {"pin": 26}, "instance": 0}


@pytest.mark.parametrize("names", UNNEEDED)
def test_the_default_configuration_starts_without_what_it_does_not_need(board, names):
    write(board / "config.json", actuators=[PLAIN])
    done = run(board, LACKING % (names,) + PROGRAM)
    assert "NODE [3303, 3303, 3306]" in done.stdout, done.stdout + done.stderr
    assert "configuration: " not in done.stdout


def test_an_rtc_that_fails_is_as_good_as_none(board):
    write(board / "config.json", log={"level": 2}, actuators=[PLAIN])
    broken = "import machine\nclass RTC:\n    def __init__(self): raise OSError(19)\n"
    done = run(board, broken + "machine.RTC = RTC\n" + PROGRAM)
    assert "NODE [3303, 3303, 3306]" in done.stdout, done.stdout + done.stderr


SENSOR = {"instance": 1, "period": 10}
NEEDING = [
    (["ADC"], {"type": "ntc", "pin": 34}, "sensors[1]: ", "no machine.ADC"),
    (["I2C"], {"type": "sht3x", "bus": 0, "scl": 22, "sda": 21}, "sensors[1]: ", "no machine.I2C"),
    (
        ["I2C"],
        {"type": "bmp280", "bus": 0, "scl": 22, "sda": 21},
        "sensors[1]: ",
        "no machine.I2C",
    ),
    (["Pin.PULL_UP"], {"type": "pin", "pin": 13}, "sensors[1]: ", "no pull-up"),
    (
        ["Pin.PULL_DOWN"],
        {"type": "pin", "pin": 13, "pull": "down"},
        "sensors[1]: ",
        "no pull-down",
    ),
]


@pytest.mark.parametrize(("names", "sensor", "where", "why"), NEEDING)
def test_a_sensor_that_needs_it_is_refused_with_its_name(board, names, sensor, where, why):
    write(board / "config.json", sensors=1)
    config = json.loads((board / "config.json").read_text())
    config["sensors"].append({**SENSOR, **sensor})
    (board / "config.json").write_text(json.dumps(config))
    assert "NODE [" in run(board, PROGRAM).stdout
    done = run(board, LACKING % (names,) + PROGRAM)
    assert "NODE None" in done.stdout, done.stdout + done.stderr
    said = [line for line in done.stdout.splitlines() if line.startswith("configuration: ")]
    assert len(said) == 1
    assert said[0].startswith("configuration: " + where)
    assert why in said[0]
    assert "make deploy" not in said[0]
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize("pull", ["up", "none"])
def test_a_pull_that_is_missing_is_no_matter_where_another_is_asked_for(board, pull):
    config = {"type": "pin", "pin": 13, "instance": 0, "pull": pull}
    (board / "config.json").write_text(json.dumps({"module": {"uart": 2}, "sensors": [config]}))
    lacking = ["Pin.PULL_DOWN"] + (["Pin.PULL_UP"] if pull == "none" else [])
    done = run(board, LACKING % (lacking,) + PROGRAM)
    assert "NODE [3342]" in done.stdout, done.stdout + done.stderr


OTHERS = [
    (["PWM"], {"actuators": [{"instance": 0, "dimmer": {"pin": 25}}]}, "machine.PWM"),
    (["WDT"], {"safety": {"watchdog": 8}}, "safety.watchdog: 8 "),
    (["WDT"], {"safety": {"watchdog": 8}}, "no machine.WDT"),
    (["UART"], {}, "module.uart: 2 cannot be opened: this MicroPython has no machine.UART"),
    (["Pin"], {"module": {"uart": 2, "reset_pin": 27}}, "no machine.Pin"),
    (["Pin"], {"module": {"uart": 2, "tx": 17, "rx": 16}}, "module.tx: 17 "),
    (["Pin"], {"actuators": [PLAIN]}, "no machine.Pin"),
]


@pytest.mark.parametrize(("names", "changes", "why"), OTHERS)
def test_another_part_of_a_configuration_that_needs_it_is_too(board, names, changes, why):
    changes = {"module": {"uart": 2}, "actuators": [], **changes}
    write(board / "config.json", **changes)
    assert "NODE [" in run(board, PROGRAM).stdout
    done = run(board, LACKING % (names,) + PROGRAM)
    assert "NODE None" in done.stdout, done.stdout + done.stderr
    assert why in done.stdout
    assert "make deploy" not in done.stdout
    assert "Traceback" not in done.stdout


def test_a_missing_onewire_is_named(board):
    write(board / "config.json")
    (board / "onewire.py").write_text("raise ImportError('no module named onewire')\n")
    done = run(board, PROGRAM)
    assert "sensors[0]: " in done.stdout
    assert "needs what this MicroPython lacks: no module named onewire" in done.stdout
    assert "make deploy" not in done.stdout


def test_a_stop_pin_that_cannot_be_read_is_told_and_holds_nothing(board):
    write(board / "config.json", safety={"stop_pin": 13})
    done = run(board, LACKING % (["Pin.PULL_UP"],) + "from node.hold import held\nprint(held())\n")
    assert done.stdout.startswith("safety.stop_pin 13 cannot be read: ")
    assert done.stdout.endswith("False\n")


OPTIONAL = ("UART_OPTIONS", "DATA", "CONFIG", "CHECKED", "WATCHDOG", "HOSTED", "mcu_temperature")


@pytest.mark.parametrize("name", [*OPTIONAL, None])
def test_a_board_definition_may_have_none_of_what_is_optional(board, name):
    names = OPTIONAL if name is None else (name,)
    (board / "pins.py").write_text("".join(f"{each} = None\n" for each in names))
    write(board / "config.json")
    done = run(board, PROGRAM)
    assert "NODE [3303" in done.stdout, done.stdout + done.stderr


def test_a_board_without_a_watchdog_refuses_one(board):
    (board / "pins.py").write_text("WATCHDOG = None\n")
    write(board / "config.json", safety={"watchdog": 8})
    done = run(board, PROGRAM)
    assert "configuration: safety.watchdog: 8 is not for this board: give 0" in done.stdout


TABLES = (
    "PIN_HELP REFUSED INPUTS PULLED_UP ADC_PINS PWM_PINS UARTS BUSES FIXED ALIASES REPL_UART"
).split()
USES = {
    "ADC_PINS": {"sensors": [{"instance": 0, "type": "ntc", "pin": 34}]},
    "PWM_PINS": {"actuators": [{"instance": 0, "dimmer": {"pin": 25}}]},
    "UARTS": {},
    "BUSES": {"sensors": [{"instance": 0, "type": "sht3x", "bus": 0, "scl": 22, "sda": 21}]},
}


@pytest.mark.parametrize("given", ["left out", "None"])
@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_pins_that_is_left_out_is_one_the_board_has_not(board, name, given):
    source = {
        "PINS": "'0-19 21-23 25-27 32-39'",
        "PIN_HELP": "'a GPIO number'",
        "REFUSED": "()",
        "INPUTS": "'34-39'",
        "PULLED_UP": "''",
        "ADC_PINS": "'32-39'",
        "PWM_PINS": "''",
        "UARTS": "{2: ('', '')}",
        "BUSES": "{0: ('', '')}",
        "FIXED": "False",
        "ALIASES": "''",
        "REPL_UART": "0",
    }
    whole = "".join(f"{key} = {value}\n" for key, value in source.items())
    source[name] = "None"
    if given == "left out":
        del source[name]
    lacking = "".join(f"{key} = {value}\n" for key, value in source.items())
    what = {"module": {"uart": 2, "tx": 17, "rx": 16}, "actuators": [], **USES.get(name, {})}
    if "sensors" not in what:
        what["sensors"] = [{"instance": 0, "type": "ds18x20", "pin": 4}]
    (board / "config.json").write_text(json.dumps(what))
    (board / "pins.py").write_text(lacking)
    done = run(board, PROGRAM)
    if name in USES:
        assert "configuration: " in done.stdout, done.stdout + done.stderr
        assert "Traceback" not in done.stdout
        (board / "pins.py").write_text(whole)
        done = run(board, PROGRAM)
    assert "NODE [" in done.stdout, done.stdout + done.stderr
