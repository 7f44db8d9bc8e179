"""The files of each board: board.json, README, drawing, and what a custom build freezes."""

import json
import re
import runpy
import subprocess
import tomllib
import xml.dom.minidom
from pathlib import Path

import portmachine
import pytest
import wiring_svg
from devcode import ROOT, compiler

from upytest import interpreter

BOARDS = ROOT / "boards"
NAMES = sorted(portmachine.BOARDS)
SAID = (  # a line of help() on each, after MICROPY_HW_BOARD_NAME and MICROPY_HW_MCU_NAME
    ("ESP32_GENERIC", "Generic ESP32 module with ESP32"),
    ("ESP32_GENERIC", "Generic ESP32 module with SPIRAM with ESP32"),
    ("ESP32_GENERIC_S3", "Generic ESP32S3 module with ESP32S3"),
    ("ESP32_GENERIC_S3", "Generic ESP32S3 module with Octal-SPIRAM with ESP32S3"),
    ("ESP32_GENERIC_C3", "ESP32C3 module with ESP32C3"),
    ("PYBV11", "PYBv1.1 with STM32F405RG"),
    ("NUCLEO_F446RE", "NUCLEO-F446RE with STM32F446xx"),
    ("NUCLEO_WB55", "NUCLEO-WB55 with STM32WB55RGV6"),
    ("RPI_PICO", "Raspberry Pi Pico with RP2040"),
    ("RPI_PICO", "Raspberry Pi Pico W with RP2040"),
    (None, "Raspberry Pi Pico 2 with RP2350"),
    (None, "Raspberry Pi Pico2 with RP2350"),
    (None, "PYBv1.0 with STM32F405RG"),
    (None, "Generic ESP32C6 module with ESP32C6"),
)


def info(name):
    return json.loads((BOARDS / name / "board.json").read_text())


def pins(name):
    return runpy.run_path(str(BOARDS / name / "pins.py"))


def readme(name):
    return (BOARDS / name / "README.md").read_text()


def test_the_folders_are_those_of_the_issue():
    assert wiring_svg.names() == NAMES
    for name in NAMES:
        files = {path.name for path in (BOARDS / name).iterdir() if path.is_file()}
        wanted = "README.md board.json config.json manifest.py pins.py wiring.svg".split()
        assert files == set(wanted)


@pytest.mark.parametrize("name", NAMES)
def test_board_json(name):
    board = info(name)
    assert board["name"] == board["firmware"] == pins(name)["NAME"] == name
    assert board["port"] == portmachine.BOARDS[name][0]
    flash = {"esp32": ("esptool",), "stm32": ("dfu", "stlink"), "rp2": ("uf2",)}
    assert board["flash"] in flash[board["port"]]
    assert board["root"] == (":/flash" if board["port"] == "stm32" else ":")
    assert board["min_version"] == "1.22"
    assert board["mip"] == []  # onewire is frozen into the stock firmware of all three ports
    assert "%s" in board["label"]
    named = {str(pin) for pin in portmachine.BOARDS[name][1]}
    assert set(board["header"]) <= named


@pytest.mark.parametrize(("name", "said"), SAID)
def test_a_board_is_recognized_by_what_it_says(name, said):
    found = [n for n in NAMES if any(text in said for text in info(n)["machine"])]
    assert found == ([name] if name else [])


def test_drawings_and_tables_are_up_to_date():
    changed = [str(path) for path in wiring_svg.outdated()]
    assert not changed, "run: .venv/bin/python -m wiring_svg"


@pytest.mark.parametrize("name", NAMES)
def test_the_drawing_is_svg_that_names_every_pin(name):
    text = (BOARDS / name / "wiring.svg").read_text()
    words = [
        node.firstChild.data
        for node in xml.dom.minidom.parseString(text).getElementsByTagName("text")
    ]
    board, said = wiring_svg.load(name)
    for _, pin, _ in wiring_svg.wires(board):
        assert wiring_svg.label(pin, said) in words


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_is_enough(name):
    text = readme(name)
    for target in ("flash", "doctor", "deploy", "passthrough"):
        assert f"make {target} BOARD={name}" in text
    for title in ("Wire", "Levels", "Supply", "Flash", "Deploy", "Sleep", "Pitfalls"):
        assert re.search(rf"^##+ {title}$", text, re.M), title
    board, said = wiring_svg.load(name)
    for _, pin, _ in wiring_svg.wires(board):
        assert f"| {wiring_svg.label(pin, said)} |" in text
    assert "not 5 V" in text and "300 mA" in text and "470 µF" in text
    assert f"boards/{name}/config.json" in text
    assert f"boards/{name}/manifest.py" in text
    assert f"micropython.org/download/{name}/" in text


@pytest.mark.parametrize("name", NAMES)
def test_every_refused_pin_is_in_the_readme(name):
    part = readme(name).split("## Which pins may be used")[1].split("\n## ")[0]
    for words, _ in pins(name)["REFUSED"]:
        for pin in re.split("[ -]", words):
            assert re.search(rf"\b{pin}\b", part), pin


class Manifest:
    """Stands for MicroPython's tools/manifestfile.py: the functions, and paths of that folder."""

    def __init__(self):
        self.files = []  # (name on the device, path)
        self.levels = {}  # name on the device: the optimisation level it is compiled with
        self.included = []
        self.about = None
        self._at = None

    def run(self, path):
        before, about, self._at = self._at, self.about, path.parent
        names = ("metadata", "include", "require", "package", "module", "freeze")
        exec(path.read_text(), {name: getattr(self, name) for name in names})
        self._at = before
        if before:  # what is included says what it is itself
            self.about = about

    def metadata(self, description=None, version=None, license=None):  # noqa: A002
        self.about = (description, version, license)

    def include(self, path, **options):
        if path.startswith("$"):
            self.included.append(path)
        else:
            self.run((self._at / path).resolve())

    def require(self, name):
        self.included.append(name)

    def package(self, name, files=None, base_path=".", opt=None):
        base = (self._at / base_path).resolve()
        found = sorted((base / name).rglob("*.py"))
        if files:
            found = [base / name / file for file in files]
        assert found, name
        for path in found:
            self._add(str(path.relative_to(base)), path, opt)

    def module(self, name, base_path=".", opt=None):
        self._add(name, (self._at / base_path / name).resolve(), opt)

    def freeze(self, path, script=None, opt=None):
        base = (self._at / path).resolve()
        names = [script] if isinstance(script, str) else script
        for file in [base / name for name in names] if names else sorted(base.rglob("*.py")):
            self._add(str(file.relative_to(base)), file, opt)

    def _add(self, name, path, opt):
        assert path.is_file(), path
        self.files.append((name, path))
        self.levels[name] = opt


def device_files(name):
    """Return what a board must have: {name on the device: path}."""
    files = {"pins.py": BOARDS / name / "pins.py"}
    for folder in ("lib", "firmware"):
        for path in (ROOT / folder).rglob("*.py"):
            if "examples" not in path.parts and path.name != "manifest.py":
                files[str(path.relative_to(ROOT / folder))] = path
    return files


@pytest.mark.parametrize("name", NAMES)
def test_the_manifest_freezes_every_file_once(name):
    manifest = Manifest()
    manifest.run(BOARDS / name / "manifest.py")
    assert len(manifest.files) == len(dict(manifest.files))
    assert dict(manifest.files) == device_files(name)
    assert manifest.included == ["$(PORT_DIR)/boards/manifest.py"]
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert manifest.about == (f"m5310-node on {name}", version, "MIT")


@pytest.mark.parametrize("name", NAMES)
def test_the_manifest_compiles_every_file_with_level_3(name):
    manifest = Manifest()
    manifest.run(BOARDS / name / "manifest.py")
    assert set(manifest.levels) == set(device_files(name))
    assert set(manifest.levels.values()) == {3}, manifest.levels


def test_the_room_that_the_frozen_node_takes_is_said_where_it_is_short():
    """Measured: the size of a firmware with the node less one without."""
    for text in (readme("NUCLEO_F446RE"), readme("PYBV11")):
        assert "114 KB" in text.split("## Frozen into the firmware")[1]
    for path in ROOT.glob("**/*.md"):
        if ".venv" not in path.parts:
            assert "less than 100 KB" not in path.read_text(), path
    assert "114 KB" in (ROOT / "docs/performance.md").read_text()


def test_every_device_file_compiles(tmp_path):
    files = {path for name in NAMES for path in device_files(name).values()}
    out = str(tmp_path / "out.mpy")
    for path in sorted(files):
        subprocess.run([compiler(), "-o", out, str(path)], check=True)


@pytest.mark.parametrize("name", NAMES)
def test_a_definition_compiled_is_small(name, tmp_path):
    out = tmp_path / "pins.mpy"
    subprocess.run([compiler(), "-o", str(out), str(BOARDS / name / "pins.py")], check=True)
    assert out.stat().st_size < 2048
    probe = "import gc; gc.collect(); a = gc.mem_alloc(); import pins; gc.collect(); "
    probe += "print(pins.NAME, gc.mem_alloc() - a)"
    done = subprocess.run(
        [interpreter(), "-c", probe],
        env={"MICROPYPATH": str(Path(out).parent)},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    said, used = done.stdout.split()
    assert said == name
    assert int(used) < 8192  # 64-bit; about half on a board, and forgotten after the start


def test_the_overview_has_every_board_and_its_uart():
    text = (BOARDS / "README.md").read_text()
    for name in NAMES:
        row = next(line for line in text.splitlines() if f"({name}/README.md)" in line)
        board, _ = wiring_svg.load(name)
        tx, rx = [str(pin) for _, pin, _ in wiring_svg.wires(board)[:2]]
        assert f"UART {board['UART']}: TX " in row
        assert re.search(rf"TX (GP)?{tx}\b.*RX (GP)?{rx}\b", row), row
