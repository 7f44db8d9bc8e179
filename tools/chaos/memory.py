"""How much a node holds on CPython: the bytes of all objects of its own, no code, no devices."""

import gc
import sys
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType

_OURS = ("m5310", "lwm2m", "node")
_NOT = (ModuleType, FunctionType, BuiltinFunctionType, CodeType, type)
_PLAIN = (dict, list, tuple, set, frozenset, str, bytes, bytearray, memoryview, int, float)


def held(root):
    """Return the bytes of what can be reached from root."""
    seen = set()
    stack = [root]
    total = 0
    while stack:
        each = stack.pop()
        if id(each) in seen or isinstance(each, _NOT):
            continue
        seen.add(id(each))
        kind = type(each)
        if kind not in _PLAIN and kind.__module__.split(".")[0] not in _OURS:
            if not callable(each):  # a bound method leads on to its object
                continue
        total += sys.getsizeof(each)
        stack.extend(gc.get_referents(each))
    return total
