"""make size: the device code as .mpy, its options, and the heap the node holds once it runs."""

import re
import subprocess
import sys

from devcode import module

from deploy.boards import load
from deploy.modules import optional
from deploy.options import usual
from pcnode import BUILD
from upytest import interpreter

_HEAP = "384K"
_PARTS = {
    "lib/at": "at/*.mpy",
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
    board = load("PC")
    wanted, options_of = usual(board), optional(board)
    every = 0
    options = {}
    for part, pattern in _PARTS.items():
        files = sorted(BUILD.glob(pattern))
        sizes = {path: path.stat().st_size for path in files}
        print(f"{part:14} {len(files):3} files {sum(sizes.values()):7} bytes")
        for path in sorted(files, key=lambda p: -sizes[p])[:5]:
            print(f"{'':14} {path.name:22} {sizes[path]:7}")
        if part == "boards/PC":
            continue
        for path in files:
            name = module(path.relative_to(BUILD).as_posix())
            if name in wanted:
                every += sizes[path]
            elif name in options_of:
                options[name] = sizes[path]
    print(f"device code    {every} bytes of .mpy on a board with config.example.json")
    print(
        f"options        {sum(options.values())} bytes, on boards whose configuration needs them:"
    )
    for name, size in sorted(options.items()):
        print(f"{'':14} {name:22} {size:7}")
    used, free = measure()
    print(f"heap           {used} used, {free} free of {_HEAP}, 64-bit, node set up, boards/PC in")
