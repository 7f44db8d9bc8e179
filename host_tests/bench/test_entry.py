"""Ctrl-C while a program is still loading; an output that is full or closed."""

import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / "tools"


def started(tmp_path, text):
    (tmp_path / "slow.py").write_text(text)
    code = "import sys; sys.path.insert(0, %r); sys.argv[:] = ['entry', 'slow', 'x']; " % str(
        tmp_path
    )
    code += "import runpy; runpy.run_module('entry', run_name='__main__')"
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert child.stdout.readline() == "now\n"
    child.send_signal(signal.SIGINT)
    return child.communicate(timeout=30)[0], child.returncode


def test_ctrl_c_while_it_loads_is_no_traceback(tmp_path):
    text = "import time\nprint('now', flush=True)\ntime.sleep(30)\n"
    assert started(tmp_path, text) == ("", 130)


def test_ctrl_c_afterwards_is_the_programs_own(tmp_path):
    text = (
        "import sys, time\n"
        "def main():\n"
        "    try:\n"
        "        print('now', flush=True)\n"
        "        time.sleep(30)\n"
        "    except KeyboardInterrupt:\n"
        "        print('left', sys.argv)\n"
        "        sys.exit(3)\n"
    )
    assert started(tmp_path, text) == ("left ['slow', 'x']\n", 3)


def entry(module, *arguments, **options):
    command = [sys.executable, "-m", "entry", module, *arguments]
    env = {**os.environ, "PYTHONPATH": str(TOOLS)}
    return subprocess.Popen(command, stderr=subprocess.PIPE, env=env, text=True, **options)


PROGRAMS = ("onenet.cli", "bench.cli", "uplink.cli", "measure", "energy", "chaos", "replay")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux only")
@pytest.mark.parametrize("module", PROGRAMS)
def test_an_output_that_is_full_is_one_sentence_and_status_1(module):
    with open("/dev/full", "w") as full:
        child = entry(module, "--help", stdout=full)
        told = child.communicate(timeout=60)[1]
    assert told == "%s: the output cannot be written: No space left on device\n" % module
    assert child.returncode == 1


@pytest.mark.parametrize("module", PROGRAMS)
def test_an_output_that_is_closed_is_no_traceback(module):
    reading, writing = os.pipe()
    os.close(reading)
    child = entry(module, "--help", stdout=writing)
    os.close(writing)
    assert child.communicate(timeout=60)[1] == ""
    assert child.returncode == 1


def test_the_bench_ends_with_status_1_when_nobody_reads_it_any_more():
    where = ("--at", "127.0.0.1:0", "--board", "127.0.0.1:0", "--http", "127.0.0.1:0")
    reading, writing = os.pipe()
    os.close(reading)
    child = entry("bench.cli", "--memory", *where, stdout=writing)
    os.close(writing)
    assert child.communicate(timeout=60)[1] == ""
    assert child.returncode == 1


@pytest.mark.parametrize("script", ["onenet", "m5310-bench", "m5310-udp"])
def test_the_installed_commands_are_loaded_by_entry(script):
    with open(TOOLS.parent / "pyproject.toml", "rb") as file:
        assert tomllib.load(file)["project"]["scripts"][script].startswith("entry:")
