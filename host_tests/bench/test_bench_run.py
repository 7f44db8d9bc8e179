"""bench.run as a program, against a stand-in node: what it prints and how it ends."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench.boardlink import BoardLink, new_board
from bench.module.inbox import OperationRecord
from bench.platform import Operation
from bench.report import Report
from bench.scenario import ACTUATION_IDS, TEMPERATURE_IDS, steps
from bench.wiring import load

HERE = Path(__file__).parent
TOOLS = HERE.parents[1] / "tools"


def start(*options, node=None):
    command = [sys.executable, "-m", "bench.run", "--baud", "0", "--http", "127.0.0.1:0"]
    command += ["--memory", "--config", HERE / "node.json"]
    command += [*options, "--", *(node or [sys.executable, "-u", str(HERE / "stub_node.py")])]
    return subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TOOLS)},
        start_new_session=True,
    )


def finish(process, timeout=60):
    try:
        out = process.communicate(timeout=timeout)[0]
    finally:
        process.kill()
    assert "Traceback" not in out, out
    return out


def read_until(process, words):
    out = ""
    while words not in out:
        line = process.stdout.readline()
        assert line, out
        out += line
    return out


def test_all_good_is_status_0_and_every_level_is_listed():
    process = start()
    out = read_until(process, "every operation performed")
    os.killpg(process.pid, signal.SIGINT)
    out += finish(process)
    assert process.returncode == 0, out
    for title in (
        "discover 3303",
        "read 3303/0/5700",
        "read 3303/0 ",
        "read 3303 ",
        "write 3306/0 {5850: 1, 5851: 22}",
        "execute 3303/0/5605 reset",
        "write_attributes 3303/0/5601 pmin=18",
        "observe 3303/0/5700 ",
        "cancel 3303 ",
        "read 3320 ",
    ):
        assert re.search(r"\d+  " + re.escape(title), out), title
    assert "node| stub --uart 127.0.0.1:" in out
    assert "node| left" in out
    assert "de-registered  yes" in out
    assert "result         all good" in out


def test_ctrl_c_lets_the_node_leave_and_is_no_failure_where_no_time_was_given():
    process = start()
    read_until(process, "read 3303/0/5700")
    os.killpg(process.pid, signal.SIGINT)
    out = finish(process)
    assert process.returncode == 0
    assert "de-registered  yes" in out
    assert "incomplete" not in out


def test_ctrl_c_before_the_time_that_was_given_leaves_the_list_incomplete():
    process = start("--for", "60")
    read_until(process, "read 3303/0/5700")
    os.killpg(process.pid, signal.SIGINT)
    out = finish(process)
    assert process.returncode == 1
    assert "de-registered  yes" in out
    assert "incomplete" in out


def test_a_wrong_answer_is_status_1_and_told():
    process = start(node=[sys.executable, "-u", str(HERE / "stub_node.py"), "--refuse"])
    out = read_until(process, "WRONG: result is 4.05 Method Not Allowed, not 204")
    os.killpg(process.pid, signal.SIGINT)
    out += finish(process)
    assert process.returncode == 1
    assert "wrong          write 3306/0 {5850: 1}: result is 4.05" in out
    assert "result         FAILED" in out


def finished(latency_ms, code=205):
    operation = Operation("1", "read", (3303, 0, 5700), 0)
    operation.delivered_ms, operation.answered_ms = 0, latency_ms
    operation.finish(code)
    return operation


def report(*latencies):
    """Return a Report of a run in which all went well but for these latencies, None = silence."""
    out = Report(say=lambda text: None)
    for latency in latencies:
        out.add("read", finished(10), "")
        code = 0 if latency is None else 205
        at = None if latency is None else 0
        out.measured(OperationRecord(1, "read", (3303, 0, 5700), at, latency, 1, code))
    out.complete = out.deregistered = True
    return out


def test_the_verdict_needs_answers_in_time_all_of_them_and_an_orderly_end():
    assert report(100, 2999).good
    assert report(100, 2999).worst_ms == 2999
    assert not report(100, 3000).good
    assert not report(100, None).good
    assert not report().good
    for name in ("complete", "deregistered"):
        broken = report(100)
        setattr(broken, name, False)
        assert not broken.good
    wrong = report(100)
    wrong.add("read", finished(10), "21 is not 22")
    assert not wrong.good


def test_a_time_too_short_is_told_and_is_status_1():
    process = start("--for", "1", node=["sh", "-c", "trap exit INT; while :; do sleep 0.1; done"])
    out = finish(process)
    assert process.returncode == 1
    assert "incomplete     the list was not finished: give it more time" in out


def test_a_node_that_ends_by_itself_is_status_1():
    process = start(node=[sys.executable, "-c", "print('bye')"])
    out = finish(process)
    assert process.returncode == 1
    assert "the node ended with status 0" in out
    assert "node| bye" in out


@pytest.mark.parametrize(
    "options, words",
    [
        (["--config", "/nonexistent.json"], "no usable configuration"),
        (["--for", "soon"], "--for"),
    ],
)
def test_wrong_use_is_status_2(options, words):
    process = start(*options)
    out = finish(process)
    assert process.returncode == 2
    assert words in out


def test_a_command_that_does_not_exist_is_status_2():
    process = start(node=["/nonexistent/node"])
    out = finish(process)
    assert process.returncode == 2
    assert "cannot start /nonexistent/node" in out


def test_a_node_without_actuators_is_not_asked_for_them(tmp_path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"sensors": [{"instance": 0, "type": "ntc", "period": 2}]}))
    listed = steps("1" * 15, BoardLink(new_board()), load(path))
    assert len(listed) > 20
    assert not [step.title for step in listed if "3306" in step.title]


def test_a_node_is_asked_for_the_instances_that_it_has(tmp_path):
    config = {
        "sensors": [
            {"instance": 3, "type": "mcu", "units": "K"},
            {"instance": 1, "type": "ds18x20", "pin": 4, "rom": "285D6E7F04000065"},
        ],
        "actuators": [{"instance": 4, "dimmer": {"pin": 33}}, {"instance": 2, "switch": {}}],
    }
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    wiring = load(path)
    assert (wiring.sensors, wiring.temperatures) == (("ds18x20-1", "mcu"), (1, 3))
    assert (wiring.actuators, wiring.switch, wiring.dimmer) == ((2, 4), 26, None)
    listed = steps("1" * 15, BoardLink(new_board()), wiring)
    paths = {step.title.split()[1] for step in listed if step.code in (204, 205)}
    assert {path.split("/")[1] for path in paths if "/" in path} == {"1", "2"}
    found = {step.title: step for step in listed}
    readable = [rid for rid in TEMPERATURE_IDS if rid != 5605]
    assert found["read 3303"].check(answer(3303, (1, 3), readable)) == ""
    assert found["read 3303"].check(answer(3303, (1,), readable)).startswith("brought")
    assert found["read 3306"].check(answer(3306, (2, 4), ACTUATION_IDS)) == ""
    assert found["read 3303/1/5701"].check(answer(3303, (1,), (5701,), "Cel")) == ""


def answer(oid, instances, resources, value=20):
    """Return a read's answer with that value in all of them."""
    found = [
        SimpleNamespace(oid=oid, iid=iid, rid=rid, value=value)
        for iid in instances
        for rid in resources
    ]
    return SimpleNamespace(values=found)


def test_a_read_that_cannot_be_answered_in_time_is_left_out(tmp_path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"sensors": [{"instance": i, "type": "mcu"} for i in range(7)]}))
    listed = steps("1" * 15, BoardLink(new_board()), load(path))
    assert "read 3303" not in [step.title for step in listed]


@pytest.mark.parametrize(
    "text, said",
    [
        (None, "No such file or directory"),
        (b"{", "it is no JSON at line 1, column 2"),
        (b"\xff\xff", "it is no UTF-8 text"),
        (b"{}", "a field is missing or wrong, `make node CONFIG="),
        (b"[]", "a field is missing or wrong"),
        (b'{"sensors": []}', "a field is missing or wrong"),
        (b"[" * 3000 + b"]" * 3000, "a field is missing or wrong"),
    ],
)
def test_a_configuration_that_is_none_is_told_in_words(tmp_path, text, said):
    path = tmp_path / "config.json"
    if text is not None:
        path.write_bytes(text)
    with pytest.raises(ValueError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: no usable configuration: {said}")
