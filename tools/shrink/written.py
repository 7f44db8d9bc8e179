"""One function as it is written out in the place of a call."""

import ast
import copy
from itertools import count

from shrink.trees import walk

_LOOPS = (ast.For, ast.While, ast.AsyncFor)
_CALM = (ast.Name, ast.Constant, ast.Attribute, ast.Compare, ast.UnaryOp, ast.BoolOp)
_INNER = (ast.cmpop, ast.boolop, ast.unaryop, ast.expr_context)


class Place:
    """A call of function, whose arguments are given: [(name, expression), ...].

    theirs: the names of the caller's variables, own: those of the function's.
    """

    def __init__(self, function, given, theirs, own):
        self._function = function
        self._given = given
        self._theirs = theirs
        self._own = own
        self._names = (
            name for name in (f"{function.name}_{n}" for n in count()) if name not in theirs
        )

    def statements(self, statement, call, last):
        """Return what does what statement does, None where there is no way.

        last: the caller ends behind it.
        """
        if not self._fits(statement, call):
            return None
        if not isinstance(statement, ast.Return) and _deep(self._function.body):
            return None
        body, before = self._arguments()
        if isinstance(statement, ast.Return):
            return before + body + ([] if _ends(body[-1]) else [ast.Return(None)])
        if last and isinstance(statement, ast.Expr) and not any(r.value for r in _returns(body)):
            return before + body
        value = next(self._names)
        target = _target(statement, value)
        if target and not _ends(body[-1]):
            body.append(ast.Return(ast.Constant(None)))
        returns = _returns(body)
        if returns and (len(returns) > 1 or returns[0] is not body[-1]):
            body = [ast.While(ast.Constant(True), _broken(body, target), [])]
            if not _ends(body[0].body[-1]):
                body[0].body.append(ast.Break())
        elif returns:
            body = [*body[:-1], *_instead(returns[0], target)]
        if isinstance(statement, ast.If):
            found = ast.Name(value, ast.Load())
            test = statement.test
            test = ast.UnaryOp(test.op, found) if isinstance(test, ast.UnaryOp) else found
            body.append(ast.If(test, statement.body, statement.orelse))
        return before + body

    def expression(self, statement, call):
        """Return [statement] with the function's only expression for call, or None."""
        (only, *rest) = self._function.body
        if rest or not isinstance(only, ast.Return) or not only.value:
            return None
        if isinstance(self._function, ast.AsyncFunctionDef):
            return None
        swaps = {}
        for name, given in self._given:
            fixed = self._fixed(given)
            if name in self._stored() or not (fixed or _early(only.value, name, given)):
                return None
            swaps[name] = given
        new = Swap(swaps).visit(copy.deepcopy(only.value))
        return [_Replace(call, new).visit(statement)]

    def _fits(self, statement, call):
        """Tell whether call is the whole of statement, or of what it asks or keeps."""
        if isinstance(statement, ast.If):
            test = statement.test
            value = test.operand if isinstance(test, ast.UnaryOp) else test
        elif isinstance(statement, (ast.Expr, ast.Assign, ast.Return)):
            value = statement.value
        else:
            return False
        if isinstance(self._function, ast.AsyncFunctionDef):
            value = value.value if isinstance(value, ast.Await) else None
        return value is call

    def _arguments(self):
        """Return (body of the function with names of the caller, what gives them values)."""
        swaps = {}
        before = []
        for name, given in self._given:
            if name not in self._stored() and self._fixed(given):
                swaps[name] = given
            else:
                swaps[name] = ast.Name(next(self._names), ast.Load())
                before.append(ast.Assign([ast.Name(swaps[name].id, ast.Store())], given))
        for name in sorted(self._own - set(swaps)):
            swaps[name] = ast.Name(next(self._names), ast.Load())
        body = [Swap(swaps).visit(copy.deepcopy(node)) for node in self._function.body]
        return body, before

    def _stored(self):
        """Return the names that the function, or a comprehension in it, gives values to."""
        nodes = list(walk(self._function))
        names = [n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        names += [n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Del)]
        return {*names, *[n.name for n in nodes if isinstance(n, ast.ExceptHandler)]}

    def _fixed(self, given):
        """Tell whether given has the same value all the time."""
        return isinstance(given, ast.Constant) or getattr(given, "id", None) in self._theirs


class Swap(ast.NodeTransformer):
    """Puts expressions in the place of names; swaps: {name: expression}."""

    def __init__(self, swaps):
        self._swaps = swaps

    def visit_Name(self, node):
        new = self._swaps.get(node.id)
        if isinstance(new, ast.Name):
            return ast.Name(new.id, node.ctx)
        return copy.deepcopy(new) if new else node

    def visit_alias(self, node):
        new = self._swaps.get(node.asname or node.name)
        return ast.alias(node.name, new.id) if new else node

    def visit_ExceptHandler(self, node):
        if node.name in self._swaps:
            node.name = self._swaps[node.name].id
        return self.generic_visit(node)


class _Replace(ast.NodeTransformer):
    def __init__(self, old, new):
        self._old = old
        self._new = new

    def visit_Call(self, node):
        return self._new if node is self._old else self.generic_visit(node)


def _early(expression, name, given):
    """Tell whether given may be evaluated where name stands: once, and before any call."""
    calm = all(isinstance(node, (*_CALM, *_INNER)) for node in walk(given))
    uses = [n for n in walk(expression) if isinstance(n, ast.Name) and n.id == name]
    if not calm or len(uses) != 1:
        return False
    order = []
    _evaluated(expression, order)
    return not any(isinstance(node, ast.Call) for node in order[: order.index(uses[0])])


def _evaluated(node, order):
    for child in ast.iter_child_nodes(node):
        _evaluated(child, order)
    order.append(node)


def _target(statement, value):
    """Return where the value of the call goes; None: nowhere."""
    if isinstance(statement, ast.If):
        return [ast.Name(value, ast.Store())]
    return statement.targets if isinstance(statement, ast.Assign) else None


def _returns(body):
    return [n for node in body for n in walk(node) if isinstance(n, ast.Return)]


def _ends(statement):
    """Tell whether nothing comes behind statement."""
    if isinstance(statement, ast.If):
        return bool(statement.orelse) and _ends(statement.body[-1]) and _ends(statement.orelse[-1])
    return isinstance(statement, (ast.Return, ast.Raise, ast.Break))


def _deep(body):
    """Tell whether a return stands in a loop, or is delayed by a finally."""
    for node in body:
        for inner in walk(node):
            loop = isinstance(inner, _LOOPS)
            if (loop or getattr(inner, "finalbody", None)) and _returns([inner]):
                return True
    return False


def _instead(returned, target):
    """Return what a return is where the function is written out."""
    value = returned.value or ast.Constant(None)
    if target:
        return [ast.Assign(copy.deepcopy(target), value)]
    return [] if isinstance(value, (ast.Name, ast.Constant)) else [ast.Expr(value)]


def _broken(body, target):
    """Return body with every return as the end of a loop."""
    new = []
    for node in body:
        if isinstance(node, ast.Return):
            new += [*_instead(node, target), ast.Break()]
            continue
        for field in ("body", "orelse", "handlers"):
            if getattr(node, field, None):
                setattr(node, field, _broken(getattr(node, field), target))
        new.append(node)
    return new
