"""Arguments that nobody passes by keyword."""

import ast

from shrink.names import short_names
from shrink.scopes import Scopes
from shrink.trees import walk


def rename(program, kept):
    """Give them one-letter names."""
    for tree in program.trees.values():
        scopes = Scopes(tree)
        for function in scopes.functions:
            args = function.args
            every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
            names = [arg.arg for arg in every if arg and arg.arg not in kept | {"self", "cls"}]
            short = _letters(_taken(function))
            for name in names:
                if len(name) > 1:
                    scopes.rename(function, name, next(short))


def _letters(taken):
    return (name for name in short_names("a") if name not in taken)


def _taken(function):
    """Return every name that is spelled inside function."""
    taken = set()
    for node in walk(function):
        if isinstance(node, ast.Name):
            taken.add(node.id)
        elif isinstance(node, ast.arg):
            taken.add(node.arg)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            taken |= {alias.asname or alias.name for alias in node.names}
        else:
            taken.add(getattr(node, "name", None))
    return taken
