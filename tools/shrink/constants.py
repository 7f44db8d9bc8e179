"""Numbers where they are used: what one module defines with const() and another imports."""

import ast

from shrink.scopes import Scopes
from shrink.trees import walk


def inline(program):
    """Put imported constants in place; hide those that nobody can ask for any more."""
    constants = {
        (module, node.targets[0].id): value_of(node)
        for module, tree in program.trees.items()
        for node in tree.body
        if value_of(node) is not None
    }
    asked = {(n.module, alias.name) for n in program.others(ast.ImportFrom) for alias in n.names}
    swapped = set()
    for module, tree in program.trees.items():
        swap = _Swap(constants, *_imports(program, module, tree, constants))
        swap.visit(tree)
        swapped |= swap.used
        left = {node.id for node in walk(tree) if isinstance(node, ast.Name)}
        Unimport(swap.here - left | {"const"}).visit(tree)  # the compiler itself knows const
    left = {
        (program.origin(node, module), alias.name)
        for module, tree in program.trees.items()
        for node in walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    seen = {node.attr for node in program.others(ast.Attribute)}
    scopes = {}
    for module, name in swapped - asked - left:
        if name not in seen:
            tree = program.trees[module]
            if module not in scopes:
                scopes[module] = Scopes(tree)
            _hide(scopes[module], tree, name)


def value_of(node):
    """Return the number that a statement `NAME = const(number)` binds, else None."""
    if (
        isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", None) == "const"
    ):
        try:
            value = ast.literal_eval(node.value.args[0])
        except ValueError:
            return None
        return value if type(value) is int else None
    return None


def _imports(program, module, tree, constants):
    """Return ({name here: constant}, {name here: module}), as far as tree only reads them."""
    names = {}
    modules = {}
    nodes = walk(tree)
    assigned = {
        node.id
        for node in nodes
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }
    assigned |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            origin = program.origin(node, module)
            for alias in node.names:
                here = alias.asname or alias.name
                if here in assigned:
                    continue
                if (origin, alias.name) in constants:
                    names[here] = (origin, alias.name)
                elif f"{origin}.{alias.name}" in program.trees:
                    modules[here] = f"{origin}.{alias.name}"
    return names, modules


class _Swap(ast.NodeTransformer):
    """Puts numbers in the place of names. used: the constants; here: the names they had."""

    def __init__(self, constants, names, modules):
        self._constants = constants
        self._names = names
        self._modules = modules
        self.used = set()
        self.here = set()

    def visit_Name(self, node):
        return self._number(node, self._names.get(node.id), node.id)

    def visit_Attribute(self, node):
        here = getattr(node.value, "id", None)
        found = self._number(node, (self._modules.get(here), node.attr), here)
        return self.generic_visit(node) if found is node else found

    def _number(self, node, key, here):
        if key not in self._constants:
            return node
        self.used.add(key)
        self.here.add(here)
        return ast.Constant(self._constants[key])


class Unimport(ast.NodeTransformer):
    """Takes names out of `from ... import`."""

    def __init__(self, names):
        self._names = names

    def visit_ImportFrom(self, node):
        node.names = [a for a in node.names if (a.asname or a.name) not in self._names]
        return node if node.names else None


def _hide(scopes, tree, name):
    """Make a constant private: then the compiler puts it in place and drops its name."""
    hidden = "_" + name
    taken = {node.id for node in walk(tree) if isinstance(node, ast.Name)}
    while hidden in taken:
        hidden += "_"
    scopes.rename(tree, name, hidden)
