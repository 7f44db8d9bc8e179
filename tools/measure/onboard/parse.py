"""Lines a second: the driver's receive path, and straightforward ways, on the same bytes.

SECONDS for each way; CHUNK bytes have arrived whenever somebody looks. Every way tells what a line
is, and of an operation its kind, its message id and its path. Prints JSON.
"""

import asyncio
import io
import json
import re
import sys
import time

from small import Small

SECONDS = float(sys.argv[1])
CHUNK = int(sys.argv[2])
LINES = (
    b"+MIPLREAD:0,100842,3303,0,5700",
    b"OK",
    b"+MIPLWRITE:0,100843,3306,0,5851,2,1,16,0,0",
    b"OK",
    b"+MIPLEVENT:0,26,1204",
    b"+MIPLREAD:0,100844,3303,-1,-1",
    b"OK",
    b"+CSCON:1",
    b"+MIPLOBSERVE:0,100845,1,3303,0,-1",
    b"OK",
)
OPERATIONS = 4  # of them
ROUND = 100  # times LINES at once
DATA = b"".join([b"\r\n" + line + b"\r\n" for line in LINES]) * ROUND
_POLL = const(3)  # noqa: F821 - MicroPython has it built in
found = [0]  # operations


class Uart(io.IOBase):
    """Brings DATA, CHUNK bytes whenever it is looked at, as a UART in the middle of a flood."""

    def __init__(self):
        self.stream = io.BytesIO(DATA)
        self.start()

    def start(self):
        self.stream.seek(0)
        self.left = len(DATA)
        found[0] = 0

    def any(self):
        return min(self.left, CHUNK)

    def readinto(self, buf, n=CHUNK):
        n = self.stream.readinto(buf, min(n, CHUNK))
        self.left -= n
        return n

    def read(self, n):
        data = self.stream.read(min(n, CHUNK))
        self.left -= len(data)
        return data

    def readline(self):
        line = self.stream.readline()
        self.left -= len(line)
        return line

    def write(self, data):
        return len(data)

    def ioctl(self, request, arg):
        return arg if request == _POLL else 0


def operation(op):
    found[0] += 1


def driver():
    """The node's own: bytes to lines to operations, in fixed buffers."""
    while uart.left:
        small.at.poll()


def straightforward():
    """readline, decode, split."""
    while uart.left:
        text = uart.readline().decode().strip()
        if not text:
            continue
        name, _, rest = text.partition(":")
        if name in ("OK", "ERROR"):
            continue
        fields = rest.split(",")
        if name == "+MIPLEVENT":
            int(fields[1])
        elif name.startswith("+MIPL"):
            kind = name[5:]
            msgid = int(fields[1])
            path = [int(field) for field in fields[-3 if kind != "WRITE" else 2 :][:3]]
            operation((kind, msgid, path))


EXPRESSION = re.compile(rb"\+MIPL([A-Z]+):([0-9]+),([0-9]+),([-0-9]+),?([-0-9]*),?([-0-9]*)")


async def streamed():
    """asyncio's StreamReader, and a regular expression."""
    reader = asyncio.StreamReader(uart)
    while uart.left:
        line = await reader.readline()
        match = EXPRESSION.match(line)
        if not match:
            continue
        kind = match.group(1)
        if kind != b"EVENT":
            path = [int(match.group(i)) for i in (4, 5, 6) if match.group(i)]
            operation((kind, int(match.group(2)), path))


def lines_a_second(way):
    """Return how many lines a second way() gets through; it has to find every operation."""
    rounds = 0
    begun = time.ticks_us()
    while True:
        uart.start()
        way()
        rounds += 1
        if found[0] != ROUND * OPERATIONS:
            raise SystemExit("%s found %d operations" % (way, found[0]))
        took = time.ticks_diff(time.ticks_us(), begun)
        if took > SECONDS * 1000000:
            return rounds * ROUND * len(LINES) * 1000000 / took


small = Small()
small.requests.on_operation = operation
uart = small.at.port.uart = Uart()
# One after the other, twice: what disturbs this computer does not hit one way alone.
ways = {
    "driver": driver,
    "readline, decode, split": straightforward,
    "StreamReader, regular expression": lambda: asyncio.run(streamed()),
}
rates = {name: [] for name in ways}
for name, way in list(ways.items()) * 2:
    rates[name].append(lines_a_second(way))
print(json.dumps(rates))
