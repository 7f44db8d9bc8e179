"""The whole program as syntax trees, and what all steps ask of it."""

import ast
import re

from shrink.scopes import FUNCTIONS
from shrink.trees import children, walk

_NAMES = ("attr", "id", "name")
_LOOKUPS = ("getattr", "hasattr", "setattr", "delattr")


class Shrunk:
    """The outcome. texts: {module: text}; names: {module: {name in a traceback: where from}}."""

    def __init__(self, texts, names):
        self.texts = texts
        self.names = names


class Program:
    """The modules that are changed together, and the programs beside them.

    sources: {dotted module name: text}, a package by its own name; others: texts of programs that
    use these modules and stay as they are. Raises SyntaxError.
    """

    def __init__(self, sources, others=()):
        self.trees = {name: ast.parse(text, name) for name, text in sources.items()}
        self.outside = [ast.parse(text) for text in others]
        for tree in [*self.trees.values(), *self.outside]:
            _undocument(tree)
        self.packages = {name.rpartition(".")[0] for name in sources} - {""}
        self._words = self._looked_up()
        for tree in self.outside:  # these stay as they are
            self._words |= _words(tree) | _given(tree)
        self._home = {}  # id of a function: its qualified name in the sources
        for name, tree in self.trees.items():
            self._notes(tree, name)

    def _notes(self, tree, place):
        for node in tree.body:
            if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
                self._home[id(node)] = f"{place}.{node.name}"
                self._notes(node, f"{place}.{node.name}")

    def nodes(self, *kinds):
        """Yield the nodes of these kinds of the modules."""
        for tree in self.trees.values():
            yield from (node for node in walk(tree) if isinstance(node, kinds))

    def others(self, *kinds):
        """Yield the nodes of these kinds of the programs beside them."""
        for tree in self.outside:
            yield from (node for node in walk(tree) if isinstance(node, kinds))

    def said(self):
        """Return the names that others know: texts, keywords, and all that can be looked up.

        A text is a name; one of several words holds names only where it may be taken to pieces.
        """
        said = {n.value for n in [*self.nodes(ast.Constant)] if isinstance(n.value, str)}
        said |= {node.arg for node in [*self.nodes(ast.keyword), *self.others(ast.keyword)]}
        return (said | self.looked_up()) - {None}

    def looked_up(self):
        """Return the names that an object may be asked for by a text, or by `others`."""
        found = set(self._words)
        for node in self.nodes(ast.Call):
            if getattr(node.func, "id", None) in _LOOKUPS and not _looks_up(node):
                found.add(node.args[1].value)
        return found - {None}

    def _looked_up(self):
        """Return the names that may be looked up by a text which the program computes.

        That is where getattr or its like has no constant: any text of such a module and of what
        it imports; of its own `self` any word of them that the classes there have.
        """
        names = set()
        for module, tree in self.trees.items():
            computed = [node for node in walk(tree) if _looks_up(node)]
            if not computed:
                continue
            near = [tree]
            for node in tree.body:
                if isinstance(node, ast.ImportFrom):
                    origin = self.origin(node, module)
                    every = [origin, *(f"{origin}.{alias.name}" for alias in node.names)]
                    near += [self.trees[name] for name in every if name in self.trees]
            if any(getattr(node.args[0], "id", None) != "self" for node in computed):
                names |= set().union(*map(_texts, near))
            names |= set().union(*map(_words, near)) & _members(tree)
        return names

    def origin(self, node, module):
        """Return the dotted name that an ast.ImportFrom in module imports from."""
        if not node.level:
            return node.module
        parts = module.split(".")
        if module not in self.packages:
            parts.pop()
        parts = parts[: len(parts) - node.level + 1]
        return ".".join([*parts, *([node.module] if node.module else [])])

    def finish(self):
        """Return the Shrunk."""
        texts = {}
        names = {}
        for module, tree in self.trees.items():
            texts[module] = ast.unparse(ast.fix_missing_locations(tree))
            for node in walk(tree):
                home = self._home.get(id(node))
                if home and isinstance(node, FUNCTIONS) and home != f"{module}.{node.name}":
                    names.setdefault(module, {}).setdefault(node.name, []).append(home)
        return Shrunk(texts, names)


def _looks_up(node):
    if not isinstance(node, ast.Call) or getattr(node.func, "id", None) not in _LOOKUPS:
        return False
    return not isinstance(node.args[1], ast.Constant)


def _texts(tree):
    """Return the texts in tree."""
    every = [node.value for node in walk(tree) if isinstance(node, ast.Constant)]
    return {value for value in every if isinstance(value, str)}


def _words(tree):
    """Return the texts in tree, and each word of them."""
    texts = _texts(tree)
    return texts.union(*[re.findall(r"\w+", text) for text in texts])


def _members(tree):
    """Return the names that the classes of tree give to what they make."""
    classes = [node for node in walk(tree) if isinstance(node, ast.ClassDef)]
    return set().union(*[_given(node) for node in classes])


def _given(tree):
    """Return the names in tree that are not the variables of a function alone."""
    given = set()
    waiting = [(tree, False)]
    while waiting:
        node, local = waiting.pop()
        if not (local and isinstance(node, ast.Name)):
            given.update(getattr(node, field) for field in _NAMES if field in node._fields)
        local = isinstance(node, (*FUNCTIONS, ast.Lambda)) or (
            local and not isinstance(node, ast.ClassDef)
        )
        waiting += [(child, local) for child in children(node)]
    return given


def _undocument(tree):
    """Remove the texts that nobody reads on a board."""
    for node in walk(tree):
        if isinstance(node, (ast.Module, *FUNCTIONS, ast.ClassDef)) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
