"""boot.py finishes a deployment that is complete, and starts the old version with any other."""

import os
import subprocess

import pytest

from upytest import ROOT, interpreter

BOOT = (ROOT / "firmware/boot.py").read_text() + "\nprint('RETURNED')\n"
LIST = "0 lib/node/a.py\n1 main.py\n2 end\n- old.py\nend"
OLD = {"lib/node/a.py": "old a", "main.py": "old main", "old.py": "old"}
NEW = {"lib/node/a.py": "new a", "main.py": "new main", "end": "new end"}


def fill(board, ready):
    """Make the old version, and a new one in next/ with the list ready (bytes)."""
    for path, text in OLD.items():
        (board / path).parent.mkdir(parents=True, exist_ok=True)
        (board / path).write_text(text)
    (board / "next").mkdir(exist_ok=True)
    for name, text in zip("012", NEW.values()):
        (board / "next" / name).write_text(text)
    (board / "next/ready").write_bytes(ready)


def version(board):
    """Return {path: text} of what is outside of next/."""
    there = [path for path in board.rglob("*") if path.is_file() and "next" not in path.parts]
    return {path.relative_to(board).as_posix(): path.read_text() for path in there}


def boot(board, more=""):
    """Run boot.py on board; return what it printed."""
    return subprocess.run(
        [interpreter(), "-c", more + BOOT],
        cwd=board,
        env=dict(os.environ, MICROPYPATH=f"{board}:{ROOT / 'firmware'}:.frozen"),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    ).stdout


def test_a_complete_deployment_is_switched_in(tmp_path):
    fill(tmp_path, LIST.encode())
    assert boot(tmp_path) == "RETURNED\n"
    assert version(tmp_path) == NEW
    assert not (tmp_path / "next").exists()


def test_a_list_that_is_cut_off_at_any_byte_is_not_gone_through(tmp_path):
    for end in range(len(LIST)):
        fill(tmp_path, LIST[:end].encode())
        said = boot(tmp_path)
        assert version(tmp_path) == OLD, LIST[:end]
        assert (
            said == "half a deployment is here, and is not used; run make deploy again\nRETURNED\n"
        )


DAMAGES = [
    LIST.encode() + b"\n",
    LIST.encode().replace(b"0 lib", b"0lib"),
    LIST.encode().replace(b"1 main", b"\xff\xfe main"),
    LIST.encode().replace(b"- old.py", b"- "),
    LIST.encode().replace(b"1 main.py\n", b"\n"),
    LIST.encode().replace(b"1 main.py", b" main.py"),
    b"\0" * 512,
    b"\xff" * 512,
]


@pytest.mark.parametrize("ready", DAMAGES)
def test_a_damaged_list_is_none(tmp_path, ready):
    fill(tmp_path, ready)
    assert boot(tmp_path).endswith("RETURNED\n")
    assert version(tmp_path) == OLD


@pytest.mark.parametrize("error", ["MemoryError", "ValueError('x')", "OSError(28)", "TypeError"])
def test_whatever_the_switch_raises_boot_returns(tmp_path, error):
    fill(tmp_path, LIST.encode())
    said = boot(tmp_path, f"import switch\ndef finish(): raise {error}\nswitch.finish = finish\n")
    assert said.startswith("the deployment cannot be finished: " + error[:8])
    assert said.endswith("run make deploy again\nRETURNED\n")
    assert version(tmp_path) == OLD
