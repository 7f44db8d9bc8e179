"""Any bytes from the UART: no exception, no stall, in step again within one line (CPython only).

A Modem on a fake UART gets noise, mutated transcripts and mutated operations, cut anywhere. What
is checked does not depend on what was sent: every byte and line is accounted for, the next good
line is handled, every operation whose msgid can be read has one answer, and nothing but printable
text leaves the UART.
"""

import asyncio
import re

import vtime
from fakeuart import FakeUart
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from modem_rig import OBJECTS, module

from m5310.codes import EXECUTE, PARAMETER, WRITE
from m5310.dialects import get
from m5310.errors import AtError
from m5310.modem import Modem

FUZZ = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

URCS = (
    b"+MIPLREAD:0,65,3303,0,5700",
    b"+MIPLREAD: 0, 65, 3303, -1, -1, 0",
    b"+MIPLWRITE:0,66,3306,0,5850,2,1,01,0,1",
    b"+MIPLWRITE:0,66,3306,0,5851,2,1,16,0,0",
    b'+MIPLWRITE:0,67,3306,0,5750,1,5,"a,b c",0,0',
    b"+MIPLWRITE:0,17507,5,0,0,2,0,,0",
    b'+MIPLEXECUTE:0,68,3303,0,5605,5, "reset"',
    b"+MIPLOBSERVE:0,69,1,3303,0,5700",
    b'+MIPLPARAMETER:0,70,3303,0,5700,37,"pmin=15;pmax=60;lt=0.0;gt=50.0;st=2.0"',
    b"+MIPLDISCOVER:0,4294967295,3303",
    b"+MIPLEVENT: 0,6",
    b"+MIPLEVENT:0,14,93",
    b"+MIPLEVENT:0,26,147",
    b"+CEREG:1,19E6,94,7",
    b"+CSCON:1",
    b"+NSONMI:0,30",
    b"0,183.230.40.150,36000,30,5B31,0",
    b"OK",
    b"ERROR",
    b"+CME ERROR: 50",
    b"+CIS ERROR:601",
    b"REBOOT_CAUSE_APPLICATION_AT",
    b"M5310-A",
    b"AT+CSQ",
)

BYTE = st.integers(0, 255).map(lambda c: bytes([c]))
NOISE = st.binary(max_size=400)


PIECE = (
    st.sampled_from((b"", b",", b'"', b"-1", b" ", b"\xff", b"\x00", b"9999999999", b"=", b":"))
    | BYTE
)
# What happens to a text, drawn before it is known: where, how much goes, what comes.
CHANGES = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 6), PIECE), max_size=4)


def changed(text, changes):
    """Return text with bytes removed, changed, doubled or put in."""
    data = bytearray(text)
    for where, count, piece in changes:
        at = where % (len(data) + 1)
        if count == 6:
            data[at:at] = data[at : at + 20]
        else:
            data[at : at + count] = piece
    return bytes(data)


LINE = st.builds(changed, st.sampled_from(URCS), CHANGES)
END = st.sampled_from((b"\r\n", b"\r", b"\n", b"\r\n\r\n"))
LINES = st.lists(st.tuples(LINE, END), max_size=12).map(
    lambda pairs: b"".join([b"\r\n" + line + end for line, end in pairs])
)
LONG = st.integers(1100, 3000).map(lambda n: b"+MIPLWRITE:0,66,3306,0,5750,1,5," + b"x" * n)
FLOOD = st.one_of(NOISE, LINES, st.tuples(NOISE, LINES, LONG).map(b"".join))
CHUNK = st.sampled_from((1, 2, 7, 8, 64, 0))

# A line that is an operation with a msgid, as facts/protocol.md 6 has it: whom to answer is known.
READABLE = re.compile(
    rb"\+MIPL[ \t\x0b\x0c]*(READ|WRITE|EXECUTE|OBSERVE|PARAMETER|DISCOVER)[ \t\x0b\x0c]*:"
    rb"[ \t\x0b\x0c]*(-?\d{1,10})[ \t\x0b\x0c]*,[ \t\x0b\x0c]*(-?\d{1,10})[ \t\x0b\x0c]*(?:,|$)"
)


class Bench:
    """A modem that answers what it is asked, and a log of all that passes its line."""

    def __init__(self, chunk, dialect="seed", peer=None):
        self.lines = []
        self.uart = FakeUart(chunk, peer or module())
        self.modem = Modem(
            self.uart, vtime.clock, str, self.operation, dialect, on_line=self.on_line
        )
        self.at = self.modem.at
        self.asked = []

    def on_line(self, kind, line):
        self.lines.append((chr(kind), bytes(line)))

    def operation(self, op):
        self.asked.append(op)
        changes = op.kind in (WRITE, EXECUTE, PARAMETER)
        values = [(0, 5700, 4, 1.5), (0, 5701, 1, "Cel")]
        self.modem.mipl.requests.reply(op, 204 if changes else 205, values, "5700;5701")

    @property
    def heard(self):
        return [line for kind, line in self.lines if kind not in ">c"]


def run(scene, *args, **options):
    """Run scene(bench) beside the engine; an exception out of poll fails the test."""

    async def main():
        bench = Bench(*args, **options)
        bench.task = task = asyncio.create_task(bench.at.run())
        try:
            await bench.at.sync(10000)
            return await scene(bench)
        finally:
            if task.done() and task.exception():
                raise task.exception()  # the engine is never done: this is what it died of
            task.cancel()

    return vtime.run(main())


async def sleep(ms):
    await vtime.clock.sleep_ms(ms)


def printable(tx):
    return all(c in b"\r\n" or 32 <= c < 127 for c in tx)


def accounted(bench):
    """Every byte is in a line, an ending, or counted as dropped."""
    lines = bench.at.port.lines
    kept = sum(len(line) for line in bench.heard)
    endings = bench.pushed.count(b"\r") + bench.pushed.count(b"\n")
    assert lines.count == len(bench.heard)
    assert kept + endings + lines.dropped == lines.received == len(bench.pushed)


async def feed(bench, data):
    """Push data and count it, whatever the module says by itself included."""
    bench.uart.push(data)
    while bench.uart.any():
        assert not bench.task.done(), "the engine has died"
        await sleep(5)


def keep_pushed(bench):
    """Have the bench remember every byte of its receive side."""
    bench.pushed = bytearray()
    push = bench.uart.push

    def noted(data):
        bench.pushed += data
        push(data)

    bench.uart.push = noted
    bench.at.port.lines.received = bench.at.port.lines.count = 0
    del bench.lines[:]


@FUZZ
@given(FLOOD, CHUNK)
@example(b"\x00" * 3000, 0)
@example(b"+MIPLREAD:", 1)
@example(b'"' * 50 + b"\r" + b"," * 50, 0)
def test_in_step_again_behind_the_next_newline(data, chunk):
    async def scene(bench):
        keep_pushed(bench)
        await feed(bench, data + b"\r\n")
        await sleep(3000)  # replies to what was in it, and the probes behind a reboot
        bench.asked.clear()
        bench.uart.lines.clear()
        await feed(bench, b"\r\n+MIPLOBSERVE:0,777777,1,3303,0,5700\r\n")
        await sleep(1000)
        assert [op.msgid for op in bench.asked] == [777777]
        assert [line for line in bench.uart.lines if line != b"AT"] == [
            b"AT+MIPLOBSERVERSP=0,777777,1"
        ]
        assert await bench.at.command(b"AT+CSQ") == []
        await sleep(100)
        accounted(bench)
        assert printable(bench.uart.tx)

    run(scene, chunk)


@FUZZ
@given(
    st.lists(LINE.filter(lambda line: b"\r" not in line and b"\n" not in line), max_size=8), CHUNK
)
@example([b"+MIPLWRITE:0,66,3306,0,5850,2,1,01,0,1", b"+MIPLWRITE:0,67,3306,0,5850,2,1,01,0,1"], 0)
@example([b"+MIPLREADx", b"+MIPLREAD:0,65"], 0)
@example([b"+MIPLWRITE:0,66,x", b"+MIPLWRITE:0,66,3306,0,5851,2,1,16,0,0"], 0)
def test_every_operation_with_a_msgid_has_one_answer(lines, chunk):
    """Parts of one write count as one delivery; so no more is asked than was delivered."""
    reboots = (b"REBOOT", b"M5310", b"Neul", b"*", b"+MAT", b"auto")
    lines = [line for line in lines if not line.lstrip(bytes(range(32))).startswith(reboots)]

    async def scene(bench):
        keep_pushed(bench)
        for line in lines:
            await feed(bench, b"\r\n" + line + b"\r\n")
            await sleep(200)
        await sleep(4000)
        accounted(bench)
        delivered = {}
        heard = bench.heard
        for line in heard:
            match = READABLE.match(line)
            if match:
                key = match.group(1), int(match.group(3))
                delivered[key] = delivered.get(key, 0) + 1
        answered = {}
        for line in bench.uart.lines:
            match = re.match(rb"AT\+MIPL([A-Z]+)RSP=0,(-?\d+),(\d+)", line)
            if match and (not line.startswith(b"AT+MIPLREADRSP") or final(line)):
                key = match.group(1), int(match.group(2))
                answered[key] = answered.get(key, 0) + 1
        assert set(answered) == set(delivered)
        for key, count in delivered.items():
            if key[0] == b"WRITE":
                assert 1 <= answered[key] <= count
            else:
                assert answered[key] == count
        assert printable(bench.uart.tx)

    run(scene, chunk)


def final(line):
    """Tell whether a line of a read's answer is its last."""
    return line.count(b",") == 2 or line.endswith(b",0,0")


class Garbler:
    """A module whose answers are changed, one list of changes after the other."""

    def __init__(self, answer, garbling):
        self.answer = answer
        self.garbling = list(garbling)

    def __call__(self, line):
        text = self.answer(line) or b""
        if line == b"AT" or not self.garbling:
            return text
        return changed(text, self.garbling.pop(0))


GARBLING = st.lists(CHANGES | st.just([]), max_size=12)


async def attempt(call):
    """Await call; return whether it went well. AtError is the only way it may fail."""
    try:
        await call
    except AtError as e:
        assert str(e).isprintable()
        return False
    return True


@settings(FUZZ, max_examples=40)
@given(GARBLING, CHUNK, st.sampled_from(("seed", "m5310a")))
def test_a_session_opened_through_noise_ends_in_a_result(garbling, chunk, dialect):
    async def scene(bench):
        start = vtime.clock.ticks_ms()
        mipl = bench.modem.mipl
        if await attempt(mipl.open(OBJECTS, 3600, 30)):
            await attempt(mipl.update())
            await attempt(mipl.notify(7, 3303, 0, 5700, 4, 20.5))
        else:
            assert not mipl.registered
        assert vtime.clock.ticks_diff(vtime.clock.ticks_ms(), start) < 300000
        await attempt(bench.modem.network.ask())
        await attempt(bench.modem.network.signal())
        await attempt(mipl.close())
        assert not mipl.registered
        assert printable(bench.uart.tx)

    run(scene, chunk, dialect=dialect, peer=Garbler(module(), garbling))


@FUZZ
@given(GARBLING, CHANGES, CHUNK)
def test_a_socket_used_through_noise_ends_in_a_result(garbling, changes, chunk):
    texts = {
        b"NSOCR": b"\r\n0\r\n\r\nOK\r\n",
        b"NSOST": b"\r\n0,2\r\n\r\nOK\r\n",
        b"NSORF": b"\r\n0,1.2.3.4,80,2,4142,0\r\n\r\nOK\r\n",
    }

    async def use(bench):
        sock = await bench.modem.udp(2334).open()
        assert isinstance(await sock.sendto(b"AB", ("1.2.3.4", 80)), int)
        bench.uart.push(b"\r\n" + changed(b"+NSONMI:0,2", changes) + b"\r\n")
        got = await sock.recvfrom(timeout_ms=1000)
        assert got is None or isinstance(got[0], bytes)
        await sock.close()

    async def scene(bench):
        await attempt(use(bench))
        reads = [line for line in bench.uart.lines if b"NSORF" in line]
        assert all(re.fullmatch(rb"AT\+NSORF=\d+,[1-9]\d*", line) for line in reads)
        assert printable(bench.uart.tx)

    peer = Garbler(lambda line: texts.get(line[3:8], b"\r\nOK\r\n"), garbling)
    run(scene, chunk, peer=peer)


TEXT = st.text(max_size=20) | st.text(st.characters(max_codepoint=127), max_size=20)


@FUZZ
@given(TEXT, st.sampled_from(("seed", "m5310a")))
def test_a_string_is_one_quoted_field_or_refused(text, name):
    try:
        out = bytearray()
        get(name).value(out, 1, text)
    except ValueError:
        assert any(ord(c) < 32 or c in '"\x7f' or 0xD800 <= ord(c) < 0xE000 for c in text)
        return
    assert out.count(b'"') == 2
    assert out.endswith(b'"' + text.encode() + b'"')
    assert all(c >= 32 for c in out)


@FUZZ
@given(st.floats() | st.integers(), st.sampled_from(("seed", "m5310a")))
def test_a_number_is_printed_to_three_decimals_or_refused(value, name):
    try:
        out = bytearray()
        get(name).value(out, 4, value)
    except ValueError:
        assert not -1e9 < value < 1e9
        return
    text = out.split(b",")[2].strip(b'"')
    assert re.fullmatch(rb"-?\d+(\.\d{1,3})?", text)
    assert abs(float(text) - value) <= 0.0005001
    assert text not in (b"-0.0", b"-0")
