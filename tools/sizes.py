"""make size: the device code as .mpy, and the heap the node holds once it runs."""

import re
import subprocess
import sys

from pcnode import BUILD
from upytest import interpreter

_HEAP = "128K"
_PARTS = {
    "lib/m5310": "m5310/*.mpy",
    "lib/lwm2m": "lwm2m/*.mpy",
    "firmware/node": "node/**/*.mpy",
    "boards/PC": "*.mpy",
}
_PROBE = """
import asyncio, gc
from node import app
def run(coro):
    gc.collect()
    print("HEAP %d %d" % (gc.mem_alloc(), gc.mem_free()))
    raise SystemExit
asyncio.run = run
app.start()
"""


def measure(heap=_HEAP):
    """Return (used, free) bytes of the heap when the example's node has just been set up."""
    command = [interpreter(), "-X", f"heapsize={heap}", "-c", _PROBE]
    runner = f"import pcnode, sys; sys.exit(pcnode.run('127.0.0.1:9', 9600, None, {command!r}, "
    runner += "pcnode.environment(), pcnode.BUILD))"
    done = subprocess.run(
        [sys.executable, "-c", runner], capture_output=True, text=True, timeout=30, check=False
    )
    match = re.search(r"HEAP (\d+) (\d+)", done.stdout)
    if not match:
        sys.exit(f"the node does not start within {heap}:\n{done.stdout}{done.stderr}")
    return int(match[1]), int(match[2])


def report():
    """Print the sizes of the files in build/node and the heap."""
    device = 0
    for part, pattern in _PARTS.items():
        files = sorted(BUILD.glob(pattern))
        total = sum(path.stat().st_size for path in files)
        device += 0 if part == "boards/PC" else total
        print(f"{part:14} {len(files):3} files {total:7} bytes")
        for path in sorted(files, key=lambda p: -p.stat().st_size)[:5]:
            print(f"{'':14} {path.name:22} {path.stat().st_size:7}")
    print(f"device code    {device} bytes of .mpy (boards/PC not counted)")
    used, free = measure()
    print(f"heap           {used} used, {free} free of {_HEAP}, 64-bit, node set up, boards/PC in")
