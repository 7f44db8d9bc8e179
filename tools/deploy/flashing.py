"""make flash: MicroPython onto a board, by esptool, dfu-util, an ST-Link or a UF2 drive."""

import getpass
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from deploy.errors import DeployError
from deploy.image import ESP, checked
from deploy.ports import Port, find

DRIVE_S = 30  # to wait for a drive to appear
_MARKS = {"uf2": "INFO_UF2.TXT", "stlink": "MBED.HTM"}
_PRESS = {
    "esptool": "hold BOOT (or GPIO 0 to GND), press and release RESET, release BOOT, try again",
    "dfu": "set BOOT0 to 1 (jumper or button), press RESET, try again; afterwards back to 0",
    "stlink": "connect the board's ST-Link USB; its drive must be mounted; close other ST-Link "
    "programs, unplug it and try again",
    "uf2": "hold BOOTSEL while plugging the board in, release it: the drive appears",
}


def commands(board, port, path):
    """Return the command lines that flash path, as lists, for esptool and dfu."""
    if board.flash == "dfu":
        return [["dfu-util", "--alt", "0", "--device", "0483:df11", "--download", str(path)]]
    chip = board.mcu.lower().replace("-", "")
    tool = [sys.executable, "-m", "esptool", "--chip", chip, "--port", port]
    offset = hex(ESP.get(board.mcu, (0, 0x1000))[1])
    return [
        [*tool, "erase-flash"],
        [*tool, "--baud", "460800", "write-flash", offset, str(path)],
    ]


def drives():
    """Return the folders at which removable drives are mounted."""
    user = getpass.getuser()
    roots = [f"/media/{user}", "/media", f"/run/media/{user}", "/Volumes"]
    return [
        path for root in roots if os.path.isdir(root) for path in Path(root).iterdir()
        if os.access(path, os.R_OK) and path.is_dir()
    ]  # fmt: skip


def find_drive(kind, found=None):
    """Return the drive of a board in its bootloader, or of an ST-Link; None if there is none."""
    places = drives() if found is None else found
    marked = [path for path in places if (path / _MARKS[kind]).exists()]
    if len(marked) > 1:
        raise DeployError(
            f"several such drives: {', '.join(map(str, marked))}", "leave one board plugged in"
        )
    return marked[0] if marked else None


def flash(board, port, path, screen, sure=False, wait=DRIVE_S):
    """Put the firmware file path on board; return the exit status. Raises DeployError."""
    if not board.flash:
        raise DeployError(
            f"BOARD={board.name} has no flash memory to write", "give another BOARD="
        )
    checked(path, board)
    _tools(board)
    if board.flash in ("esptool", "dfu"):
        device = find(port) if board.flash == "esptool" else ""
        todo = commands(board, device, path)
        for command in todo:
            screen.say("  " + _typed(command))
        if device:
            Port(device, 1).close()  # what is wrong with the port is said in our words
        _ask(screen, sure)
        for command in todo:
            if subprocess.run(command, check=False).returncode:
                raise DeployError(f"it failed: {_typed(command)}", _PRESS[board.flash])
    else:
        _ask(screen, sure)
        _copy(board, path, screen, wait)
    screen.say(f"MicroPython is on the board; next: make deploy BOARD={board.name}")
    return 0


def _typed(command):
    """Return the command as one would type it."""
    if command[0] == sys.executable:
        command = [".venv/bin/python", *command[1:]]
    return " ".join(command)


def _ask(screen, sure):
    if not sure and not screen.ask("everything on the board is erased: go on?"):
        raise DeployError("nothing was erased", "YES=1 saves the question")


def _tools(board):
    """Raise DeployError if a program that is needed is not installed."""
    if board.flash == "esptool" and not importlib.util.find_spec("esptool"):
        raise DeployError("esptool is not installed", ".venv/bin/pip install -e '.[flash]'")
    if board.flash == "dfu" and not shutil.which("dfu-util"):
        raise DeployError(
            "dfu-util is not installed", "sudo apt install dfu-util, or brew install dfu-util"
        )


def _copy(board, path, screen, wait):
    kind = board.flash
    drive = find_drive(kind)
    if not drive:
        screen.say(f"waiting {wait} s for the board's drive: {_PRESS[kind]}")
        end = time.monotonic() + wait
        while not drive and time.monotonic() < end:
            time.sleep(0.5)
            drive = find_drive(kind)
    if not drive:
        raise DeployError("no drive of a board appeared", _PRESS[kind])
    screen.say(f"  cp {path} {drive}/")
    try:
        with (drive / path.name).open("wb") as f:
            f.write(path.read_bytes())
            f.flush()
            os.fsync(f.fileno())
    except OSError as e:
        raise DeployError(f"copying to {drive} failed: {e.strerror}", _PRESS[kind])
    if (drive / "FAIL.TXT").exists():
        said = (drive / "FAIL.TXT").read_text(errors="replace").strip()
        raise DeployError(f"the ST-Link refuses: {said}", _PRESS[kind])
