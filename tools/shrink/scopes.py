"""Who owns each name in a module: the module, a function, a class or a comprehension."""

import ast
from collections import defaultdict

from shrink.trees import children

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_CALLED = (*FUNCTIONS, ast.Lambda)
_LOOPS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (*_CALLED, ast.ClassDef, *_LOOPS)
_APART = (ast.Global, ast.Nonlocal)
_BINDING = (ast.Name, ast.arg, *FUNCTIONS, ast.ClassDef, ast.ExceptHandler)
_BINDING += (ast.Import, ast.ImportFrom)
_NOTED = (*_BINDING, *_APART)


class Scopes:
    """The variables of a tree. Changing the tree by other means than `rename` outdates this."""

    def __init__(self, tree):
        self._tree = tree
        self._nodes = {id(tree): tree}
        self._bound = {id(tree): set()}  # id of the scope: the names it binds
        self._places = defaultdict(list)  # (id of the scope, name): how to spell it anew
        self.functions = []
        self._scope(tree, [])

    def bound(self, scope):
        """Return the names that scope owns."""
        return set(self._bound[id(scope)])

    def owners(self, name):
        """Return the scopes that own a variable called name."""
        return [self._nodes[owner] for owner, own in list(self._places) if own == name]

    def local(self):
        """Return the names that functions, classes and comprehensions own."""
        return set().union(*(n for owner, n in self._bound.items() if owner != id(self._tree)))

    def rename(self, scope, old, new):
        """Call the variable old of scope new, wherever it is meant."""
        places = self._places.pop((id(scope), old), [])
        for spell in places:
            spell(new)
        self._places[id(scope), new] += places
        if old in self._bound[id(scope)]:
            self._bound[id(scope)].remove(old)
            self._bound[id(scope)].add(new)

    def _scope(self, scope, outer):
        """Note every name in scope, and in those inside it."""
        inside = list(_inside(scope))
        names = _bound(inside)
        self._bound[id(scope)] = names
        chain = [*outer, (scope, names)]
        self._nodes[id(scope)] = scope
        if isinstance(scope, _CALLED):
            self.functions.append(scope)
        for node in inside:
            if isinstance(node, _NOTED):
                self._note(node, chain)
            if isinstance(node, _SCOPES) and node is not scope:
                for part in _before(node):
                    self._expression(part, chain)
                self._scope(node, chain)

    def _expression(self, node, chain):
        """Note the names of an expression that is evaluated outside the scope it belongs to."""
        self._note(node, chain)
        if isinstance(node, _SCOPES):
            self._scope(node, chain)
        else:
            for child in children(node):
                self._expression(child, chain)

    def _note(self, node, chain):
        if isinstance(node, ast.Name):
            self._place(node.id, chain, node, "id")
        elif isinstance(node, ast.arg):
            self._place(node.arg, chain, node, "arg")
        elif isinstance(node, (*FUNCTIONS, ast.ClassDef)) and node is not chain[-1][0]:
            self._place(node.name, chain, node, "name")
        elif isinstance(node, ast.ExceptHandler) and node.name:
            self._place(node.name, chain, node, "name")
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                here = (alias.asname or alias.name).split(".")[0]
                self._place(here, chain, alias, "asname")
        elif isinstance(node, ast.Global):
            for i, name in enumerate(node.names):
                self._bound[id(self._tree)].add(name)
                self._places[id(self._tree), name].append(_item(node.names, i))
        elif isinstance(node, ast.Nonlocal):
            for i, name in enumerate(node.names):
                self._spelled(name, chain, _item(node.names, i))

    def _place(self, name, chain, node, field):
        self._spelled(name, chain, lambda new: setattr(node, field, new))

    def _spelled(self, name, chain, spell):
        for i, (scope, names) in enumerate(reversed(chain)):
            if name in names and (i == 0 or not isinstance(scope, ast.ClassDef)):
                break
        else:
            scope = self._tree
        self._places[id(scope), name].append(spell)


def bound(function):
    """Return the names that function owns."""
    return _bound(list(_inside(function)))


def _bound(inside):
    shared = {name for node in inside if isinstance(node, _APART) for name in node.names}
    binding = [node for node in inside if isinstance(node, _BINDING)]
    return {name for node in binding for name in _binds(node)} - shared


def _item(items, i):
    def spell(new):
        items[i] = new

    return spell


def _before(node):
    """Return the parts of a scope that belong to the one around it."""
    if isinstance(node, _CALLED):
        parts = [*node.args.defaults, *[d for d in node.args.kw_defaults if d]]
        return parts + getattr(node, "decorator_list", [])
    if isinstance(node, ast.ClassDef):
        return [*node.bases, *node.keywords, *node.decorator_list]
    return [node.generators[0].iter]


def _inside(scope):
    """Yield the nodes of scope, those of the scopes in it left out, but not these themselves."""
    if isinstance(scope, _CALLED):
        args = scope.args
        yield from [*args.posonlyargs, *args.args, *args.kwonlyargs]
        yield from [arg for arg in (args.vararg, args.kwarg) if arg]
        waiting = list(scope.body) if isinstance(scope.body, list) else [scope.body]
    elif isinstance(scope, (ast.ClassDef, ast.Module)):
        waiting = list(scope.body)
    else:
        waiting = children(scope)
        first = scope.generators[0]
        waiting[waiting.index(first)] = first.target
        waiting += first.ifs
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _SCOPES):
            waiting += children(node)


def _binds(node):
    """Return the names that a node binds."""
    if isinstance(node, ast.Name):
        return () if isinstance(node.ctx, ast.Load) else (node.id,)
    if isinstance(node, ast.arg):
        return (node.arg,)
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        return (node.name,)
    if isinstance(node, ast.ExceptHandler) and node.name:
        return (node.name,)
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [(alias.asname or alias.name).split(".")[0] for alias in node.names]
    return ()
