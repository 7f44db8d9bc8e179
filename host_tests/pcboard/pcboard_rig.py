"""A MicroPython program on boards/PC, started by the launcher, as a process to look at."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UPY = Path(sys.executable).parent / "micropython"
LOST = "127.0.0.1:9"  # a UART with nothing at its end
STILL = "import pchost.host; pchost.host._DRIFT_S = 600"  # a board whose temperatures stay

_LAUNCH = """
import json, sys
import pcnode
code, uart, baud, board, before, env = json.loads(sys.argv[1])
sys.path.insert(0, str(pcnode.VIRTUAL))
exec(before)
try:
    status = pcnode.run(uart, baud, board, [pcnode.interpreter(), "-c", code], env)
except ValueError as e:
    print(e, file=sys.stderr)
    status = 2
sys.exit(status)
"""

ECHO = """
import machine, time
u = machine.UART(2, 9600, tx=17, rx=16, rxbuf=2048, timeout=0)
print("up")
buf = bytearray(64)
while True:
    n = u.readinto(buf, 60)
    if n:
        view = memoryview(buf)[:n]
        while len(view):
            view = view[u.write(view) or 0:]
    else:
        time.sleep_ms(2)
"""


class Node:
    """The launcher with code, a program, under it."""

    def __init__(self, code, uart=LOST, baud=9600, board=None, before=""):
        env = {**os.environ, "MICROPYPATH": "boards/PC:firmware:lib:.frozen"}
        arguments = json.dumps([code, uart, baud, board, before, env])
        self.process = subprocess.Popen(
            [sys.executable, "-c", _LAUNCH, arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT / "tools")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        self.rest = {"stdout": b"", "stderr": b""}

    def line(self, stream="stdout", seconds=15):
        """Return the next line of stdout or stderr."""
        source = getattr(self.process, stream)
        while b"\n" not in self.rest[stream]:
            assert select.select([source], [], [], seconds)[0], "nothing printed"
            part = os.read(source.fileno(), 4096)
            assert part, "ended: %r" % self.rest[stream]
            self.rest[stream] += part
        line, _, self.rest[stream] = self.rest[stream].partition(b"\n")
        return line.decode()

    def until(self, text, lines=200):
        """Read stdout until a line is text."""
        for _ in range(lines):
            if self.line() == text:
                return
        raise AssertionError("never printed %s" % text)

    def go(self):
        """Give the program, which waits for it, a line."""
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()

    def signal(self, number):
        """Signal the whole process group, as a terminal does for Ctrl-C."""
        os.killpg(self.process.pid, number)

    def end(self, seconds=15):
        """Wait for the end; return (status, stdout, stderr), of the latter what line() left."""
        out, err = self.process.communicate(timeout=seconds)
        out, err = self.rest["stdout"] + out, self.rest["stderr"] + err
        return self.process.returncode, out.decode(), err.decode()

    def close(self):
        """End it, whatever it does."""
        if self.process.poll() is None:
            self.signal(signal.SIGKILL)
        self.process.communicate()


def listen(port=0):
    """Return a server on this port of localhost."""
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", port))
    server.listen()
    server.settimeout(15)
    return server


def name(server):
    """Return HOST:PORT of server."""
    return "127.0.0.1:%d" % server.getsockname()[1]


def accept(server):
    """Return the next client of server."""
    peer, _ = server.accept()
    peer.settimeout(15)
    return peer


def receive(peer, count):
    """Return count bytes from peer."""
    data = b""
    while len(data) < count:
        part = peer.recv(count - len(data))
        assert part, "closed after %r" % data
        data += part
    return data


def connections(server, seconds, greet=b""):
    """Close each connection at once (having sent greet), for seconds; return how many came."""
    end = time.monotonic() + seconds
    count = 0
    while time.monotonic() < end:
        if select.select([server], [], [], 0.05)[0]:
            with server.accept()[0] as peer:
                peer.sendall(greet)
            count += 1
    return count
