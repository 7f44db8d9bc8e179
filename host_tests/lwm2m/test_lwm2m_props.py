"""Properties of lib/lwm2m under random input: nothing raises, writes are atomic, periods hold."""

import math
import struct

from clock import FakeClock
from hypothesis import given, settings
from hypothesis import strategies as st

from lwm2m import attributes as attrs
from lwm2m.actuation import Actuation
from lwm2m.observe import Observations
from lwm2m.registry import Registry
from lwm2m.temperature import Temperature
from lwm2m.values import BOOLEAN, FLOAT, INTEGER, OPAQUE, STRING, fits, parse
from lwm2m.values import payload_size as size

KINDS = st.sampled_from([STRING, OPAQUE, INTEGER, FLOAT, BOOLEAN])
TEMPERATURES = st.integers(-160, 160).map(lambda n: n / 4)


@given(KINDS, st.integers(0, 9), st.binary(max_size=300))
def test_any_bytes_are_a_value_of_the_kind_or_refused(kind, sent, raw):
    try:
        value = parse(kind, sent, raw)
    except ValueError:
        return
    wanted = {STRING: str, OPAQUE: bytes, INTEGER: int, FLOAT: float, BOOLEAN: bool}[kind]
    assert type(value) is wanted
    if kind == FLOAT:
        assert math.isfinite(value)
    if kind == INTEGER:
        assert -(1 << 63) <= value < 1 << 63
    if kind == STRING:
        assert value.encode() == raw
        assert len(value) <= 64
        assert not any(ord(c) < 32 or c in '"\x7f' for c in value)


@given(st.binary(max_size=80))
def test_text_accepts_just_what_cpython_decodes_without_control_characters(raw):
    try:
        expected = raw.decode()
        if len(expected) > 64 or any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in expected):
            expected = None
        if expected and '"' in expected:
            expected = None
    except UnicodeDecodeError:
        expected = None
    try:
        value = parse(STRING, OPAQUE, raw)
    except ValueError:
        value = None
    assert value == expected


@given(st.integers(-(1 << 63), (1 << 63) - 1))
def test_integers_round_trip_raw_and_as_text(value):
    assert parse(INTEGER, INTEGER, b"%d" % value) == value
    raw = value.to_bytes(8, "big", signed=True)
    if not raw.lstrip(b"+-").isdigit():
        assert parse(INTEGER, OPAQUE, raw) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_round_trip_raw_and_as_text(value):
    assert parse(FLOAT, FLOAT, repr(value).encode()) == value
    raw = struct.pack(">d", value)
    if not set(raw) <= set(b"0123456789+-.eE"):
        assert parse(FLOAT, OPAQUE, raw) == value


@given(
    st.one_of(
        st.binary(max_size=200),
        st.lists(
            st.tuples(
                st.sampled_from([b"pmin", b"pmax", b"gt", b"lt", b"st", b"stp", b"ep"]),
                st.sampled_from([b"=", b"", b"=="]),
                st.one_of(
                    st.integers(-9, 1 << 33).map(lambda n: b"%d" % n),
                    st.floats().map(lambda x: repr(x).encode()),
                    st.binary(max_size=4),
                ),
            ).map(b"".join),
            max_size=6,
        ).map(b";".join),
    )
)
def test_attributes_parse_or_are_refused_and_stay_consistent(raw):
    reg, obs = _one_temperature(FakeClock())[1:]
    code = obs.set_attributes(3303, 0, 5700, raw)
    assert code in (204, 400)
    try:
        found = attrs.parse(raw)
    except ValueError:
        assert code == 400
        return
    for key, value in found.items():
        assert value is None or math.isfinite(value)
        assert value is None or key in ("gt", "lt") or value >= 0
    if code == 204 and found.get("gt") is not None and found.get("lt") is not None:
        assert found["lt"] + 2 * (found.get("st") or 0) < found["gt"]
    assert reg.check(3303, 0, 5700) == 0


WRITES = st.lists(
    st.tuples(
        st.sampled_from([5850, 5851, 5852, 5853, 5750, 5700]),
        KINDS,
        st.one_of(
            st.binary(max_size=10),
            st.sampled_from([b"0", b"1", b"true", b"\x00", b"\x01", b"\x16", b"50", b"eco"]),
        ),
    ),
    max_size=4,
)


@given(st.lists(st.tuples(WRITES, st.integers(0, 6)), max_size=8))
def test_a_write_is_done_as_a_whole_or_not_at_all(steps):
    pins = {}
    fail_in = [0]

    def output(rid):
        def drive(value):
            fail_in[0] -= 1
            if fail_in[0] == 0:
                raise OSError
            pins[rid] = value

        return drive

    reg = Registry()
    act = Actuation(0, FakeClock(), output(5850), output(5851), output(5853))
    reg.add(act)
    pins.update({5850: False, 5851: 0, 5853: ""})
    for values, fails in steps:
        fail_in[0] = fails
        before = dict(act.values)
        code = reg.write(3306, 0, values)
        assert code in (204, 400, 404)
        if code == 204:
            assert {rid for rid in before if act.values[rid] != before[rid]} <= {
                rid for rid, _, _ in values
            }
        else:
            assert act.values == before
        assert pins == {rid: act.values[rid] for rid in pins}
        assert fits(reg.read(3306, 0, -1)[1])
    assert act.faults == 0


@given(st.integers(-5, 7000), st.integers(-5, 9), st.integers(-5, 7000), st.binary(max_size=9))
def test_any_path_gets_a_code(oid, iid, rid, raw):
    clock, reg, obs = _one_temperature(FakeClock())
    reg.add(Actuation(0, clock))
    for code in (
        reg.read(oid, iid, rid)[0],
        reg.write(oid, iid, [(rid, OPAQUE, raw)]),
        reg.execute(oid, iid, rid, raw),
        obs.observe(oid, iid, rid, 1),
        obs.set_attributes(oid, iid, rid, raw),
        obs.cancel(oid, iid, rid),
    ):
        assert code in (204, 205, 400, 404, 405)


def _one_temperature(clock, start=None):
    reg = Registry()
    temp = Temperature(0)
    reg.add(temp)
    temp.update(start)
    return clock, reg, Observations(reg, clock)


@settings(deadline=None)
@given(
    st.integers(0, (1 << 30) - 1),
    st.one_of(st.none(), st.integers(0, 20)),
    st.one_of(st.none(), st.integers(0, 30)),
    st.sampled_from([b"", b"st=2", b"gt=10", b"lt=-5", b"lt=-5;gt=10;st=1"]),
    st.lists(st.tuples(st.integers(1, 4000), TEMPERATURES, st.booleans()), max_size=60),
)
def test_notifications_keep_the_periods_and_match_a_plain_reading_of_the_rules(
    start, pmin, pmax, thresholds, samples
):
    clock, reg, obs = _one_temperature(FakeClock(start), 0)
    temp = reg.instance(3303, 0)
    for key, value in (("pmin", pmin), ("pmax", pmax)):
        if value is not None:
            assert obs.set_attributes(3303, 0, 5700, b"%s=%d" % (key.encode(), value)) == 204
    assert obs.set_attributes(3303, 0, 5700, thresholds) == 204
    assert obs.observe(3303, 0, 5700, 1) == 205
    item = obs.due()
    obs.sent(item)
    rules = attrs.parse(thresholds)
    quiet = 1000 * (1 if pmin is None else pmin)
    silence = 1000 * pmax if pmax and 1000 * pmax >= quiet else None
    now, sent_at, last, latched, failed = 0, 0, 0.0, False, False
    for wait, value, works in samples:
        # Time is cut at what next_ms promises, as the notifier does it.
        while wait:
            step = min(wait, max(1, obs.next_ms()))
            clock.advance(step)
            now += step
            wait -= step
            if not wait:
                temp.update(value)
            latched = latched or _event(rules, temp.get(5700), last)
            late = silence is not None and now - sent_at >= silence
            item = obs.due()
            if not failed:
                assert (item is not None) == (late or (latched and now - sent_at >= quiet))
            if item is None:
                continue
            assert item[5] == temp.get(5700)
            assert now - sent_at >= quiet
            if works:
                obs.sent(item)
                sent_at, last, latched, failed = now, item[5], False, False
            else:
                obs.failed(item)
                latched = failed = True
            assert obs.due() is None or (quiet == 0 and works)


def _event(rules, value, last):
    if not rules:
        return value != last
    crossed = any((value > rules[k]) != (last > rules[k]) for k in ("gt",) if k in rules)
    crossed |= any((value < rules[k]) != (last < rules[k]) for k in ("lt",) if k in rules)
    return crossed or ("st" in rules and abs(value - last) >= rules["st"])


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 90000), TEMPERATURES), min_size=1, max_size=30),
    st.integers(0, 60),
)
def test_the_last_value_is_told_in_the_end(samples, pmin):
    clock, reg, obs = _one_temperature(FakeClock(), 0)
    obs.set_attributes(3303, -1, -1, b"pmin=%d" % pmin)
    obs.observe(3303, 0, -1, 1)
    told = {}
    for wait, value in samples:
        clock.advance(wait)
        reg.instance(3303, 0).update(value)
        item = obs.due()
        if item:
            told[item[3]] = item[5]
            obs.sent(item)
    rounds = 0
    while obs.next_ms() < 3600 * 1000:
        rounds += 1
        assert rounds < 50
        clock.advance(obs.next_ms())
        item = obs.due()
        if item:
            told[item[3]] = item[5]
            obs.sent(item)
    assert told == {rid: v for _, rid, _, v in reg.read(3303, 0, -1)[1]}


@given(st.integers(0, (1 << 30) - 1), st.lists(st.tuples(st.booleans(), st.integers(0, 1 << 28))))
def test_on_time_is_the_sum_of_the_time_on(start, steps):
    clock = FakeClock(start)
    act = Actuation(0, clock)
    total = 0
    on = False
    for switch, ms in steps:
        act.apply([(5850, switch)])
        on = switch
        clock.advance(ms)
        total += ms if on else 0
        act.tick()
        assert act.get(5852) == act.get(5852, True) == total // 1000


@given(st.lists(st.tuples(st.integers(0, 9), st.text(max_size=64)), max_size=12))
def test_size_is_what_an_encoder_makes(items):
    items.sort(key=lambda item: item[0])
    values = [(iid, 5750, STRING, value) for iid, value in items]
    packed = {}
    for iid, value in items:
        packed[iid] = packed.get(iid, b"") + _tlv(3, 5750, value.encode())
    assert size(values) == len(b"".join(_tlv(0, iid, body) for iid, body in packed.items()))


def _tlv(kind, ident, body):
    head = kind << 6 | (0x20 if ident > 255 else 0)
    name = ident.to_bytes(2 if ident > 255 else 1, "big")
    if len(body) < 8:
        return bytes([head | len(body)]) + name + body
    width = 1 if len(body) < 256 else 2
    return bytes([head | width << 3]) + name + len(body).to_bytes(width, "big") + body
