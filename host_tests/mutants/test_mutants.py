"""make mutants: names of files, what is judged to change nothing, and the count."""

import json
from pathlib import Path

import pytest

from mutants import __main__ as command
from mutants import stage, survivors


@pytest.mark.parametrize(
    "path",
    ["lib/at/engine.py", "lib/lwm2m/values.py", "firmware/node/outbox/store.py"],
)
def test_a_file_of_the_copy_is_called_what_the_checkout_calls_it(path):
    assert stage.original(stage.staged(path)) == path


def test_other_code_than_that_of_the_device_is_not_mutated():
    assert stage.staged("tools/bench/cli.py") is None
    assert stage.staged("firmware/main.py") is None


def test_all_of_lib_is_mutated_and_what_must_not_be_wrong_for_months():
    files = command.default_files()
    assert "lib/at/engine.py" in files
    assert {
        f"firmware/node/{each}.py" for each in ("supervisor", "outbox/store", "uplink/uplink")
    } < set(files)
    assert all(stage.staged(each) for each in files)


class Fake(survivors.Mutant):
    """A mutant that changes `n < 1` to `n <= 1`."""

    def change(self):
        return ["if n < 1:"], ["if n <= 1:"], "-if n < 1:\n+if n <= 1:"


def fakes(*states):
    return [
        Fake(f"at.engine.x__mutmut_{i}", Path("src/at/engine.py"), s) for i, s in enumerate(states)
    ]


def test_what_was_not_noticed_is_a_survivor():
    living, equivalent = survivors.sorted_out(fakes("killed", "timeout", "survived", "no tests"))
    assert [mutant.status for mutant, _ in living] == ["survived", "no tests"]
    assert equivalent == []


def test_what_is_judged_to_change_nothing_does_not_count(tmp_path, monkeypatch, capsys):
    file = tmp_path / "judged.toml"
    entry = {"file": "lib/at/engine.py", "old": "if n < 1:", "new": "if n <= 1:", "why": "never 1"}
    lines = [f"{key} = {json.dumps(value)}" for key, value in entry.items()]
    file.write_text("[[mutant]]\n" + "\n".join(lines) + "\n")
    monkeypatch.setattr(survivors, "JUDGED", file)
    command.report(fakes("killed", "killed", "killed", "survived"))
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.split() == ["all", "3", "of", "3", "killed", "100.0", "%", "1", "equivalent"]


def test_every_judgement_has_a_file_and_a_reason():
    for (file, old, new), why in survivors.judged().items():
        assert (stage.ROOT / file).is_file(), file
        assert old != new
        assert len(why) > 10, (file, old)
