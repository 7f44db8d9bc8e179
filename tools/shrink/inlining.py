"""Functions that one place alone calls, written out there: each by itself takes some 100 bytes.

Only what nobody else can know, inherit or replace; and only where a whole statement is the call,
its value is assigned or returned, or an `if` asks for it, or where all of the function is one
expression.
"""

import ast
import copy
from collections import Counter

from shrink import written
from shrink.scopes import FUNCTIONS, bound
from shrink.trees import children, walk

_LARGEST = 900  # nodes of a function's syntax tree: a heap in pieces has no room for the longest
_APART = (*FUNCTIONS, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_NEVER = (
    *(*FUNCTIONS, ast.Lambda, ast.ClassDef),
    *(ast.Global, ast.Nonlocal, ast.Yield, ast.YieldFrom, ast.With, ast.Import),
)


def inline(program, kept):
    """Write out what is called once, unless its name is in kept."""
    done = True
    while done:
        spelled = _spelled(program)
        once = {name for name in spelled if spelled[name] == spelled["def", name] == 1}
        once = {name for name in once if name not in kept and not name.startswith("__")}
        done = [tree for tree in program.trees.values() if _module(tree, once)]


def _spelled(program):
    """Return how often each name is written in the program, definitions counted apart."""
    spelled = Counter()
    for node in program.nodes(ast.AST):
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            spelled["def", node.name] += 1
        for field in ("attr", "id", "arg", "asname"):
            if field in node._fields:
                spelled[getattr(node, field)] += 1
        if isinstance(node, ast.alias):
            spelled[node.name] += 1
    return spelled


def _module(tree, once):
    """Write out functions of tree whose names are in once; return whether there was one."""
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    own = {node.name for home in (tree, *classes) for node in home.body if hasattr(node, "name")}
    if not own & once:
        return False
    callers = {}  # name: the function that calls it
    for place in (tree, *classes):
        for function in [node for node in place.body if isinstance(node, FUNCTIONS)]:
            for call in [node for node in walk(function) if isinstance(node, ast.Call)]:
                called = call.func
                callers[getattr(called, "attr", getattr(called, "id", None))] = function
    done = False
    for home in (tree, *classes):
        for function in [node for node in home.body if isinstance(node, FUNCTIONS)]:
            caller = callers.get(function.name)
            if function.name in once and caller not in (None, function) and _fit(function, home):
                if _write(home, caller, function):
                    home.body.remove(function)
                    # What it called is called from elsewhere now: the next time.
                    moved = [name for name in callers if callers[name] is function]
                    once = once.difference(moved)
                    done = True
    return done


def _fit(function, home):
    """Tell whether function is plain enough to stand somewhere else."""
    args = function.args
    special = [*args.posonlyargs, *args.kwonlyargs, args.vararg, args.kwarg]
    if any(special) or function.decorator_list:
        return False
    if not all(isinstance(default, ast.Constant) for default in args.defaults):
        return False
    if isinstance(home, ast.ClassDef) and (not args.args or args.args[0].arg != "self"):
        return False
    return not any(isinstance(n, _NEVER) for child in function.body for n in walk(child))


def _write(home, caller, function):
    """Write function, of home, out where caller calls it; return whether that was done."""
    found = _find(caller, function, isinstance(home, ast.ClassDef))
    if not found:
        return False
    block, i, call = found
    size = sum(1 for n in (caller, function) for _ in ast.walk(n))
    theirs, own = bound(caller), bound(function)
    free = {n.id for n in walk(function) if isinstance(n, ast.Name)} - own
    if size > _LARGEST or free & theirs:
        return False
    place = written.Place(function, _given(call, function), theirs, own)
    last = block is caller.body and i + 1 == len(block)
    new = place.statements(block[i], call, last) or place.expression(block[i], call)
    if new:
        block[i : i + 1] = new
    return bool(new)


def _find(caller, function, method):
    """Return (block, index of the statement in it, call) of the call of function in caller."""
    waiting = [caller]
    while waiting:
        parent = waiting.pop()
        for field in ("body", "orelse", "handlers", "finalbody"):
            block = getattr(parent, field, None)
            for i, statement in enumerate(block if isinstance(block, list) else ()):
                if isinstance(statement, _APART):
                    continue
                waiting.append(statement)
                for node in _expressions(statement):
                    if isinstance(node, ast.Call) and _calls(node, function, method):
                        return block, i, node
    return None


def _expressions(statement):
    """Yield the nodes of a statement's own expressions."""
    waiting = [node for node in children(statement) if isinstance(node, ast.expr)]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, _APART):
            yield node
            waiting += children(node)


def _calls(call, function, method):
    """Tell whether call is one of function, with arguments by their places."""
    name = getattr(call.func, "attr" if method else "id", None)
    starred = any(isinstance(arg, ast.Starred) for arg in call.args)
    if name != function.name or call.keywords or starred:
        return False
    most = len(function.args.args) - method
    return most - len(function.args.defaults) <= len(call.args) <= most


def _given(call, function):
    """Return [(name of an argument, what it is given), ...]."""
    args = [arg.arg for arg in function.args.args]
    values = [call.func.value] if isinstance(call.func, ast.Attribute) else []
    values += call.args
    missing = len(args) - len(values)
    values += function.args.defaults[len(function.args.defaults) - missing :] if missing else []
    return list(zip(args, copy.deepcopy(values), strict=True))
