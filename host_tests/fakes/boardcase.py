"""The board definitions for tests on either interpreter, and what each of them must refuse."""

import json
import os

import portmachine

from node.startup.check import validate
from node.startup.errors import ConfigError

ROOT = os.getcwd()
NAMES = sorted(portmachine.BOARDS)
# Everything that has a default pin, at its default pin.
ALL = {
    "module": {"reset_pin": "board", "power_pin": "board"},
    "sensors": [
        {"instance": 0, "type": "ds18x20"},
        {"instance": 1, "type": "ntc"},
        {"instance": 2, "type": "sht3x"},
        {"instance": 3, "type": "sht3x", "address": 69},
    ],
    "actuators": [{"instance": 0, "switch": {}, "dimmer": {}}],
}
# A pin to refuse, what for, and a word of the reason.
REFUSALS = {
    "ESP32_GENERIC": [
        (6, "switch", "flash"),
        (1, "switch", "REPL"),
        (0, "switch", "starts"),
        (12, "ntc", "starts"),
        (34, "switch", "only be an input"),
        (24, "switch", "no pin of this board"),
        (25, "ntc", "cannot measure"),
        ("4", "switch", "no pin of this board"),
    ],
    "ESP32_GENERIC_S3": [
        (19, "switch", "USB"),
        (30, "switch", "flash"),
        (35, "switch", "octal"),
        (43, "switch", "REPL"),
        (46, "switch", "starts"),
        (22, "switch", "no pin of this board"),
        (12, "ntc", "cannot measure"),
    ],
    "ESP32_GENERIC_C3": [
        (12, "switch", "flash"),
        (18, "switch", "USB"),
        (21, "switch", "REPL"),
        (9, "switch", "starts"),
        (2, "switch", "must be high"),
        (8, "ntc", "must be high"),
        (22, "switch", "no pin of this board"),
        (5, "ntc", "cannot measure"),
    ],
    "PYBV11": [
        ("X17", "switch", "USR"),
        ("X13", "switch", "no pin of this board"),
        ("X01", "switch", "no pin of this board"),
        (4, "switch", "no pin of this board"),
        ("Y3", "ntc", "cannot measure"),
        ("Y5", "dimmer", "no timer"),
        ("Y1", "switch", "used by module.uart"),
    ],
    "NUCLEO_F446RE": [
        ("D0", "switch", "REPL"),
        ("PA2", "switch", "REPL"),
        ("PC13", "switch", "button"),
        ("PH0", "switch", "clock"),
        ("PA13", "switch", "no pin of this board"),
        ("D16", "switch", "no pin of this board"),
        ("D8", "ntc", "cannot measure"),
        ("PC12", "dimmer", "no timer"),
        ("D9", "switch", "used by module.uart"),
    ],
    "NUCLEO_WB55": [
        ("B6", "switch", "REPL"),
        ("A12", "switch", "USB"),
        ("A13", "switch", "debugger"),
        ("D0", "switch", "button"),
        ("B5", "switch", "LED"),
        ("A3", "switch", "no pin of this board"),
        ("PC10", "switch", "no pin of this board"),
        ("C10", "ntc", "cannot measure"),
        ("C10", "dimmer", "no timer"),
    ],
    "RPI_PICO": [
        (25, "switch", "no pin of this board"),
        (29, "ntc", "no pin of this board"),
        (22, "ntc", "cannot measure"),
        (5, "switch", "used by module.rx"),
    ],
}


class Board:
    """The constants of boards/NAME/pins.py."""


def load(name):
    board = Board()
    names = {}
    with open(ROOT + "/boards/%s/pins.py" % name) as f:
        exec(f.read(), names)
    for key, value in names.items():
        if key[0] != "_":
            setattr(board, key, value)
    return board


def config(name):
    with open(ROOT + "/boards/%s/config.json" % name) as f:
        return json.load(f)


def refused(what, board):
    """Return the text of the ConfigError that the configuration what must raise."""
    try:
        validate(what, board)
    except ConfigError as e:
        return str(e)
    raise AssertionError("accepted: %r" % (what,))


def with_module(**fields):
    return {"sensors": [{"instance": 0, "type": "mcu"}], "module": fields}


def use(kind, pin):
    """Return a configuration that uses pin for kind."""
    if kind == "ntc":
        return {"sensors": [{"instance": 0, "type": "ntc", "pin": pin}]}
    actuator = {"instance": 0, kind: {"pin": pin}}
    return {"sensors": [{"instance": 0, "type": "mcu"}], "actuators": [actuator]}
