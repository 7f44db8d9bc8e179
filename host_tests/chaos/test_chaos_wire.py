"""What the referee reads on the line, byte by byte and line by line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chaos.wire import MAX_HEARD, Got, Sent, operation, sent, written

MANY = settings(max_examples=300, deadline=None, derandomize=True)
GOOD = (
    b"AT",
    b"AT+MIPLCREATE",
    b'AT+MIPLADDOBJ=0,3303,2,"11",6,1',
    b"AT+MIPLOPEN=0,3600,30",
    b"AT+MIPLREADRSP=0,7,1,3303,0,5700,4,4,21.5,0,0",
    b'AT+MIPLREADRSP=0,7,1,3303,0,5701,1,3, "Cel",4,0',
    b"AT+MIPLWRITERSP=0,7,2",
    b"AT+MIPLWRITERSP=0,7,11",
    b'AT+MIPLDISCOVERRSP=0,7,1,9,"5700;5701"',
    b"AT+MIPLNOTIFY=0,7,3303,0,5700,4,4,-1.25,0,0,65535",
)


@pytest.mark.parametrize("line", GOOD)
def test_what_the_node_means_to_send(line):
    assert sent(line)[0] in ("plain", "answer", "notify")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"at",
        b"AT ",
        b"AT+CFUN=0",
        b"AT+MIPLOPEN=0,3600,31",
        b"AT+MIPLWRITERSP=0,7,1",
        b"AT+MIPLREADRSP=0,7,2",
        b"AT+MIPLREADRSP=0,7,1",
        b'AT+MIPLREADRSP=0,7,1,3303,0,5701,1,4, "Cel",4,0',
        b'AT+MIPLREADRSP=0,7,1,3306,0,5750,1,3, "a"b",0,0',
        b"AT+MIPLNOTIFY=0,7,3303,0,5700,4,4,nan,0,0",
        b"AT+MIPLNOTIFY=0,7,3306,0,5850,5,1,2,0,0",
        b'AT+MIPLDISCOVERRSP=0,7,1,8,"5700;5701"',
        b"AT+MIPLWRITERSP=0,7,2\rAT+NRB",
        b"\xffAT",
    ],
)
def test_what_it_never_means_to_send(line):
    with pytest.raises(ValueError):
        sent(line)


@MANY
@given(line=st.sampled_from(GOOD), at=st.integers(0, 60), byte=st.integers(0, 255))
def test_a_control_character_or_a_quote_inside_is_always_seen(line, at, byte):
    if 32 <= byte < 127 and byte != 34:
        byte &= 31
    at %= len(line) + 1
    with pytest.raises(ValueError):
        sent(line[:at] + bytes([byte]) + line[at:])


@MANY
@given(data=st.binary(max_size=200), cuts=st.lists(st.integers(0, 200), max_size=6))
def test_lines_do_not_depend_on_how_the_bytes_come(data, cuts):
    for reader in (Got, Sent):
        whole = reader().feed(data)
        parts, one = [], reader()
        for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), 200]):
            parts += one.feed(data[start:end])
        assert parts == whole


def test_a_line_without_an_end_takes_no_memory():
    got = Got()
    assert got.feed(b"x" * 10_000 + b"\n") == [b"x" * MAX_HEARD]


@MANY
@given(line=st.binary(max_size=80) | st.binary(max_size=60).map(lambda raw: b"+MIPLWRITE:" + raw))
def test_no_line_from_the_module_is_too_odd_to_look_at(line):
    asked = operation(line)
    write = written(line)
    assert write is None or asked == ("WRITE", write[0])


def test_what_a_write_may_mean():
    assert written(b"+MIPLWRITE:0,7,3306,0,5851,2,1,64,0,0")[:2] == (7, 5851)
    assert 100 in written(b"+MIPLWRITE:0,7,3306,0,5851,2,1,64,0,0")[2]
    assert "off" in written(b"+MIPLWRITE:0,7,3306,0,5853,2,3,6F6666,0,0")[2]
    assert written(b"+MIPLREAD:0,7,3306,0,5851") is None
