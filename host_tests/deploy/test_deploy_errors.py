"""Every way a deployment is refused: one sentence, the next step, and the board as it was."""

import contextlib
import json
import os
import pty
import shutil
import socket
import subprocess
import sys
import threading
import time
import tty

import pytest
import serial
import serial.rfc2217
from deploy_rig import ROOT, refused, run, started_again

from deploy import install as install_module
from deploy import ports, probe


@pytest.fixture
def boards(tmp_path):
    """A function that makes a folder of boards, PC among them, and one changed by its values."""

    def make(**changes):
        folder = tmp_path / "boards"
        for name in ("PC", "OTHER"):
            shutil.copytree(ROOT / "boards/PC", folder / name, ignore=shutil.ignore_patterns("v*"))
        file = folder / "OTHER/board.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))
        return folder

    return make


@contextlib.contextmanager
def talker(answer):
    """The name of a pseudo terminal whose other end answers what it is sent."""
    master, slave = pty.openpty()
    tty.setraw(slave)

    def serve():
        with contextlib.suppress(OSError):
            while data := os.read(master, 256):
                os.write(master, answer(data))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield os.ttyname(slave)
    os.close(slave)  # the reader ends with an error
    thread.join(2)
    os.close(master)


def install(*arguments, **options):
    return run("install", *arguments, wait="1.2", **options)


@pytest.mark.parametrize(
    "changes, what, step",
    [
        ({"port": "esp32"}, "BOARD=OTHER is an esp32 board", "give the BOARD= that it is"),
        ({"machine": ["Pico W"]}, "BOARD=OTHER has to be Pico W", "give the BOARD= that it is"),
        ({"min_version": "2.5"}, "is too old: it takes 2.5", "make flash BOARD=OTHER"),
        ({"root": ":/flash"}, "starts from /, not from /flash", "memory card"),
    ],
)
def test_a_board_that_does_not_fit_is_left_as_it_was(board, version, boards, changes, what, step):
    one = board()
    version("A")
    one.install()
    flash = (one.folder / "flash.img").read_bytes()
    folder = boards(**changes)
    arguments = ["--board", "OTHER", "--port", one.port]
    refused(run("install", *arguments, wait="6", boards=folder), what, step)
    started_again(one)
    assert (one.folder / "flash.img").read_bytes() == flash


@pytest.mark.parametrize(
    "values, what, step",
    [
        ({"name": "circuitpython"}, "runs circuitpython, not MicroPython", "make flash BOARD=PC"),
        ({"mpy": 5}, "loads .mpy files of version 5", "make deploy-src BOARD=PC"),
        ({"version": [1, 19, 1]}, "MicroPython 1.19.1 on the board is too old", "make flash"),
    ],
)
def test_another_python_is_told_apart(board, version, monkeypatch, values, what, step):
    one = board()
    version("A")
    real = probe.probe

    def changed(link):
        found = real(link)
        for name, value in values.items():
            setattr(found, name, value)
        return found

    monkeypatch.setattr("deploy.session.probe", changed)
    refused(one.install(), what, step)


def test_no_board_name_or_a_wrong_one():
    refused(install("--board", ""), "BOARD= is missing", "one of: ")
    refused(install("--board", "XX"), "there is no board XX", "PC")
    refused(install("--board", "pc"), "there is no board pc", "BOARD=PC")


def test_a_broken_board_definition(boards):
    folder = boards(flash="hammer")
    refused(install("--board", "OTHER", boards=folder), "flash is 'hammer'", "esptool")
    (folder / "OTHER/board.json").write_text("{")
    refused(install("--board", "OTHER", boards=folder), "is no board definition", "compare")


def test_ports_that_are_none(tmp_path):
    plain = tmp_path / "file"
    plain.write_text("x")
    wrong = ["install", "--board", "PC", "--port"]
    refused(run(*wrong, "/dev/ttyNONE"), "there is no port /dev/ttyNONE", "PORT=")
    refused(run(*wrong, plain), "is no serial port", "PORT=")
    refused(run(*wrong, "id:123"), "no board with the serial number 123", "PORT=")
    refused(run(*wrong, "u77"), "there is no port /dev/ttyUSB77", "")
    for command in ("wipe", "backup", "logs", "trace", "repl", "config"):
        refused(run(command, "--port", "/dev/ttyNONE"), "there is no port", "PORT=")


@pytest.mark.parametrize(
    "url, what, step",
    [
        ("socket://", "names no host and port", "PORT=socket://HOST:PORT"),
        ("rfc2217://here", "names no host and port", "PORT=rfc2217://HOST:PORT"),
        ("socket://here:port", "names no host and port", "PORT=socket://HOST:PORT"),
        ("socket://127.0.0.1:1", "nothing listens on socket://127.0.0.1:1", "start what serves"),
        ("rfc2217://127.0.0.1:1", "nothing listens on rfc2217://127.0.0.1:1", "start what serves"),
        ("other://127.0.0.1:1", "is no port: invalid URL", "PORT=/dev/"),
    ],
)
def test_a_board_at_another_computer_that_is_not_there(url, what, step):
    refused(install("--board", "PC", "--port", url), what, step)


@pytest.mark.filterwarnings("ignore:set(Daemon|Name)")  # of pyserial
@pytest.mark.parametrize(
    "scheme, what", [("socket", "was closed"), ("rfc2217", "serves another program, or does not")]
)
def test_a_server_that_serves_somebody_else(scheme, what, monkeypatch):
    monkeypatch.setattr("serial.rfc2217.Serial.from_url", _hasty(serial.rfc2217.Serial.from_url))
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_hang_up, args=(server,), daemon=True)
        thread.start()
        url = f"{scheme}://127.0.0.1:{server.getsockname()[1]}"
        refused(install("--board", "PC", "--port", url), what, "program")
        thread.join(5)


def _hang_up(server):
    server.accept()[0].close()


def _hasty(real):
    def from_url(self, url):
        place = real(self, url)
        self._network_timeout = 0.3
        return place

    return from_url


def test_auto_takes_the_only_port_and_asks_where_there_are_several(monkeypatch):
    class Info:
        vid, product, description = 1, "Thing", ""

        def __init__(self, number):
            self.device, self.serial_number = f"/dev/ttyNONE{number}", f"s{number}"

    found = []
    monkeypatch.setattr(ports.serial.tools.list_ports, "comports", lambda: found)
    refused(install("--board", "PC"), "no board is attached by USB", "data cable")
    found.append(Info(7))
    refused(install("--board", "PC"), "there is no port /dev/ttyNONE7", "PORT=")
    assert ports.find("id:s7") == ports.find("port:/dev/ttyNONE7") == "/dev/ttyNONE7"
    found.append(Info(8))
    several = install("--board", "PC")
    refused(several, "2 serial ports are attached", "give one of them")
    assert "PORT=/dev/ttyNONE8  Thing  id:s8" in several.output


def test_a_port_that_may_not_be_opened(monkeypatch):
    def refuse(*args, **options):
        raise serial.SerialException(13, "could not open port: Permission denied")

    monkeypatch.setattr(ports.serial, "serial_for_url", refuse)
    refused(install("--board", "PC", "--port", "/dev/ttyACM0"), "permission denied", "dialout")


def test_a_port_that_is_busy(board):
    one = board()
    with serial.Serial(one.port, exclusive=True):
        refused(one.install(), "is in use by another program", "make repl")


@pytest.mark.parametrize(
    "answer, what, step",
    [
        (lambda data: b"", "nothing answers on", "press its reset button"),
        (lambda data: b"\r\nERROR\r\n", "is the module's AT port", "PORT="),
        (lambda data: b"login: \x1b[0m", "is not MicroPython's prompt; it says: login:", "PORT="),
        (lambda data: b"busy\r\n>>> ", "does not stop", "reset button"),
    ],
)
def test_something_else_at_the_port(answer, what, step):
    with talker(answer) as name:
        refused(install("--board", "PC", "--port", name), what, step)


def test_a_board_that_goes_silent_half_way(board, version, monkeypatch):
    one = board()
    version("A")
    one.install()
    version("B")
    real = ports.Port.write
    sent = []

    def lose(self, data):
        sent.append(data)
        return len(data) if len(sent) > 60 else real(self, data)

    monkeypatch.setattr(ports.Port, "write", lose)
    refused(one.run("install", "--board", "PC", wait="1"), "stopped answering", "reset button")
    monkeypatch.undo()
    version("B")
    assert "this is B" in one.install().output


CHATTY = b"""
from time import sleep_ms
while True:
    print("this is A")
    sleep_ms(5)
"""


def test_a_board_that_restarts_half_way_and_talks_without_end(board, version, monkeypatch):
    one = board()
    version("A", {"main.py": CHATTY})
    one.install()
    version("B")
    real = install_module.stage

    def stage(link, *args):
        link.exec_raw_no_follow("import machine; machine.reset()")
        time.sleep(0.5)
        return real(link, *args)

    monkeypatch.setattr("deploy.install.stage", stage)
    refused(one.run("install", "--board", "PC", wait="1"), "has restarted in the middle", "supply")
    monkeypatch.undo()
    started_again(one)


def test_a_module_that_is_lacking_is_named_with_its_command(board, version, boards):
    one = board()
    version("A")
    folder = boards(mip=["nothere"])
    arguments = ["--board", "OTHER", "--port", one.port, "--log", "0"]
    result = run("install", *arguments, boards=folder)
    assert result.exit_code == 0, result.output
    assert (
        f"lacks nothere; to have it on the board: .venv/bin/mpremote connect {one.port} mip"
        in (result.output)
    )


@pytest.mark.parametrize("how", [[], ["--lines"], ["--src"]])
@pytest.mark.parametrize(
    "path, text, said",
    [
        ("lib/node/bad.py", b"x = 1\ndef (:\n", "does not compile: line 2: invalid syntax"),
        ("main.py", b"def (:\n", "does not compile: line 1: invalid syntax"),
        ("lib/node/bad.py", b"x = '\xff'\n", "does not compile: it is no UTF-8 text"),
        ("lib/node/bad.py", b"x = 1\0\n", "does not compile"),
    ],
)
def test_a_source_that_does_not_compile(monkeypatch, tmp_path, how, path, text, said):
    bad = tmp_path / "bad.py"
    bad.write_bytes(text)
    monkeypatch.setattr("deploy.payload.sources", lambda board: {path: bad})
    refused(install("--board", "PC", *how), f"{path} {said}", "put it right")


@pytest.mark.parametrize("how", [[], ["--src"]])
def test_what_cpython_takes_and_micropython_does_not(monkeypatch, tmp_path, how):
    bad = tmp_path / "bad.py"
    bad.write_text("def look(x):\n    match x:\n        case 1:\n            return 2\n")
    for path in ("lib/node/bad.py", "main.py"):
        monkeypatch.setattr("deploy.payload.sources", lambda board, path=path: {path: bad})
        refused(install("--board", "PC", *how), f"{path} does not compile: ", "put it right")


@pytest.mark.parametrize(
    "text, said",
    [
        (b'{"sensors": ' + b"[" * 3000 + b"]" * 3000 + b"}", "has more brackets"),
        (b"\xff\xfe{", "is no UTF-8 text"),
        (b"\xef\xbb\xbf{}", "begins with a byte order mark"),
        (b"", "is no valid JSON at line 1, column 1"),
        (b"[]", "error: configuration: a list of 0 must be an object"),
    ],
)
def test_a_configuration_that_is_none(tmp_path, text, said):
    path = tmp_path / "mine.json"
    path.write_bytes(text)
    refused(install("--board", "PC", "--config", path), said, "nothing was changed")


def test_this_computer_s_own_troubles(monkeypatch, tmp_path):
    def full(self, *data):
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr("devcode.CACHE", tmp_path)  # nothing is compiled yet
    monkeypatch.setattr("pathlib.Path.write_text", full)
    refused(install("--board", "PC"), "No space left on device", "room on the disk")


def test_the_commands_are_a_program():
    command = [sys.executable, "-m", "deploy", "wipe", "--port", "/dev/ttyNONE"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: there is no port /dev/ttyNONE\n  next: ")
