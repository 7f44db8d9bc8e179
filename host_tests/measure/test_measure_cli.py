"""The command: what it prints and writes, its exit status, and what it says when it cannot."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from measure import __main__ as program
from measure.result import Result, Table, Target
from measure.work import Unmeasurable


@pytest.fixture
def part(monkeypatch):
    """Have the part parse measured in no time: part(result or exception)."""
    monkeypatch.setattr(program.pcnode, "build", lambda: None)
    monkeypatch.setattr(program, "_REST_S", 0.01)

    def fake(result):
        def measure(scale, say):
            say("measuring at %g" % scale)
            if isinstance(result, Exception):
                raise result
            return result

        monkeypatch.setattr(program, "_part", lambda name: measure)

    return fake


def result(value):
    table = Table("Lines a second", ("way", "256"), [("driver", "%d" % value)])
    data = {"rates": {256: {"driver": value, "a": 1, "b": 2}}}
    return Result("parse", [table], [Target.at_least("driver", value, 5, "times")], data)


def test_tables_files_and_targets(part, tmp_path):
    part(result(7))
    done = CliRunner().invoke(program.main, ["parse", "--out", str(tmp_path), "--scale", "0.5"])
    assert done.exit_code == 0, done.output
    for text in ("machine", "idle timer", "measuring at 0.5", "Lines a second", "driver", "met"):
        assert text in done.output
    body = json.loads((tmp_path / "parse.json").read_text())
    assert body["part"] == "parse"
    assert body["rates"]["256"]["driver"] == 7
    assert body["targets"] == [
        {"target": "driver", "value": 7, "limit": 5, "least": True, "unit": "times", "met": True}
    ]
    assert {"date", "machine", "versions", "interpreter", "commit"} <= set(body["conditions"])
    assert (tmp_path / "parse.png").stat().st_size > 1000


def test_a_missed_target_is_told_and_is_exit_status_1(part, tmp_path):
    part(result(4))
    done = CliRunner().invoke(program.main, ["parse", "--out", str(tmp_path)])
    assert done.exit_code == 1
    assert "MISSED" in done.output


def test_what_cannot_be_measured_is_exit_status_2_and_a_sentence(part, tmp_path):
    part(Unmeasurable("the node ended; its last words: none"))
    done = CliRunner().invoke(program.main, ["parse", "--out", str(tmp_path)])
    assert done.exit_code == 2
    assert "measure: the node ended" in done.output
    assert "Traceback" not in done.output


def test_a_folder_that_cannot_be_written_is_told(part, tmp_path):
    part(result(7))
    (tmp_path / "file").write_text("")
    done = CliRunner().invoke(program.main, ["parse", "--out", str(tmp_path / "file" / "x")])
    assert done.exit_code == 2
    assert "Not a directory" in done.output


@pytest.mark.parametrize("args", [["speed"], ["--scale", "0"], ["--scale", "fast"]])
def test_wrong_arguments_are_refused_with_what_is_right(args):
    done = CliRunner().invoke(program.main, args)
    assert done.exit_code == 2
    assert "latency" in done.output or "range" in done.output or "float" in done.output


def test_help_does_not_load_the_plots():
    code = "import sys; from measure.__main__ import main\n"
    code += "main(['--help'], standalone_mode=False); print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Exit status 0" in done.stdout
    assert done.stdout.strip().endswith("False")
