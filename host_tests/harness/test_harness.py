"""The test run itself: its limits of time, Ctrl-C ignored around it, and both event loops."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
import skiploop
import vloop

import upytest

ROOT = Path(__file__).resolve().parents[2]
LOOPS = pytest.mark.parametrize("loop", [vloop, skiploop])
HANGS = {
    "a loop that never ends": "def test_hangs():\n    while True:\n        pass\n",
    "a program that waits": "import subprocess\ndef test_hangs():\n"
    "    subprocess.run(['sleep', '60'])\n",
    "a thread that is waited for": "import threading, time\ndef test_hangs():\n"
    "    each = threading.Thread(target=time.sleep, args=(60,), daemon=True)\n"
    "    each.start()\n    each.join()\n",
    "a task in virtual time": "import asyncio, vtime\ndef test_hangs():\n    async def busy():\n"
    "        while True:\n            await vtime.clock.sleep_ms(1)\n    vtime.run(busy())\n",
}


def pytest_run(*args):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *args],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_test_that_hangs_fails_by_its_name_and_the_next_ones_run(tmp_path, workers):
    for number, text in enumerate(HANGS.values()):
        (tmp_path / f"test_hang{number}.py").write_text(text)
    (tmp_path / "test_later.py").write_text("def test_good():\n    pass\n")
    config = ["-c", "pyproject.toml", f"--rootdir={ROOT}", "-o", "timeout=1"]
    done = pytest_run(*config, "-n", workers, str(tmp_path))
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{len(HANGS)} failed, 1 passed" in done.stdout
    for number in range(len(HANGS)):
        # In virtual time the alarm may end another task, and the loop says that nothing is left.
        assert f"FAILED test_hang{number}.py::test_hangs - " in done.stdout


def test_every_test_has_a_limit_of_time(request):
    assert 0 < float(request.config.getini("timeout")) <= 300


def test_a_test_that_hangs_under_micropython_is_named(tmp_path):
    path = tmp_path / "test_odd.py"
    path.write_text(
        "import unittest\nclass Odd(unittest.TestCase):\n    def test_a(self):\n        pass\n"
        "    def test_b(self):\n        while True:\n            pass\n"
    )
    device = [str(ROOT / "lib"), str(ROOT / "firmware")]
    _, ran, failed, _, out = upytest.run_file(path, "", "4M", device, 2)
    assert (ran, failed) == (1, 1)
    assert out == "FAIL test_odd.Odd.test_b took longer than 2 s\n"


@pytest.mark.parametrize("workers", ["0", "1"])
def test_where_sigint_is_ignored_ctrl_c_still_ends_what_tests_start(workers):
    # as `make test &` in a script: a shell without job control ignores SIGINT for it
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", workers]
    command += ["host_tests/bench/test_entry.py"]
    done = subprocess.run(
        ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@LOOPS
def test_time_moves_on_by_what_is_slept_to_the_ms(loop):
    made = []

    async def program():
        for _ in range(1000):
            await loop.nap(1.1)
        await loop.nap(30 * 86_400_000)
        return made[0].now

    assert abs(loop.run(program(), made=made.append) - 30 * 86_400_000 - 1100) < 0.01


@LOOPS
def test_a_program_that_waits_for_nothing_that_comes_is_told(loop):
    async def program():
        await asyncio.Event().wait()

    with pytest.raises(vloop.DeadlockError):
        loop.run(program())


@LOOPS
def test_time_that_is_stretched_is_so_on_both_loops(loop):
    made = []

    async def program():
        await loop.nap(10)
        return made[0].now

    assert loop.run(program(), lambda due, now: due + 7, made.append) == 17
