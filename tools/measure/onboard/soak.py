"""COUNT operations of all kinds at full speed; prints a line of JSON: the heap over them."""

import gc
import json
import sys
from array import array

from small import OPERATIONS, Small, lines_of, longest

COUNT = int(sys.argv[1])
STEP = max(1, COUNT // 50)

small = Small()
gc.threshold(4096)  # as the node has it
heap = array("I", [0] * (COUNT // STEP + 1))  # nothing of ours grows
worst_us = 0
msgid = 0
for done in range(COUNT + 1):
    if done % STEP == 0:
        worst_us = longest(worst_us)
        heap[done // STEP] = gc.mem_alloc()
    name, text = OPERATIONS[done % len(OPERATIONS)]
    msgid = msgid % 65535 + 1
    small.operate(text % msgid, lines_of(name))
stats = small.at.status()
print(
    json.dumps(
        {
            "step": STEP,
            "heap": list(heap),
            "gc_us": worst_us,
            "total": gc.mem_alloc() + gc.mem_free(),
            "faults": stats["faults"] + stats["malformed"] + small.dispatcher.faults,
            "replies": stats["replies"],
        }
    )
)
