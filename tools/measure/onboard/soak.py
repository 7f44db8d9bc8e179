"""COUNT operations of all kinds at full speed; prints a line of JSON: the heap over them.

A collection shows as less heap in use than before; what is gone with a function that returns is
back before anybody looks.
"""

import gc
import json
import sys
from array import array

from small import OPERATIONS, Small, lines_of, longest

COUNT = int(sys.argv[1])
STEP = max(1, COUNT // 50 // len(OPERATIONS)) * len(OPERATIONS)  # the same kind each time

small = Small()
gc.threshold(4096)  # as the node has it
heap = array("I", [0] * (COUNT // STEP + 1))  # nothing of ours grows
IDLE = COUNT // 10  # turns in which nothing happens
worst_us = 0
msgid = 0
collections = idle = 0
used = gc.mem_alloc()
for done in range(COUNT + 1):
    if done % STEP == 0:
        worst_us = longest(worst_us)
        used = heap[done // STEP] = gc.mem_alloc()
    name, text = OPERATIONS[done % len(OPERATIONS)]
    msgid = msgid % 65535 + 1
    small.operate(text % msgid, lines_of(name))
    collections += gc.mem_alloc() < used
    used = gc.mem_alloc()
for _ in range(IDLE):
    small.turn(25)
    idle += gc.mem_alloc() < used
    used = gc.mem_alloc()
stats = small.at.status()
print(
    json.dumps(
        {
            "step": STEP,
            "heap": list(heap),
            "gc_us": worst_us,
            "operations_each": (COUNT + 1) / max(collections, 1),
            "idle_turns_each": IDLE / max(idle, 1),
            "total": gc.mem_alloc() + gc.mem_free(),
            "faults": stats["faults"] + stats["malformed"] + small.dispatcher.faults,
            "replies": stats["replies"],
        }
    )
)
