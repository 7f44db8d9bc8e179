"""Any bytes: the module never raises and answers again after the next newline."""

from bench_rig import Rig
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.boardlink import BoardLink, new_board

NAMES = ["AT+", "+MIPL", "READRSP", "NOTIFY", "ADDOBJ", "OPEN", "CREATE", "NSOST", "CEREG", "COPS"]
PIECES = st.one_of(
    st.binary(max_size=20),
    st.sampled_from([name.encode() for name in NAMES]),
    st.sampled_from(
        [b"=", b",", b'"', b"?", b";", b" ", b"\r", b"\n", b"\r\n", b"AT", b"AT+MIPL"]
    ),
    st.integers(-9, 70000).map(lambda number: b"%d" % number),
)


def answers_at(rig):
    rig.send("", ms=2000)  # ends whatever line was begun
    return rig.send("AT")[-1:] == ["OK"]


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=40))
def test_any_bytes_at_any_time(pieces):
    rig = Rig().register()
    for piece in pieces:
        rig.module.feed(piece)
    rig.run(3000)
    rig.send("ATE0", "", ms=3000)
    if not rig.module.booted:
        rig.run(3000)
    assert answers_at(rig)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(
        ["READRSP", "NOTIFY", "WRITERSP", "OBSERVERSP", "DISCOVERRSP", "ADDOBJ", "OPEN"]
    ),
    st.lists(
        st.one_of(
            st.integers(-2, 10).map(str),
            st.sampled_from(["1006", "3303", "5700", '"Cel"', '"11"', "20.5", "", "x", "ff"]),
        ),
        max_size=14,
    ),
)
def test_any_fields_get_exactly_one_final_result(name, fields):
    rig = Rig().register()
    rig.platform.read(rig.imei, 3303, 0, 5700)
    rig.run(200)
    lines = rig.send("AT+MIPL%s=%s" % (name, ",".join(fields)), ms=20)
    finals = [line for line in lines if line == "OK" or "ERROR" in line]
    assert len(finals) == 1


@given(st.binary(max_size=300), st.integers(1, 50))
def test_the_cut_of_the_bytes_does_not_matter(noise, size):
    data = noise.replace(b"\r", b"") + b"\rAT\rAT+CMEE?\r"
    whole, parts = Rig().boot(), Rig().boot()
    whole.module.feed(data)
    for start in range(0, len(data), size):
        parts.module.feed(data[start : start + size])
    assert whole.run(500) == parts.run(500)


@given(st.lists(st.binary(max_size=60), max_size=10))
def test_any_bytes_on_the_board_link(pieces):
    link = BoardLink(new_board())
    for piece in pieces:
        link.feed(piece)
    link.feed(b'\n{"pin": 26, "value": 1}\n')
    assert link.board.pins[26] == 1
