"""Names of the program's own: what no foreign object has and no text mentions gets a short one.

One table for the whole program, name by name, so that nobody has to know what an expression is.
Two names share a short one if no module and no family of classes has both.
"""

import ast
from itertools import count

from shrink.constants import value_of
from shrink.scopes import FUNCTIONS, Scopes
from shrink.trees import walk


def rename(program, kept):
    """Rename what the modules bind, except for kept: names that others know.

    Raises ValueError for a class that is made of a dict, in which names are texts.
    """
    for call in program.nodes(ast.Call):
        if getattr(call.func, "id", None) == "type" and len(call.args) == 3:
            if not isinstance(call.args[2], ast.Dict) or call.args[2].keys:
                raise ValueError("a class is made of a dict: give it its attributes behind that")
    scopes = {module: Scopes(tree) for module, tree in program.trees.items()}
    rooms = _rooms(program, scopes)
    free = set().union(*rooms) - kept - _foreign(program)
    free = {name for name in free if not name.startswith("__") and len(name) > 2}
    spelled = {node.id for node in program.nodes(ast.Name)}
    table = _share(free, rooms, _everywhere(program), spelled)
    for module, tree in program.trees.items():
        # A constant that stays private is put in place by the compiler.
        hidden = {n.targets[0].id for n in tree.body if value_of(n) is not None}
        for name in scopes[module].bound(tree) & set(table):
            if not (name in hidden and name.startswith("_")):
                scopes[module].rename(tree, name, table[name])
        _spell(tree, table)


def _foreign(program):
    """Return the names under which modules and what is not of the program are imported."""
    out = set()
    for module, tree in program.trees.items():
        for node in walk(tree):
            if isinstance(node, ast.Import):
                out |= {alias.asname or alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                origin = program.origin(node, module)
                for alias in node.names:
                    if origin not in program.trees or f"{origin}.{alias.name}" in program.trees:
                        out |= {alias.name, alias.asname or alias.name}
    return out


def short_names(first):
    """Yield first (a or A) to z or Z, then such pairs, and so on."""
    for number in count(1):
        text = ""
        while number:
            number, letter = divmod(number - 1, 26)
            text = chr(ord(first) + letter) + text
        yield text


def _rooms(program, scopes):
    """Return the sets of names that must stay apart: of every module and family of classes."""
    rooms = [scopes[module].bound(tree) for module, tree in program.trees.items()]
    for family in _families(program):
        rooms.append({name for cls in family for name in _members(cls)})
    return rooms


def _families(program):
    """Return lists of the classes that inherit from one another, by the names of their bases."""
    families = []
    for cls in program.nodes(ast.ClassDef):
        names = {cls.name} | {getattr(b, "id", getattr(b, "attr", None)) for b in cls.bases}
        members = [cls]
        apart = []
        for family in families:
            if family[1] & names:
                members += family[0]
                names |= family[1]
            else:
                apart.append(family)
        families = [*apart, (members, names)]
    return [members for members, _ in families]


def _members(cls):
    """Yield the names that a class or its `self` has."""
    for node in cls.body:
        if isinstance(node, FUNCTIONS):
            yield node.name
        for name in [] if isinstance(node, FUNCTIONS) else walk(node):
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                yield name.id
    for node in walk(cls):
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", None) == "self":
            yield node.attr


def _everywhere(program):
    """Return the names that are given to an object from outside: it could be any."""
    return {
        node.attr
        for node in program.nodes(ast.Attribute)
        if isinstance(node.ctx, ast.Store) and getattr(node.value, "id", None) != "self"
    }


def _share(free, rooms, everywhere, spelled):
    """Return {name: short name}: two of one room differ, and those of everywhere from all."""
    table = {}
    neighbours = {name: set() for name in free}
    for room in rooms:
        for name in room & free:
            neighbours[name] |= room
    taken = set().union(*rooms) | spelled
    for name in sorted(
        free, key=lambda name: (name not in everywhere, -len(neighbours[name]), name)
    ):
        near = neighbours[name] | everywhere if name not in everywhere else free
        used = {table.get(other) for other in near} | taken
        table[name] = next(short for short in short_names("A") if short not in used)
    return table


def _spell(tree, table):
    """Write attributes, members of classes and what is imported as table has them."""
    for node in walk(tree):
        if isinstance(node, ast.Attribute):
            node.attr = table.get(node.attr, node.attr)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name in table:
                    alias.asname = alias.asname or alias.name
                    alias.name = table[alias.name]
        elif isinstance(node, ast.ClassDef):
            _spell_class(node, table)


def _spell_class(cls, table):
    own = {
        name.id
        for node in cls.body
        if not isinstance(node, FUNCTIONS)
        for name in walk(node)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    }
    for node in cls.body:
        if isinstance(node, FUNCTIONS):
            node.name = table.get(node.name, node.name)
            continue
        for name in walk(node):
            if isinstance(name, ast.Name) and name.id in own:
                name.id = table.get(name.id, name.id)
