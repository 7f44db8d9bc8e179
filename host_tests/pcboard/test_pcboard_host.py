"""tools/pchost without a node: hostile calls, channels that stall, streams that cannot open."""

import asyncio
import fcntl
import json
import os
import socket
import tty

import pytest
import serial
import vboard
from hypothesis import given, settings
from hypothesis import strategies as st

from pchost import devices, stream
from pchost.channel import HELD, Channel
from pchost.devices import MAX_LINE, Devices

MAKE = (
    ["Pin", 26, 3],
    ["PWM", 25],
    ["ADC", 34],
    ["I2C", 0],
    ["OneWire", 4],
)
NAMES = sorted(
    {name for kind in devices._CLASSES.values() for name in dir(kind)}
    | {"check", "constant", "mcu_temperature", "_board", "id", "nosuch", "", *devices._CLASSES}
)


def made():
    """Return the devices of a new board: a Pin, a PWM, an ADC, an I2C and a OneWire."""
    everything = Devices(vboard.VBoard())
    for i, (kind, *args) in enumerate(MAKE):
        line = b"%d:%s" % (i, json.dumps([0, kind, args, []]).encode())
        assert everything.answer(line) == b"%d:[null, %d, %s]\n" % (
            i,
            i + 1,
            json.dumps([None] * len(args)).encode(),
        )
    return everything


def ask(everything, *request):
    reply = everything.answer(b"1:" + json.dumps(request).encode())
    assert reply.startswith(b"1:")
    return json.loads(reply[2:])


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.sampled_from(NAMES)
    | st.integers(-2, 70_000)
    | st.binary(max_size=12).map(lambda data: {"bytes": data.hex()})
    | st.binary(max_size=12).map(lambda data: {"buffer": data.hex()})
    | st.integers(-1, 6).map(lambda number: {"device": number})
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)
requests = st.tuples(
    st.integers(-1, 6) | values,
    st.sampled_from(NAMES) | values,
    st.lists(values, max_size=4) | values,
    st.lists(st.text(max_size=5), max_size=2) | st.just([]) | values,
)


@given(requests | values | st.tuples(values, values))
@settings(max_examples=200, deadline=None)
def test_no_request_makes_the_answer_raise_or_grow(request):
    everything = made()
    reply = everything.answer(b"77:" + json.dumps(request).encode())
    assert reply.startswith(b"77:") and reply.endswith(b"\n") and reply.count(b"\n") == 1
    error, _, filled = json.loads(reply[3:])
    assert error in (None, "OSError", "ValueError", "TypeError", "AttributeError", "OneWireError")
    assert isinstance(filled, list)
    assert len(reply) < HELD
    assert ask(everything, 1, "value", [1], []) == [None, None, [None]]


@given(st.binary(max_size=60) | st.binary(max_size=60).map(lambda data: b"5:" + data))
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_the_answer_raise(line):
    reply = made().answer(line)
    assert reply == b"" or json.loads(reply.partition(b":")[2])[0] in ("ValueError", "TypeError")


@pytest.mark.parametrize(
    "line, reply",
    [
        (b"1:" + b"[" * 8000, ["ValueError"]),
        (b'1:[0, "Pin", [' + b"9" * 5000 + b"], []]", ["ValueError"]),
        (b"1:" + b" " * MAX_LINE, ["ValueError", "more than 8192 characters in a call", []]),
        (b'1:[4, "readfrom", [68, 1000000000000], []]', ["ValueError"]),
        (b'1:[4, "readfrom", [69, 1], []]', ["OSError", 19, []]),
        (b'1:[5, "reset", [true], ["required"]]', [None, True, [None]]),
        (b'1:[1, "_board", [], []]', ["AttributeError", "no method '_board'", []]),
        (b'1:[1, "__class__", [], []]', ["AttributeError", "no method '__class__'", []]),
        (b'1:[1, "id", [], []]', ["AttributeError", "no method 'id'", []]),
        (b'1:[0, "check", [{"device": 1}, "_mode"], []]', ["AttributeError"]),
        (b'1:[0, "constant", ["Pin", "OUT"], []]', [None, 3, [None, None]]),
        (b'1:[0, "constant", ["Pin", "on"], []]', ["AttributeError"]),
        (b'1:[0, "constant", ["nosuch", "OUT"], []]', ["AttributeError"]),
        (b'1:[0, "exec", ["1"], []]', ["AttributeError", "no class 'exec'", []]),
        (b'1:[9, "value", [], []]', ["ValueError", "no such device", []]),
        (b'1:[-1, "value", [], []]', ["ValueError", "no such device", []]),
        (b"", None),
        (b"nonsense", None),
        (b'": 1}', None),
        (b"1" * 30 + b":[]", None),
    ],
)
def test_what_cannot_be_done_has_an_answer_of_its_own(line, reply):
    answer = made().answer(line)
    if reply is None:
        assert answer == b""
    else:
        assert json.loads(answer[2:])[: len(reply)] == reply


def test_an_empty_bus_required_to_answer_is_an_error_and_not_the_end():
    everything = made()
    assert ask(everything, 0, "OneWire", [5], []) == [None, 6, [None]]
    assert ask(everything, 6, "reset", [True], []) == ["OneWireError", None, []]


def test_devices_are_reused_and_bounded(monkeypatch):
    monkeypatch.setattr(devices, "_MAX_DEVICES", 7)
    everything = made()
    assert ask(everything, 0, "Pin", [26, 3], []) == [None, 1, [None, None]]
    assert ask(everything, 0, "Pin", [27], [])[1] == 6
    assert ask(everything, 0, "Pin", [28], [])[1] == 7
    assert ask(everything, 0, "Pin", [29], []) == ["ValueError", "more than 7 devices", []]
    assert ask(everything, 0, "Pin", [28, 1], ["mode"])[1] == 7


def test_writing_to_a_device_that_takes_nothing_never_waits_and_loses_the_rest():
    async def main():
        master, slave = os.openpty()
        tty.setraw(slave)
        ends = []
        channel = Channel(slave, None, ends.append)
        for _ in range(50):
            channel.write(bytes(range(200)) * 10)
        assert channel.lost > 50_000
        kept = 100_000 - channel.lost
        assert len(channel.waiting) <= HELD
        got = b""
        while len(got) < kept:
            got += os.read(master, 4096)
            await asyncio.sleep(0)
        assert len(got) == kept
        assert got[:HELD] == (bytes(range(200)) * 500)[:HELD]  # behind it there are holes
        assert not channel.waiting
        channel.write(b"again")
        assert os.read(master, 99) == b"again"
        os.close(master)
        await asyncio.sleep(0.05)
        assert ends
        channel.write(b"nobody")
        os.close(slave)

    asyncio.run(main())


def told(open_it, capsys, seconds=0.4):
    """Run the stream that open_it() returns for a while; return what it told."""

    async def main():
        task = asyncio.create_task(open_it().run())
        await asyncio.sleep(seconds)
        assert not task.done()
        task.cancel()

    asyncio.run(main())
    return capsys.readouterr().err


def test_a_device_another_program_holds_is_said_so_once(capsys):
    master, slave = os.openpty()
    holder = os.open(os.ttyname(slave), os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    path = os.ttyname(slave)
    text = told(lambda: stream.make(path, 9600, None), capsys)
    assert text == f"{path}: another program uses it\n"
    for fd in (master, slave, holder):
        os.close(fd)


@pytest.mark.parametrize(
    "error", [ValueError("no"), OverflowError(), stream.termios.error(22, "x")]
)
def test_a_rate_the_device_refuses_is_said_so_once(capsys, monkeypatch, error):
    def refuse(*args, **options):
        raise error

    monkeypatch.setattr(serial, "Serial", refuse)
    text = told(lambda: stream.make("/dev/ttyUSB9", 77, None), capsys)
    assert text == "/dev/ttyUSB9: it does not work at 77 baud\n"


@pytest.mark.parametrize(
    "number, text", [(13, "you may not open it"), (16, "another program uses it"), (5, "Input/")]
)
def test_a_device_that_cannot_be_opened_is_explained(capsys, monkeypatch, number, text):
    def refuse(*args, **options):
        raise serial.SerialException(number, "could not open port")

    monkeypatch.setattr(serial, "Serial", refuse)
    assert told(lambda: stream.make("/dev/x", 9600, None), capsys).startswith("/dev/x: " + text)


def test_an_unknown_host_is_said_once_and_asked_for_again(capsys, monkeypatch):
    asked = []

    def unknown(*args, **options):
        asked.append(args)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    text = told(lambda: stream.make("no.such.host:5310", 9600, None), capsys)
    assert text == "no.such.host:5310: cannot find host no.such.host; trying again\n"
    assert 2 <= len(asked) <= 4


def test_a_broken_terminal_does_not_stop_the_stream(monkeypatch, capsys):
    class Gone:
        def write(self, text):
            raise OSError(5, "the terminal has gone")

        flush = write

    monkeypatch.setattr(stream.sys, "stderr", Gone())
    told(lambda: stream.make("127.0.0.1:9", 9600, None), capsys)
