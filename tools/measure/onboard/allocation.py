"""Bytes that each URC and each reply allocates. Prints a line of JSON.

Measured between turns of the driver, when no function is under way: while one is, its own frame
may be on the heap, and goes when it returns.
"""

import gc
import json

from small import OPERATIONS, Small, lines_of

small = Small()
taken = []


def net(call, *args):
    """Return the bytes that call(*args) leaves behind on the heap, garbage and all."""
    gc.collect()
    gc.disable()
    begun = gc.mem_alloc()
    call(*args)
    ended = gc.mem_alloc()
    gc.enable()
    return ended - begun


def heard(urc):
    small.uart.give(urc)
    small.turn()


def measured(name, urc):
    """Return what an operation allocates: its URC and record, the objects' work, its answer."""
    record = net(heard, urc)
    handled = net(small.dispatcher.handle, taken.pop())
    lines = lines_of(name)
    return {
        "operation": name,
        "lines": lines,
        "record": record - _EMPTY,
        "handled": handled,
        "reply": net(small.answer, lines),
    }


small.at.urc(b"+TEST:", lambda line: None)
small.requests.on_operation = taken.append
_EMPTY = net(heard, b"")
msgid = 1000
for _again in range(2):  # tables have grown the second time
    rows = []
    urc = net(heard, b"\r\n+TEST:0,1008,3303,0,5700\r\n")
    for name, text in OPERATIONS:
        msgid += 1
        rows.append(measured(name, text % msgid))
print(json.dumps({"urc": urc - _EMPTY, "operations": rows}))
