"""The power fails at every single write of a deployment, and the board still starts one version.

What the tool has a board run is recorded, and played to the memory of one interpreter, which then
boots from what is left. LittleFS: at every write to the flash memory, which is left half done.
FAT: behind every operation on a file.
"""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from deploy import install
from deploy.link import Link
from upytest import interpreter

SWEEP = Path(__file__).with_name("power_sweep.py")
ROOT = Path(__file__).resolve().parents[2]
BOOT = (ROOT / "firmware/boot.py").read_text()
SWITCH = (ROOT / "firmware/switch.py").read_text()

OLD = {"boot.py": "import sys\n", "main.py": "old\n", "lib/node/a.py": "a = 1\n" * 200}
OLD |= {"lib/node/b.py": "b = 1\n", "lib/node/sensors/gone.py": "g = 1\n", "deployed.json": "{}"}
NEW = {"boot.py": BOOT, "switch.py": SWITCH, "main.py": "new\n", "lib/node/a.py": "a = 2\n" * 700}
NEW |= {"lib/node/b.py": "b = 1\n", "lib/lwm2m/deep/c.py": "c = 3\n", "deployed.json": "{1}"}


class Recorder:
    """What Link is for install, with an interpreter's memory for the files; keeps the codes."""

    def __init__(self, files):
        self.files = dict(files)
        self.codes = []

    def run(self, code, step=None, slow=False):
        self.codes.append(code)
        return ""

    write = Link.write

    def deploy(self, files):
        install.prepare(self)
        present = {path: (len(t), install.digest(t.encode())) for path, t in self.files.items()}
        wanted = {path: text.encode() for path, text in files.items()}
        plan = install.compare(wanted, present)
        for path in plan.copy:
            self.write("next/" + install.stage_name(path, wanted[path]), wanted[path])
        install.switch(self, plan, wanted)


def codes(before, after):
    recorder = Recorder(before)
    recorder.run("import os")
    recorder.run("try: os.mkdir('next')\nexcept OSError: pass")
    recorder.deploy(after)
    return recorder.codes


@pytest.mark.parametrize("fat", [False, True], ids=["littlefs", "fat"])
@pytest.mark.parametrize("old", [OLD, {**NEW, **OLD, "boot.py": BOOT}], ids=["first", "again"])
def test_a_power_cut_anywhere_leaves_the_old_version_or_the_new_one(tmp_path, fat, old):
    job = tmp_path / "job.json"
    first = codes({}, old)
    then = codes(old, NEW)
    job.write_text(json.dumps({"fat": fat, "first": first, "then": then, "old": old, "new": NEW}))
    command = [interpreter(), "-X", "heapsize=32M", str(SWEEP), str(job)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=100, check=False, env=dict(os.environ)
    )
    assert "BAD" not in done.stdout, done.stdout + done.stderr
    # Lines before it are of forgotten files, closed by a collection when they are without power.
    last = re.search(r"^CUTS (\d+) (\d+) (\d+) (\w+)$", done.stdout, re.M)
    assert last, done.stdout + done.stderr
    cuts, olds, news, complete = last.groups()
    assert int(cuts) == int(olds) + int(news)
    assert int(olds) > 15
    assert int(news) > 5
    assert complete == "True"
