"""What each module of the device code takes of the heap once it is loaded. Prints JSON."""

import builtins
import gc
import json
import sys


class _Anything:
    """Stands for a board's machine and pins: modules only have to load."""

    def __getattr__(self, name):
        return _Anything()

    def __call__(self, *args, **options):
        return self


for _name in ("machine", "pins", "onewire", "chip", "pyb"):
    sys.modules[_name] = _Anything()

taken = {}  # module: bytes, without what it loads itself
_stack = [0]  # bytes that the modules inside each one under way took
_import = builtins.__import__


def _counted(name, *args):
    if name in sys.modules or (args and len(args) > 3 and args[3]):
        return _import(name, *args)
    return _around(name, args)


def _around(name, args):
    gc.collect()
    before = gc.mem_alloc()
    _stack.append(0)
    known = set(sys.modules)
    result = _import(name, *args)
    gc.collect()
    total = gc.mem_alloc() - before
    inside = _stack.pop()
    _stack[-1] += total
    if len(set(sys.modules) - known):
        taken[name] = taken.get(name, 0) + total - inside
    return result


builtins.__import__ = _counted
failed = {}
for name in sys.argv[1:]:
    if name not in sys.modules:
        try:
            __import__(name)
        except Exception as e:
            failed[name] = repr(e)
print(json.dumps({"loaded": taken, "failed": failed}))
