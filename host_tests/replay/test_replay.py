"""A trace through the driver: the same decisions where it is the same driver, others where not."""

import re
from dataclasses import replace

import pytest
import vtime
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from at import engine
from bench.faults.script import Script
from chaos.plan import of_seed
from chaos.virtual import VirtualRun
from chaos.virtual import play as run
from m5310 import network
from m5310.dialects import get
from node.trace import shown
from replay.__main__ import main
from replay.catalogue import commands, head_of
from replay.player import play
from replay.record import MAX_FILE, MAX_LINES, TraceError, parse

HEAD = "# trace of m5310-node, dialect seed\n"
MANY = settings(max_examples=200, deadline=None, derandomize=True)


def recorded(monkeypatch, seed, seconds=60):
    """Return (all lines as a log of level 3 has them, the ring's) of a node under faults."""
    plan = of_seed(seed)
    faults = [each for each in plan.script.faults if each.do not in ("restart", "baud")]
    plan = replace(plan, seconds=seconds, script=Script(tuple(faults), plan.script.seed))
    out, rings = [], []
    power_on, end = VirtualRun._power_on, VirtualRun.end

    def listening(self):
        power_on(self)
        began = self.referee.now()
        record = self.node.modem.at.on_line

        def line(kind, raw):
            ms = self.referee.now() - began
            text = shown(kind, raw[:200], len(raw) > 200)
            out.append("%5d.%03d %s" % (ms // 1000, ms % 1000, text))
            record(kind, raw)

        self.node.modem.at.on_line = line

    def ended(self):
        self.node.trace.log.ms = 10**7  # what the times of a ring are told by
        rings.append("\n".join(self.node.trace.lines()))
        end(self)

    monkeypatch.setattr(VirtualRun, "_power_on", listening)
    monkeypatch.setattr(VirtualRun, "end", ended)
    run(plan)
    monkeypatch.undo()
    return HEAD + "\n".join(out) + "\n", rings[0] + "\n"


def differing(text):
    """Return the decisions about a trace that are others than the node's."""
    return [each for each in play(parse(text.encode())) if each.line.kind != ">" and not each.same]


def seen(*args):
    """Return (exit status, output) of python -m replay."""
    result = CliRunner().invoke(main, [str(arg) for arg in args])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result.exit_code, result.output


# -- the same driver --------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 3, 6, 9, 26, 46, 61])
def test_the_driver_decides_again_as_it_did(monkeypatch, seed):
    for text in recorded(monkeypatch, seed):
        assert differing(text) == []
        assert not [each for each in play(parse(text.encode())) if each.odd]


def test_what_is_shown_says_what_was_asked_answered_and_given_up(monkeypatch, tmp_path):
    file = tmp_path / "trace.txt"
    file.write_text("# a remark\n" + recorded(monkeypatch, 3)[0])
    status, said = seen(file)
    assert status == 0
    for words in (
        "asks to read 3303/0",
        "asks to discover 3303",
        "event: registered",
        "network: registered",
        "AT+CEREG?: done, after",
        "answered after",
        "0 otherwise",
        "1 lines of the file are no lines of a trace",
    ):
        assert words in said


def test_every_command_that_a_node_sends_is_in_the_catalogue(monkeypatch):
    heads = set()
    for seed in (1, 5):
        text, _ = recorded(monkeypatch, seed)
        heads |= {head_of(line.encode()) for line in re.findall(r"> (AT\+.*)", text)}
    answers = {head for head in heads if head.endswith(b"RSP=")}
    assert len(answers) == 6
    known = commands(get("seed"), vtime.clock)
    assert heads - answers <= set(known)
    assert known[b"AT+CEREG?"][0]["shape"] is network.is_answer
    assert [way["timeout_ms"] for way in known[b"AT+CSQ"]] == [2000, 5000]
    assert b"AT+MIPLCREATEEX=" in commands(get("m5310a"), vtime.clock)


# -- another driver, another trace ------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "name", "other"),
    [
        (network, "is_answer", lambda line: False),
        (engine, "final_result", lambda line, finals, results: (0, 0) if line == b"OK" else None),
    ],
)
def test_a_driver_that_was_changed_decides_otherwise(monkeypatch, where, name, other):
    text, _ = recorded(monkeypatch, 3, 30)
    monkeypatch.setattr(where, name, other)
    assert differing(text)


def test_a_decision_that_was_another_is_shown_and_is_an_exit_status(monkeypatch, tmp_path):
    text, _ = recorded(monkeypatch, 3, 30)
    file = tmp_path / "trace.txt"
    file.write_text(text.replace("<a +CSQ:", "<u +CSQ:", 1))
    status, said = seen(file, "--quiet")
    assert status == 1
    assert "<a +CSQ:" in said and "THE NODE: u" in said and "1 otherwise" in said


def test_a_late_final_result_is_late_again():
    """A command is given up after 2 s, the line probed, and its OK comes after all."""
    times = [(0, "> AT+CSQ"), (10, "<a +CSQ:23,99"), (20, "<f OK"), (5000, "> AT+CSQ")]
    times += [(7100, "> AT"), (7130, "<f OK"), (7200, "<l +CME ERROR: 50"), (7500, "> AT+CSQ")]
    text = HEAD + "".join("%5d.%03d %s\n" % (ms // 1000, ms % 1000, line) for ms, line in times)
    decisions = play(parse(text.encode()))
    assert [each.kind for each in decisions] == [">", "a", "f", ">", ">", "f", "l", ">"]
    assert not any(each.odd for each in decisions)


# -- hostile files ----------------------------------------------------------------------------


def test_a_file_that_is_none_is_told_of_in_a_sentence(tmp_path):
    for name in (tmp_path / "none.txt", tmp_path, "\0"):
        status, said = seen(name)
        assert status == 2
        assert said.startswith("replay: ") and "cannot be read" in said
    assert seen("") == (
        2,
        "replay: no file: make replay TRACE=file, as make trace has printed it\n",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no line of a trace"),
        ("nonsense\n" * 9, "no line of a trace"),
        ("# trace of m5310-node, dialect klingon\n    1.000 > AT\n", "dialect"),
        ("    1.000 <z OK\n", "line 1: 'z' is no kind"),
        ("    1.000 > AT\\x0d\\x0aAT+NRB\n", "line end inside"),
        ("    1.000 > AT\\x00\n", "printable ASCII"),
        ("    1.000 <u \\q\n", "backslash"),
        ("    1.000 <u caf\u00e9\n", "not printable"),
        ("    1.000 <u \n", "1 to 1200 bytes"),
        ("    1.000 <u " + "x" * 1300, "1 to 1200 bytes"),
        ("    9.000 > AT\n    1.000 > AT\n", "line 2: its time"),
        ("    1.000 > AT\n999999999.000 > AT\n", "line 2: its time"),
        ("    1.000 > AT\n" * (MAX_LINES + 1), "more than"),
        ("x" * (MAX_FILE + 1), "longer than"),
    ],
)
def test_a_hostile_file_is_refused_in_a_sentence(tmp_path, text, said):
    file = tmp_path / "trace.txt"
    file.write_text(text)
    status, answer = seen(file)
    assert status == 2
    assert said in answer and len(answer) < 300


@MANY
@given(data=st.binary(max_size=300))
def test_any_bytes_are_a_record_or_refused(data):
    try:
        parse(data)
    except TraceError as error:
        assert len(str(error)) < 300


SENT = ["AT", "AT+CSQ", "AT+CEREG?", "AT+MIPLOPEN=0,60,30", "AT+MIPLREADRSP=0,7,1", "AT+X"]
CAME = ["OK", "ERROR", "+CME ERROR: 50", "M5310", "REBOOT_X", "AT", "7", "+MIPLEVENT: 0,6"]
CAME += [
    "+MIPLREAD:0,7,3303,0,-1",
    "+MIPLWRITE:0,7,3306,0,5851,2,1,64,0,1",
    "+CEREG:1,1",
    "+CSQ:1",
]
ITEM = st.tuples(
    st.integers(0, 40_000) | st.sampled_from([0, 1, 999, 1000, 1500, 2000, 4 * 86_400_000]),
    st.sampled_from(SENT).map(lambda text: "> " + text)
    | st.tuples(
        st.sampled_from("fauelxc"), st.sampled_from(CAME) | st.binary(min_size=1, max_size=9)
    ),
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(items=st.lists(ITEM, min_size=1, max_size=25))
def test_no_trace_is_too_odd_to_be_played(items):
    ms, lines = 0, []
    for step, item in items:
        ms += step
        if not isinstance(item, str):
            kind, text = item
            raw = (
                text.encode()
                if isinstance(text, str)
                else text.replace(b"\r", b"").replace(b"\n", b"")
            )
            item = shown(ord(kind), raw or b"?")
        lines.append("%5d.%03d %s\n" % (ms // 1000, ms % 1000, item))
    decisions = play(parse("".join(lines).encode()))
    assert len(decisions) == len(items)
