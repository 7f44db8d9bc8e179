"""The launcher: signals to the node, its end, and what happens when either is killed."""

import os
import signal

import pytest
from click.testing import CliRunner
from pcboard_rig import accept, name, receive

import pcnode


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_reaches_the_node_once_and_lets_it_finish(node, server, number):
    code = """
import machine, time
u = machine.UART(2, 9600)
try:
    print("up")
    while True: time.sleep_ms(5)
except KeyboardInterrupt:
    print("interrupted")
try:
    u.write(b"bye\\r")
    while not u.any(): time.sleep_ms(5)
    print(u.read(), machine.Pin(5).value())
    time.sleep(0.3)
except KeyboardInterrupt:
    print("and again")
u.write(b"last")
"""
    one = node(code, name(server))
    peer = accept(server)
    assert one.line() == "up"
    one.signal(number)
    assert receive(peer, 4) == b"bye\r"
    peer.sendall(b"OK\r\n")
    assert receive(peer, 4) == b"last"
    assert one.end() == (0, "interrupted\nb'OK\\r\\n' 0\n", "")


def test_a_call_that_ctrl_c_cuts_short_does_not_spoil_the_next_ones(node):
    """Cut here and there by hand: MicroPython's heap may stay locked behind a real signal."""
    code = """
import machine

class Cut:
    def __init__(self, stream): self.stream, self.left = stream, None

    def write(self, data):
        if self.left is not None and self.left < len(data):
            self.stream.write(data[:self.left])
            raise KeyboardInterrupt
        self.stream.write(data)
        if self.left is not None: self.left -= len(data)

    def readline(self):
        if self.left is None: return self.stream.readline()
        line = self.stream.read(1)
        while not line.endswith(b"\\n"):
            if len(line) > self.left: raise KeyboardInterrupt
            line += self.stream.read(1)
        return line

machine._calls = cut = Cut(machine._calls)
pin = machine.Pin(26, machine.Pin.OUT)
cuts = 0
for left in range(200):
    pin.value(left & 1)
    cut.left = left
    try:
        pin.value(1 - (left & 1))
    except KeyboardInterrupt:
        cuts += 1
    cut.left = None
    pin.value(left & 1)
    if pin.value() != left & 1: print("wrong")
print("done" if 30 < cuts < 200 else cuts)
"""
    assert node(code).end()[:2] == (0, "done\n")


def test_a_signal_before_the_node_runs_ends_it_as_well(node):
    before = "import asyncio, os, pchost.host as h\n"
    before += "async def late(*a, **b): os.kill(os.getpid(), 2); await asyncio.sleep(.2)\n"
    before += "h.make = lambda *a: type('S', (), {'run': late, 'write': None,"
    before += " 'set_baud': None,"
    before += " 'waiting': int, 'tried': asyncio.Event()})()"
    one = node("import time; print('up'); time.sleep(60)", before=before)
    assert one.end()[:2] == (128 + signal.SIGINT, "")


@pytest.mark.parametrize(
    "code, status",
    [
        ("import sys; sys.exit(5)", 5),
        ("1 / 0", 1),
        ("import os; os.system('kill -9 $PPID')", 128 + 9),
        ("import os; os.system('kill -15 $PPID')", 128 + 15),
        ("import machine", 0),
    ],
)
def test_the_node_s_status_is_passed_on(node, code, status):
    assert node(code).end()[0] == status


@pytest.mark.parametrize(
    "work",
    ["time.sleep_ms(5)", "u.any()", "u.write(b'x' * 99)", "machine.Pin(5).value()", "pass"],
)
def test_a_launcher_that_is_killed_leaves_no_node_behind(node, work):
    one = node(f"import machine, time; u = machine.UART(2); print('up')\nwhile True: {work}")
    assert one.line() == "up"
    os.kill(one.process.pid, signal.SIGKILL)
    one.process.wait()
    out, _ = one.process.communicate(timeout=5)  # its end of the pipe closes with it
    assert b"Traceback" not in out


@pytest.mark.parametrize(
    "arguments, text",
    [
        (["--uart", "nonsense"], "UART=nonsense: must be HOST:PORT or the path of a device"),
        (["--uart", "127.0.0.1:0"], "UART=127.0.0.1:0: must be HOST:PORT"),
        (["--uart", "127.0.0.1:99999"], "UART=127.0.0.1:99999: must be HOST:PORT"),
        (["--uart", "host:²"], "UART=host:²: must be HOST:PORT"),
        (["--uart", ":5310"], "UART=:5310: must be HOST:PORT"),
        (["--uart", "a..b:5310"], "UART=a..b:5310: must be HOST:PORT"),
        (["--uart", ""], "UART=: must be HOST:PORT"),
        (["--board", "nonsense"], "BOARD=nonsense: must be HOST:PORT"),
        (["--board", "/dev/null"], "BOARD=/dev/null: must be HOST:PORT"),
        (["--baud", "7"], "Error: Invalid value for '--baud'"),
        (["--baud", "fast"], "Error: Invalid value for '--baud'"),
    ],
)
def test_unusable_options_end_with_status_2_and_a_sentence(monkeypatch, tmp_path, arguments, text):
    (tmp_path / "main.py").write_text("print('on')")
    monkeypatch.setattr(pcnode, "build", lambda **options: 0)
    monkeypatch.setattr(pcnode, "BUILD", tmp_path)
    monkeypatch.setattr(pcnode, "check", lambda env: 0)
    done = CliRunner().invoke(pcnode.main, arguments)
    assert done.exit_code == 2
    assert text in done.output
    assert "Traceback" not in done.output
