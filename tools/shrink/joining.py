"""One module out of those that stay loaded together: each by itself would cost 250 bytes more."""

import ast

from shrink.scopes import Scopes
from shrink.trees import walk


def join(program, together, name):
    """Replace the modules together (dotted names) by one called name, in the order of need.

    Raises ValueError where that could change what the program does.
    """
    for text in sorted(program.said() & set(together)):
        raise ValueError(f"{text} is loaded by its name: it cannot be joined")
    order = _order(program, together)
    table = _names(program, order)
    for module, tree in program.trees.items():
        _redirect(program, module, tree, table, order, name)
    body = [node for module in order for node in program.trees.pop(module).body]
    program.trees[name] = ast.Module(_once(body), [])


def _imports(program, module, node, together):
    """Yield (alias, module of together, name there or None) of an import statement."""
    if isinstance(node, ast.ImportFrom):
        origin = program.origin(node, module)
        for alias in node.names:
            if origin in together:
                yield alias, origin, alias.name
            elif f"{origin}.{alias.name}" in together:
                yield alias, f"{origin}.{alias.name}", None


def _order(program, together):
    """Return together so that each needs only those before it to be loaded."""
    needs = {
        module: {
            origin
            for node in program.trees[module].body
            for _, origin, _ in _imports(program, module, node, together)
        }
        for module in together
    }
    order = []
    while len(order) < len(together):
        ready = [m for m in together if m not in order and needs[m] <= set(order)]
        if not ready:
            raise ValueError("modules that need each other to be loaded cannot be joined")
        order += ready
    return order


def _names(program, order):
    """Rename what would clash; return {(module, name): name in the joined module}."""
    scopes = {module: Scopes(program.trees[module]) for module in order}
    local = set().union(*(scopes[module].local() for module in order))
    foreign = {}  # what is imported from elsewhere, the same for all: the statement
    table = {}
    for module in order:
        tree = program.trees[module]
        imported = set()
        for node in tree.body:
            ours = [alias for alias, *_ in _imports(program, module, node, order)]
            for alias in getattr(node, "names", []):
                here = alias.asname or alias.name
                imported.add(here)
                if alias not in ours and foreign.setdefault(
                    here, ast.dump(_only(node, alias))
                ) != (ast.dump(_only(node, alias))):
                    raise ValueError(f"{here} of {module} is something else in another module")
        for own in sorted(scopes[module].bound(tree) - imported):
            new = own
            number = 1
            while new in local or new in foreign or new in table.values():
                number += 1
                new = f"{own}_{number}"
            scopes[module].rename(tree, own, new)
            table[module, own] = new
    for here in foreign:
        if here in local or here in table.values():
            raise ValueError(f"{here} is imported by one of the modules and another's own name")
    return table


def _only(node, alias):
    """Return the import statement node with nothing but alias."""
    if isinstance(node, ast.ImportFrom):
        return ast.ImportFrom(node.module, [alias], node.level)
    return ast.Import([alias])


def _redirect(program, module, tree, table, order, name):
    """Have module take what it imports from the joined one, or find it beside itself."""
    inside = module in order
    scopes = Scopes(tree) if inside else None
    for parent in walk(tree):
        for field in ("body", "orelse", "handlers", "finalbody"):
            old = getattr(parent, field, None)
            if not isinstance(old, list):
                continue
            new = []
            for node in old:
                found = list(_imports(program, module, node, order))
                wanted = []
                for alias, origin, there in found:
                    node.names.remove(alias)
                    here = alias.asname or alias.name
                    if there is None:
                        wanted += _members(tree, here, origin, table)
                    elif inside:
                        for scope in scopes.owners(here):
                            scopes.rename(scope, here, table[origin, there])
                    else:
                        wanted.append(ast.alias(table[origin, there], here))
                if not found or node.names:
                    new.append(node)
                if wanted and not inside:
                    new.append(ast.ImportFrom(name, wanted, 0))
            setattr(parent, field, new or ([ast.Pass()] if old else []))


def _members(tree, here, origin, table):
    """Replace here.name by the name alone, everywhere in tree; return the ast.alias of each."""
    swap = _Members(here, origin, table)
    swap.visit(tree)
    if any(isinstance(node, ast.Name) and node.id == here for node in walk(tree)):
        raise ValueError(f"{origin} is used as a whole: it cannot be joined")
    return [ast.alias(new) for new in sorted(swap.found)]


class _Members(ast.NodeTransformer):
    def __init__(self, here, origin, table):
        self._here = here
        self._origin = origin
        self._table = table
        self.found = set()

    def visit_Attribute(self, node):
        if getattr(node.value, "id", None) != self._here:
            return self.generic_visit(node)
        new = self._table[self._origin, node.attr]
        self.found.add(new)
        return ast.Name(new, node.ctx)


def _once(body):
    """Return body with every import at its top once, and first."""
    imports = {}
    rest = []
    for node in body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                only = _only(node, alias)
                imports[ast.dump(only)] = only
        else:
            rest.append(node)
    return [*imports.values(), *rest]
