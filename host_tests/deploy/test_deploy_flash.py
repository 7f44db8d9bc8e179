"""make flash: the file is understood before anything is erased; the right command is run."""

import json
import os
import pty
import shutil
import struct
import subprocess
import zlib

import pytest
from deploy_rig import ROOT, refused, run

from deploy import flashing
from deploy.image import KINDS

SIZE = 70 * 1024


def esp(chip):
    return b"\xe9" + bytes(11) + struct.pack("<H", chip) + bytes(SIZE)


def uf2(family, blocks=140):
    one = struct.pack("<8I", 0x0A324655, 0x9E5D5157, 0x2000, 0, 256, 0, blocks, family)
    return (one + bytes(476) + struct.pack("<I", 0x0AB16F30)) * blocks


def dfu():
    body = b"DfuSe\x01" + bytes(SIZE) + struct.pack("<HHHH", 0, 0xDF11, 0x0483, 0x11A) + b"UFD\x10"
    return body + struct.pack("<I", zlib.crc32(body) ^ 0xFFFFFFFF)


def vectors(stack=0x20020000, start=0x080041C5):
    return struct.pack("<II", stack, start) + bytes(SIZE)


@pytest.mark.parametrize(
    "kind, mcu, data, wrong",
    [
        ("esptool", "ESP32", esp(0), None),
        ("esptool", "ESP32", esp(9), "is for ESP32-S3, and the board has an ESP32"),
        ("esptool", "ESP32-S3", esp(9), None),
        ("esptool", "ESP32", uf2(0xE48BFF56), "is no ESP firmware"),
        ("uf2", "RP2040", uf2(0xE48BFF56), None),
        ("uf2", "RP2350", uf2(0xE48BFF56), "is not for an RP2350"),
        ("uf2", "RP2040", esp(0), "is no UF2 file"),
        ("uf2", "RP2040", uf2(0xE48BFF56)[:-512] + bytes(512), "is damaged"),
        ("dfu", "STM32F405", dfu(), None),
        ("dfu", "STM32F405", dfu()[:99] + b"x" + dfu()[100:], "is damaged"),
        ("dfu", "STM32F405", vectors(), "is no DFU file"),
        ("stlink", "STM32L476", vectors(), None),
        ("stlink", "STM32L476", vectors(start=1), "no vector table"),
        ("stlink", "STM32L476", b":020000040800F2\r\n:00000001FF\r\n", None),
        ("stlink", "STM32L476", b":020000040800F2\r\n", "is damaged"),
    ],
)
def test_a_firmware_file_is_understood(kind, mcu, data, wrong):
    problem = KINDS[kind](data, mcu)
    assert wrong in problem if wrong else problem is None


@pytest.fixture
def flash(tmp_path, monkeypatch):
    """A function that runs `flash` on a board of that kind; the commands it runs are kept."""
    done = []
    ends = pty.openpty()
    port = os.ttyname(ends[1])

    def start(command, check):
        done.append(command[2:] if command[1] == "-m" else command)
        return subprocess.CompletedProcess(command, start.status)

    start.status = 0
    monkeypatch.setattr(flashing.subprocess, "run", start)
    monkeypatch.setattr(flashing.importlib.util, "find_spec", lambda name: True)
    monkeypatch.setattr(flashing.shutil, "which", lambda name: name)
    monkeypatch.setattr(flashing, "DRIVE_S", 0)

    def go(kind, mcu, data, *arguments, text=""):
        folder = tmp_path / "boards"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(ROOT / "boards/PC", folder / "X")
        file = folder / "X/board.json"
        changes = {"flash": kind, "mcu": mcu, "firmware": "X_GENERIC"}
        file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))
        path = tmp_path / "firmware"
        line = ["--board", "X", "--port", go.port, *arguments]
        if data is not None:
            path.write_bytes(data)
            line += ["--firmware", path]
        return run("flash", *line, text=text, boards=folder)

    go.done, go.start, go.file, go.port = done, start, str(tmp_path / "firmware"), port
    yield go
    for end in ends:
        os.close(end)


def test_esptool_erases_and_writes_after_a_question(flash):
    refused(flash("esptool", "ESP32-S3", esp(9), text="n\n"), "nothing was erased", "YES=1")
    assert flash.done == []
    result = flash("esptool", "ESP32-S3", esp(9), "--yes")
    tool = ["esptool", "--chip", "esp32s3", "--port", flash.port]
    assert flash.done == [
        [*tool, "erase-flash"],
        [*tool, "--baud", "460800", "write-flash", "0x0", flash.file],
    ]
    assert ".venv/bin/python -m esptool --chip esp32s3" in result.output
    assert "next: make deploy BOARD=X" in result.output
    flash("esptool", "ESP32", esp(0), "--yes")
    assert flash.done[-1][-2] == "0x1000"
    flash.start.status = 2
    refused(flash("esptool", "ESP32", esp(0), "--yes"), "it failed: .venv/bin/python", "BOOT")
    flash.done.clear()
    flash.port = "/dev/ttyNONE"
    refused(flash("esptool", "ESP32", esp(0), "--yes"), "there is no port /dev/ttyNONE", "PORT=")
    assert flash.done == []


def test_dfu(flash):
    flash("dfu", "STM32F405", dfu(), "--yes")
    assert flash.done == [
        ["dfu-util", "--alt", "0", "--device", "0483:df11", "--download", flash.file]
    ]
    flash.start.status = 74
    refused(flash("dfu", "STM32F405", dfu(), "--yes"), "it failed: dfu-util", "BOOT0")


@pytest.mark.parametrize(
    "kind, mcu, data, mark",
    [
        ("uf2", "RP2040", uf2(0xE48BFF56), "INFO_UF2.TXT"),
        ("stlink", "STM32L476", vectors(), "MBED.HTM"),
    ],
)
def test_a_drive_is_found_and_written(flash, tmp_path, monkeypatch, kind, mcu, data, mark):
    drives = [tmp_path / "stick", tmp_path / "one", tmp_path / "two"]
    for drive in drives:
        drive.mkdir()
    monkeypatch.setattr(flashing, "drives", lambda: drives)
    monkeypatch.setattr(flashing.flash, "__defaults__", (False, 0))
    refused(flash(kind, mcu, data, "--yes"), "no drive of a board appeared", "")
    (drives[1] / mark).write_text("")
    assert flash(kind, mcu, data, "--yes").exit_code == 0
    assert (drives[1] / "firmware").read_bytes() == data
    (drives[1] / "FAIL.TXT").write_text("flash programming failed")
    if kind == "stlink":
        refused(flash(kind, mcu, data, "--yes"), "the ST-Link refuses: flash", "ST-Link")
    (drives[2] / mark).write_text("")
    refused(flash(kind, mcu, data, "--yes"), "several such drives", "leave one")


def test_what_is_missing(flash, monkeypatch):
    refused(flash("uf2", "RP2040", None), "FIRMWARE= is missing", "download/X_GENERIC")
    refused(flash("uf2", "RP2040", b"short"), "has 5 bytes", "download")
    refused(flash("esptool", "ESP32", uf2(1)), "is no ESP firmware", "download")
    refused(flash(None, "PC", esp(0)), "has no flash memory", "BOARD=")
    refused(run("flash", "--board", "PC", "--firmware", "none"), "has no flash memory", "BOARD=")
    monkeypatch.setattr(flashing.importlib.util, "find_spec", lambda name: None)
    refused(flash("esptool", "ESP32", esp(0)), "esptool is not installed", "[flash]")
    monkeypatch.setattr(flashing.shutil, "which", lambda name: None)
    refused(flash("dfu", "STM32F405", dfu()), "dfu-util is not installed", "apt install")
    assert flash.done == []
