"""Draw boards/NAME/wiring.svg and the pin table of its README.md from pins.py and board.json.

python -m wiring_svg writes both for every board, python -m wiring_svg --check only compares.
"""

import json
import runpy
import sys
from html import escape
from pathlib import Path

BOARDS = Path(__file__).resolve().parent.parent / "boards"
MARKS = "<!-- pins: made by tools/wiring_svg.py -->", "<!-- end of pins -->"
_HEAD = "| pin of the board | constant | wire to |\n|---|---|---|\n"
_GREY, _DARK = "#6b7280", "#1f2937"
_WIRES = {
    "TX": "#c2410c",
    "RX": "#1d4ed8",
    "GND": "#111827",
    "RESET": "#7c3aed",
    "POWER": "#b91c1c",
    "ONEWIRE": "#047857",
    "ADC": "#a16207",
    "I2C_SCL": "#0e7490",
    "I2C_SDA": "#0e7490",
    "SWITCH": "#be185d",
    "DIMMER": "#4d7c0f",
}
_NAMES = {
    "ONEWIRE": "1-wire",
    "ADC": "ADC",
    "I2C_SCL": "SCL",
    "I2C_SDA": "SDA",
    "SWITCH": "switch",
    "DIMMER": "dimmer",
}


def names():
    """Return the names of the boards that have a board.json, without the PC."""
    return sorted(p.parent.name for p in BOARDS.glob("*/board.json") if p.parent.name != "PC")


def load(name):
    """Return (the constants of pins.py, the object of board.json) of a board."""
    return (
        runpy.run_path(str(BOARDS / name / "pins.py")),
        json.loads((BOARDS / name / "board.json").read_text()),
    )


def label(pin, info):
    """Return how a pin is called on the board: "GPIO 17", "PC6 (CN10 pin 4)"."""
    text = info["label"] % pin
    where = info["header"].get(str(pin))
    return f"{text} ({where})" if where else text


def wires(board):
    """Return [(constant, pin, what it is wired to)] of all default pins of a board."""
    tx, rx = board["UART_TX"], board["UART_RX"]
    scl, sda = board["I2C_SCL"], board["I2C_SDA"]
    if board["FIXED"]:
        tx, rx = board["UARTS"][board["UART"]]
        scl, sda = board["BUSES"][board["I2C"]]
    uart, bus = board["UART"], board["I2C"]
    return [
        ("UART_TX", tx, f"RXD of the module (TX of UART {uart})"),
        ("UART_RX", rx, f"TXD of the module (RX of UART {uart})"),
        ("RESET", board["RESET"], "RESET of the module, by a transistor (optional)"),
        ("POWER", board["POWER"], "switch of the module's supply (optional)"),
        ("ONEWIRE", board["ONEWIRE"], "data of DS18B20, 4.7 kΩ to 3.3 V"),
        ("ADC", board["ADC"], "NTC 10 kΩ to GND, 10 kΩ to 3.3 V"),
        ("I2C_SCL", scl, f"SCL of SHT3x (I2C {bus})"),
        ("I2C_SDA", sda, f"SDA of SHT3x (I2C {bus})"),
        ("SWITCH", board["SWITCH"], "relay board, on when high"),
        ("DIMMER", board["DIMMER"], "driver of a lamp or fan, PWM 1 kHz"),
    ]


def table(name):
    """Return the pin table of a README, with the marks around it."""
    board, info = load(name)
    rows = [f"| {label(pin, info)} | {what} | {to} |" for what, pin, to in wires(board)]
    rows.insert(2, "| GND | | GND of the module and of its supply |")
    return MARKS[0] + "\n" + _HEAD + "\n".join(rows) + "\n" + MARKS[1]


def _text(x, y, text, size=13, colour=_DARK, anchor="start", weight=400):
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" fill="{colour}" text-anchor="{anchor}" '
        f'font-weight="{weight}">{escape(text)}</text>'
    )


def _box(x, y, width, height, fill, dashed=False):
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="8" fill="{fill}" '
        f'stroke="#9ca3af"{dash}/>'
    )


def _wire(x, end, y, colour, dashed=False):
    dash = ' stroke-dasharray="6 5"' if dashed else ""
    ends = "".join(f'<circle cx="{at}" cy="{y}" r="4" fill="{colour}"/>' for at in (x, end))
    return f'<path d="M{x} {y}H{end}" stroke="{colour}" stroke-width="2.5"{dash}/>{ends}'


def _pin(y, what, pin, optional=False):
    """Return a line of the board: what it is for on the left, the pin on the right."""
    colour = _GREY if optional else _DARK
    return [
        _text(46, y + 5, what, 12, _GREY),
        _text(320, y + 5, pin, colour=colour, anchor="end", weight=600),
    ]


def _module(pins):
    """Return the drawing of the module, its supply and their wires."""
    out = [_box(640, 66, 250, 236, "#fff7ed"), _text(765, 90, "M5310", 15, anchor="middle")]
    for what, y, pad in (("TX", 114, "RXD"), ("RX", 142, "TXD"), ("GND", 170, "GND")):
        out.append(_wire(330, 640, y, _WIRES[what]))
        out.append(_text(652, y + 5, pad, weight=600))
    out += _pin(114, "TX", pins["UART_TX"]) + _pin(142, "RX", pins["UART_RX"])
    out += _pin(170, "ground", "GND")
    for what, y, pad, box in (
        ("RESET", 204, "RESET", "NPN, 10 kΩ to its base"),
        ("POWER", 262, "VBAT", ""),
    ):
        out.append(_wire(330, 400, y, _WIRES[what], True))
        out.append(_wire(570, 640, y, _WIRES[what], what == "RESET"))
        out += _pin(y, what.lower(), pins[what], True)
        out.append(_text(652, y + 5, pad, weight=600))
        if box:
            out += [_box(400, y - 16, 170, 32, "#fff", True)]
            out.append(_text(485, y + 5, box, 12, _GREY, "middle"))
    out += [_box(400, 232, 170, 60, "#fff")]
    for y, text in (
        (252, "its own supply, 1 A,"),
        (268, "470 µF at the module,"),
        (284, "switch"),
    ):
        out.append(_text(485, y, text, 12, _DARK if y < 280 else _GREY, "middle"))
    out.append(_text(875, 119, "not 5 V: see Levels", 12, _GREY, "end"))
    out.append(_text(875, 267, "peaks: see Supply", 12, _GREY, "end"))
    return out


def _devices(pins):
    """Return the drawing of the sensors and actuators and their wires."""
    rows = (
        (("ONEWIRE",), "DS18B20", "4.7 kΩ from data to 3.3 V"),
        (("ADC",), "NTC 10 kΩ to GND", "10 kΩ from the pin to 3.3 V"),
        (("I2C_SCL", "I2C_SDA"), "SHT3x", "SCL, SDA; most boards have pull-ups"),
        (("SWITCH",), "relay board", "on when high; its supply is its own"),
        (("DIMMER",), "MOSFET driver", "PWM; lamp and supply are its own"),
    )
    out = []
    y = 330
    for which, title, note in rows:
        height = 44 if len(which) == 1 else 58
        out.append(_box(570, y, 320, height, "#ecfdf5" if y < 500 else "#eff6ff"))
        out.append(_text(584, y + height / 2 - 3, title, weight=600))
        out.append(_text(584, y + height / 2 + 14, note, 12, _GREY))
        for i, what in enumerate(which):
            at = y + height * (i + 1) / (len(which) + 1)
            out.append(_wire(330, 570, at, _WIRES[what]))
            out += _pin(at, _NAMES[what], pins[what])
        y += height + 14
    return out, y


def svg(name):
    """Return the drawing of a board as SVG text."""
    board, info = load(name)
    pins = {what: label(pin, info) for what, pin, _ in wires(board)}
    devices, end = _devices(pins)
    height = end + 34
    size = f'viewBox="0 0 920 {height}" width="920" height="{height}"'
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="Helvetica, sans-serif">',
        f"<title>Wiring of {name}</title>",
        f'<rect width="920" height="{height}" fill="#fff"/>',
        _text(30, 36, f"{name}, {info['mcu']}", 18, weight=600),
        _text(890, 36, "dashed: optional", 12, _GREY, "end"),
        _box(30, 54, 300, end - 62, "#f3f4f6"),
        _text(46, 80, "board", 13, _GREY),
        *_module(pins),
        *devices,
        _text(30, end + 20, "Sensors at 3.3 V of the board. All grounds are joined.", 12, _GREY),
        "</svg>",
    ]
    return "\n".join(out) + "\n"


def readme(name):
    """Return README.md of a board with its pin table as pins.py has it."""
    text = (BOARDS / name / "README.md").read_text()
    before, _, rest = text.partition(MARKS[0])
    return before + table(name) + rest.partition(MARKS[1])[2]


def outdated():
    """Return the files that are not what this program would write, with what it would."""
    out = {}
    for name in names():
        for path, text in (("wiring.svg", svg(name)), ("README.md", readme(name))):
            place = BOARDS / name / path
            if not place.exists() or place.read_text() != text:
                out[place] = text
    return out


def main():
    changed = outdated()
    for path, text in changed.items():
        print(path.relative_to(BOARDS.parent))
        if "--check" not in sys.argv:
            path.write_text(text)
    return 1 if changed and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
