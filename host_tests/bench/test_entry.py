"""Ctrl-C while a program is still loading."""

import signal
import subprocess
import sys


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
