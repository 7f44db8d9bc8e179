"""What is typed into the form, and what comes back: both may be anything."""

import math
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.console.orders import (
    ATTRIBUTES,
    KINDS,
    MAX_SHOWN,
    MAX_TEXT,
    MAX_VALUES,
    Order,
    answer_lines,
    known_paths,
    order,
    parse_value,
    result,
    shown,
)
from bench.console.presets import presets
from bench.platform import Operation, Platform
from bench.platform.messages import Value
from bench.ticks import BenchClock
from bench.wiring import Wiring

IMEI = "867725030000018"
HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["3303/0/5700", "3303", "1e999", "NaN", "-0", "0x", "9" * 600, "\x00", "\ud800"]
    ),
)


def test_each_operation_of_the_guide_can_be_typed():
    attributes = {"pmin": "15", "pmax": " 60 ", "gt": "50", "lt": "-0.5", "st": ""}
    rules = {"pmin": 15, "pmax": 60, "gt": 50.0, "lt": -0.5}
    pairs = [("5850", "1"), ("", ""), (" 5851 ", "22")]
    assert order("discover", "3303") == Order("discover", (3303,))
    assert order("read", " /3303/0/5700/ ") == Order("read", (3303, 0, 5700))
    assert order("read", "3303/0").path == (3303, 0)
    assert order("read", "3303").path == (3303,)
    assert order("write", "3306/0", pairs).args == ([(5850, 1), (5851, 22)],)
    assert order("execute", "3303/0/5605", args="reset").args == ("reset",)
    assert order("write_attributes", "3303/0/5700", attributes=attributes).attributes == rules
    assert order("observe", "3303/0", attributes={"pmin": "5"}).attributes == {"pmin": 5}
    assert order("observe", "3303").attributes == {}
    assert order("cancel", "3303/0/5700") == Order("cancel", (3303, 0, 5700))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("read", ""), "such as 3303/0/5700"),
        (("read", "3303//5700"), "numbers of 0 to 65535"),
        (("read", "65536"), "numbers of 0 to 65535"),
        (("read", "-1"), "numbers of 0 to 65535"),
        (("read", "³303"), "numbers of 0 to 65535"),
        (("read", "1/2/3/4"), "Read takes a path of object or object/instance"),
        (("discover", "3303/0"), "Discover takes a path of object"),
        (("write", "3306/0/5850", [("5850", "1")]), "Write takes a path of object/instance"),
        (("execute", "3303/0"), "Execute takes a path of object/instance/resource"),
        (("write", "3306/0", []), "give a resource and its value"),
        (("write", "3306/0", [("x", "1")]), "resource: a number"),
        (("write", "3306/0", [("", "1")]), "resource: a number"),
        (("write", "3306/0", [("5750", "x" * 481)]), "value: more than 480 bytes"),
        (("execute", "3303/0/5605", (), "x" * 481), "argument: more than 480 bytes"),
        (("write_attributes", "3303/0/5700"), "give at least one of pmin"),
        (("write_attributes", "3303", (), "", {"pmin": "1.5"}), "pmin: whole seconds, not 1.5"),
        (("observe", "3303/0/5700", (), "", {"gt": "1e5"}), "gt: a number, not 1e5"),
        (("observe", "3303/0/5700", (), "", {"st": "nan"}), "st: a number, not nan"),
    ],
)
def test_what_cannot_be_meant_is_named_with_what_would_be_right(arguments, said):
    with pytest.raises(ValueError) as error:
        order(*arguments)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        (" 22 ", 22),
        ("-5", -5),
        ("21.50", 21.5),
        ("true", True),
        ("false", False),
        ("high", "high"),
        ('"22"', "22"),
        ('"a;b\\u00e9"', "a;bé"),
        ('"open', '"open'),
        ('"a" b', '"a" b'),
        ("0x0116", b"\x01\x16"),
        ("0x1", "0x1"),
        ("NaN", "NaN"),
        ("1e9", "1e9"),
        ("[1]", "[1]"),
        ("null", "null"),
        ("", ""),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
    ],
)
def test_a_typed_value_is_what_it_looks_like(text, value):
    found = parse_value(text)
    assert found == value and type(found) is type(value)


@given(
    st.sampled_from(sorted(KINDS)),
    HOSTILE,
    st.lists(st.tuples(HOSTILE, HOSTILE), max_size=4),
    HOSTILE,
    st.dictionaries(st.sampled_from(ATTRIBUTES), HOSTILE),
)
def test_anything_typed_is_an_operation_or_a_sentence(kind, path, pairs, args, attributes):
    try:
        found = order(kind, path, pairs, args, attributes)
    except ValueError as error:
        assert 0 < len(str(error)) < 400
        return
    operation = found.ask(Platform(BenchClock()), IMEI)
    assert operation.done and operation.code == 0  # there is no such device
    assert len(str(found)) < 6 * MAX_TEXT
    assert all(math.isfinite(value) for value in found.attributes.values())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (21.625, "21.625"),
        (1e300, "1e+300"),
        (b"\x01\x16", "0x0116"),
        ([10, 100, 123], "0x0a647b"),
        ("Cel", "Cel"),
        ("a\nb\x00\u202ec", "a·b··c"),
    ],
)
def test_a_value_is_shown_as_plain_text(value, text):
    assert shown(value) == text


@given(
    st.one_of(st.text(), st.binary(), st.integers(), st.floats(), st.lists(st.integers(0, 255)))
)
def test_what_is_shown_is_printable_and_bounded(value):
    text = shown(value)
    assert len(text) <= MAX_SHOWN and all(c.isprintable() for c in text)


def finished(kind, code, values=(), name="", reason=""):
    operation = Operation(IMEI, kind, (3303, -1, -1), 0)
    operation.values = list(values)
    operation.delivered_ms, operation.answered_ms = 1000, 1066
    operation.finish(code, name, reason)
    return operation


def test_an_answer_has_its_code_and_latency():
    assert result(Operation(IMEI, "read", (3303, -1, -1), 0)) == ("wait", "waiting …", "")
    assert result(finished("read", 205)) == ("good", "2.05 Content", "66 ms")
    assert result(finished("read", 404)) == ("bad", "4.04 Not Found", "66 ms")
    refused = finished("observe", 0, name="REFUSED", reason="st has to be above 0")
    assert result(refused)[:2] == ("bad", "REFUSED: st has to be above 0")


def test_an_answer_lists_its_values_up_to_a_bound():
    values = [Value(3303, 0, rid, "float", 20.5) for rid in range(1000)]
    lines = answer_lines(finished("read", 205, values)).split("\n")
    assert lines[0] == "3303/0/0 = 20.5"
    assert len(lines) == MAX_VALUES + 1 and lines[-1] == "… and 960 more"
    assert answer_lines(finished("discover", 205, [5700, 5701])) == "resources 5700, 5701"
    assert answer_lines(finished("read", 404, values)) == ""


def test_the_paths_of_a_device_are_offered():
    device = SimpleNamespace(objects={3303: [0, 1], 3306: [0]}, resources={3303: [5700]})
    paths = known_paths(device)
    assert paths == ["3303", "3303/0", "3303/0/5700", "3303/1", "3303/1/5700", "3306", "3306/0"]
    assert known_paths(None) == []
    crowd = SimpleNamespace(objects={3303: range(60000)}, resources={})
    assert len(known_paths(crowd)) == 200


def test_there_is_a_button_for_what_the_wiring_has():
    full = Wiring(pins=(32, 33), states={"low": (1, 0), "high": (0, 1), "off": (0, 0)})
    names = [name for _, name, _ in presets(full)]
    titles = [title for title, _, _ in presets(full)]
    assert len(set(names)) == len(names) and {"on", "off", "dim", "reset"} <= set(names)
    assert [t for t in titles if t.startswith("State")] == ["State off", "State low", "State high"]
    bare = [name for _, name, _ in presets(Wiring(switch=None, dimmer=None))]
    assert bare == ["read-object", "read-instance", "read-value", "reset"]
