"""The PC's side of the datagrams: decoder, receiver, command line; and the device's CBOR."""

import json
import math

import cbor2
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from node.uplink import datagram
from uplink import codec
from uplink.cli import State, main, parse
from uplink.receiver import Receiver

IMEI, STREAM = 867725030000018, 0xDEADBEEF
KEY = b"12345678"
FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)
SCALARS = st.one_of(
    st.integers(-(1 << 63), (1 << 63) - 1), FLOATS, st.booleans(), st.none(), st.text(max_size=9)
)


@given(st.lists(SCALARS | st.lists(SCALARS, max_size=4), max_size=20))
def test_what_the_node_writes_is_what_a_library_reads(value):
    raw = datagram.dump(value)
    assert cbor2.loads(raw) == value
    assert datagram.load(raw) == value


@given(st.lists(SCALARS, max_size=20))
def test_what_a_library_writes_is_what_the_node_reads(value):
    canonical = [each for each in value if not isinstance(each, float)]
    assert datagram.load(cbor2.dumps(canonical)) == canonical


@given(st.binary(max_size=60))
def test_any_bytes_are_a_value_or_a_value_error(data):
    try:
        datagram.load(data)
    except ValueError:
        pass
    receiver = Receiver(lambda *told: None)
    assert receiver.handle(data) == [] or receiver.state


def readings(first, *values, base=1000, key=None, stream=STREAM):
    body = [1, IMEI, stream, 0, first, base]
    for i, value in enumerate(values):
        body += [3303, 0, 5700, i, value]
    return datagram.sign(datagram.dump(body), key)


def test_readings_have_numbers_and_times():
    message = codec.decode(readings(7, 21.5, 22))
    assert [(r.number, r.time, r.value) for r in message.readings] == [
        (7, 1000, 21.5),
        (8, 1001, 22),
    ]
    body = [1, IMEI, STREAM, 0, 7, None, 3303, 0, 5700, None, 1.5]
    assert codec.decode(datagram.dump(body)).readings[0].time is None


@pytest.mark.parametrize(
    "body",
    [
        [2, IMEI, STREAM, 0, 0, 0],
        [1, IMEI, STREAM, 5, 0, 0],
        [1, "imei", STREAM, 0, 0, 0],
        [1, IMEI, STREAM, 0, 0, 0, 3303],
        [1, IMEI, STREAM],
        7,
    ],
)
def test_what_is_no_datagram(body):
    with pytest.raises(codec.DatagramError):
        codec.decode(datagram.dump(body))


class Server:
    def __init__(self, **options):
        self.got = []
        self.receiver = Receiver(lambda imei, r: self.got.append((r.number, r.value)), **options)

    def send(self, data):
        """Return [next, ids of commands] of what comes back."""
        key = self.receiver.key
        out = [datagram.load(datagram.verify(each, key)) for each in self.receiver.handle(data)]
        assert all(each[1] == STREAM for each in out)
        return [each[3] for each in out]


def test_each_reading_once_whatever_comes_again():
    server = Server()
    assert server.send(readings(0, 1, 2, 3)) == [3]
    assert server.send(readings(0, 1, 2, 3)) == [3]
    assert server.send(readings(1, 2, 3, 4)) == [4]
    assert server.send(readings(4)) == [4]
    assert server.got == [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert (server.receiver.repeated, server.receiver.refused) == (5, 0)


def test_a_gap_is_what_the_node_gave_up():
    server = Server()
    server.send(readings(0, 1))
    assert server.send(readings(40, 2)) == [41]
    assert server.send(readings(500)) == [500]


def test_a_new_stream_begins_anew():
    server = Server()
    server.send(readings(0, 1))
    out = server.receiver.handle(readings(0, 9, stream=5))
    assert datagram.load(out[0])[1:] == [5, 0, 1]
    assert server.got == [(0, 1), (0, 9)]


def test_a_key_is_needed_where_there_is_one():
    server = Server(key=KEY)
    assert server.send(readings(0, 1)) == []
    assert server.send(readings(0, 1, key=b"another key")) == []
    assert server.receiver.refused == 2
    assert server.send(readings(0, 1, key=KEY)) == [1]


def test_commands_are_repeated_until_they_are_answered():
    answers = []
    server = Server(on_answer=answers.append, now=lambda: 5)
    command = server.receiver.command(IMEI, "write", (3306, 0, 5850), (True,))
    server.receiver.command(1, "read", (3, 0, 0))
    assert server.send(readings(0, 1)) == [1, command.id]
    assert server.send(readings(1)) == [1, command.id]
    answer = datagram.dump([1, IMEI, STREAM, 1, command.id, 204])
    for _ in range(2):
        assert server.receiver.handle(answer) == []
    assert (answers, command.done.code) == ([command], 204)
    assert server.send(readings(1)) == [1]
    second = server.receiver.command(IMEI, "read", (3303, 0, -1))
    assert second.id > command.id


def test_a_state_survives_the_server(tmp_path):
    for expected in ([(0, 1), (1, 2)], []):
        server = Server(state=State(tmp_path / "state.db"))
        assert server.send(readings(0, 1, 2)) == [2]
        assert server.got == expected
    assert dict(State(tmp_path / "state.db")) == {(IMEI, STREAM): 2}


def test_decode_on_the_command_line(tmp_path):
    run = CliRunner().invoke(main, ["decode", readings(7, 21.5).hex()])
    assert json.loads(run.output) == {
        "imei": IMEI,
        "number": 7,
        "path": "3303/0/5700",
        "time": 1000,
        "value": 21.5,
    }
    (tmp_path / "key").write_bytes(KEY + b"\n")
    args = ["decode", readings(0, key=KEY).hex(), "--key-file", str(tmp_path / "key")]
    assert json.loads(CliRunner().invoke(main, args).output) == {"imei": IMEI, "next": 0}
    assert CliRunner().invoke(main, ["decode", "00"]).exit_code == 1


def test_commands_as_one_types_them():
    assert parse("read 3303/0/5700") == (None, "read", (3303, 0, 5700), ())
    assert parse("read 3303") == (None, "read", (3303, -1, -1), ())
    assert parse(" %d write 3306/0/5850=1 5851=22" % IMEI) == (
        IMEI,
        "write",
        (3306, 0, 5850),
        (1, 5851, 22),
    )
    assert parse("write 3306/0/5853=high")[3] == ("high",)
    assert parse("execute 3303/0/5605 reset") == (None, "execute", (3303, 0, 5605), ("reset",))
    for wrong in ("", "read", "write 3306/0/5850", "write 3306=1", "reboot 1"):
        with pytest.raises(ValueError):
            parse(wrong)


def test_a_float_is_as_exact_as_four_bytes():
    assert math.isclose(codec.decode(readings(0, 20.123)).readings[0].value, 20.123, rel_tol=1e-7)


@pytest.mark.parametrize("key", [b"", b"\n", b"seven b", "钥".encode() * 22])
def test_a_key_file_without_a_key_of_8_to_64_bytes_is_refused(tmp_path, key):
    path = tmp_path / "key"
    path.write_bytes(key)
    run = CliRunner().invoke(main, ["decode", "--key-file", str(path), readings(7, 21.5).hex()])
    assert run.exit_code == 1 and "8 to 64 bytes" in run.output
