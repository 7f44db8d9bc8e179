"""Paths, values and times as people type them."""

import json
import math
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onenet.commands.keeping import parse_triggers
from onenet.commands.observe import parse_threshold
from onenet.paths import LARGEST, Path, parameters, parse_path, parse_stream
from onenet.times import BEIJING, parse_at, parse_duration, parse_moment, sent
from onenet.values import parse_value, parse_writes

NUMBERS = st.integers(0, LARGEST)
PATHS = st.builds(lambda parts: Path(*parts), st.lists(NUMBERS, min_size=1, max_size=3))
NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=BEIJING)
quick = settings(max_examples=60, deadline=None)


@quick
@given(PATHS)
def test_a_path_reads_back_as_it_was_written(path):
    assert parse_path(str(path)) == path == parse_path("/" + str(path))
    assert parameters(path) == dict(zip(("obj_id", "obj_inst_id", "res_id"), path.parts))
    if path.rid is not None:
        assert parse_stream(path.stream) == path


@quick
@given(st.text(max_size=12))
def test_any_text_is_a_path_or_refused_with_a_sentence(text):
    try:
        path = parse_path(text)
    except ValueError as error:
        assert "3303" in str(error) or "object/instance/resource" in str(error)
    else:
        assert str(path).split("/") == [
            str(int(part)) for part in text.removeprefix("/").split("/")
        ]


@pytest.mark.parametrize(
    "text",
    ["", "/", "3303/", "//3303", "3303/0/5700/0", "3303/-1", "65535", "\u0663303", "3303 ", "1\n"],
)
def test_what_is_no_path_is_refused(text):
    with pytest.raises(ValueError):
        parse_path(text)


@pytest.mark.parametrize("text", ["3303_0", "3303_0_5700_1", "3303/0/5700", "temp", "", "a_b_c"])
def test_a_stream_of_another_kind_has_no_path(text):
    assert parse_stream(text) is None


def test_a_path_holds_what_lies_below_it():
    assert Path(3303).holds(Path(3303, 1, 5700)) and Path(3303, 0).holds(Path(3303, 0, 5700))
    assert not Path(3303, 0).holds(Path(3303, 1, 5700)) and not Path(3303, 0).holds(Path(3303))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-22", -22),
        ("+3", 3),
        ("007", 7),
        ("2.5", 2.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-1.5E-2", -0.015),
        ("true", True),
        ("false", False),
        ("True", "True"),
        ("text:12", "12"),
        ("text:", ""),
        ("", ""),
        ("on", "on"),
        ("a=b", "a=b"),
        ("nan", "nan"),
        ("inf", "inf"),
        ("1_000", "1_000"),
        ("\u0661", "\u0661"),
        ("0x10", "0x10"),
        ("http://x", "http://x"),
        ("9223372036854775807", 2**63 - 1),
    ],
)
def test_a_value_is_what_it_looks_like(text, value):
    found = parse_value(text)
    assert found == {"val": value} and type(found["val"]) is type(value)


def test_hex_is_sent_as_opaque():
    assert parse_value("hex:0102Ff") == {"val": "0102Ff", "type": 1}


@pytest.mark.parametrize("text", ["hex:", "hex:1", "hex:0g", "hex:01 02", "9223372036854775808"])
def test_a_value_nobody_can_mean_is_refused(text):
    with pytest.raises(ValueError):
        parse_value(text)


@quick
@given(st.integers(-(2**63), 2**63 - 1))
def test_every_64_bit_integer_is_sent_as_it_is(number):
    assert parse_value(str(number)) == {"val": number}


@quick
@given(st.text())
def test_any_value_can_be_sent_as_json(text):
    try:
        found = parse_value(text)
    except ValueError:
        return
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert not isinstance(found["val"], float) or math.isfinite(found["val"])


@quick
@given(st.text())
def test_text_survives_whatever_it_holds(text):
    assert parse_value("text:" + text) == {"val": text}


@pytest.mark.parametrize(
    "items",
    [
        ["3306/0/5850=1", "5851=22"],
        ["3306/0", "5850=1", "5851=22"],
        ["3306/0/5850=1", "3306/0/5851=22"],
    ],
)
def test_a_write_names_its_instance_once(items):
    data = [{"res_id": 5850, "val": 1}, {"res_id": 5851, "val": 22}]
    assert parse_writes(items) == (Path(3306, 0), data)


@pytest.mark.parametrize(
    ("items", "word"),
    [
        (["5850=1"], "whole path"),
        (["3306/0"], "nothing to write"),
        (["3306"], "name the instance"),
        (["3306/0/5850"], "name the instance"),
        (["3306/0=1"], "name the resource"),
        (["3306/0/5850=1", "3306/1/5851=1"], "one instance, 3306/0"),
        (["3306/0/5850=1", "5851"], "RESOURCE=VALUE"),
        (["x=1"], "no path"),
    ],
)
def test_an_unclear_write_is_refused_with_what_is_missing(items, word):
    with pytest.raises(ValueError, match=word):
        parse_writes(items)


@quick
@given(st.integers(1, 365), st.sampled_from("smhd"))
def test_a_duration_is_a_number_and_its_unit(number, unit):
    length = parse_duration("%d%s" % (number, unit))
    assert length.total_seconds() == number * {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit]


@pytest.mark.parametrize(
    "text", ["", "1", "h", "1w", "-1h", "1.5h", "0s", "366d", "9999999999s", "1h\n", "\u0661h"]
)
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1h", "2026-11-23T11:00:00"),
        ("2026-11-23T08:00", "2026-11-23T08:00:00"),
        ("2026-11-23 08:00:30", "2026-11-23T08:00:30"),
        ("2026-11-23", "2026-11-23T00:00:00"),
        ("2026-11-23T08:00+01:00", "2026-11-23T15:00:00"),
        ("2026-11-23T08:00:00Z", "2026-11-23T16:00:00"),
    ],
)
def test_a_moment_is_beijings_unless_it_names_a_zone(text, meant):
    assert sent(parse_moment(text, NOW, -1)) == meant


def test_a_duration_counts_from_now_both_ways():
    assert parse_moment("2h", NOW, +1) == NOW + timedelta(hours=2)


@quick
@given(
    st.text(max_size=25) | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9:+.Z-]{2,12}")
)
def test_any_text_is_a_moment_or_refused(text):
    try:
        assert parse_moment(text, NOW, -1).tzinfo is BEIJING
    except ValueError:
        pass


def test_times_of_the_platform_are_read():
    assert parse_at("1970-01-01 08:00:01.500") == 1.5
    assert [parse_at(other) for other in ("", "-", None, 5, "yesterday")] == [None] * 5


def test_triggers_are_added_up():
    assert parse_triggers("register,update,notify") == 7 and parse_triggers("notify") == 4
    with pytest.raises(ValueError, match="'boot' is none of register, update, notify"):
        parse_triggers("register,boot")


@pytest.mark.parametrize("text", ["nan", "inf", "1e5", "", "5 ", "\u0665"])
def test_a_threshold_is_a_plain_number(text):
    assert parse_threshold("-0.5") == "-0.5"
    with pytest.raises(ValueError):
        parse_threshold(text)
