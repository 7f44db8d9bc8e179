"""Which modules of this project a module imports, read from the sources; nothing is run."""

import ast

from deploy.boards import ROOT

LIB, FIRMWARE = ROOT / "lib", ROOT / "firmware"
ONBOARD = ROOT / "tools" / "deploy" / "onboard"
_PROGRAM = ("boot", "main", "switch", "node")  # in FIRMWARE
_DEFINITION = ("pins", "pin_rules")  # modules that lie in the board's folder


def source(name, board=None):
    """Return the source file of the module with this dotted name, None if it is not ours.

    Without a board there is no board definition.

    What is not ours is part of MicroPython, and of the firmware that is on the board.
    """
    head = name.partition(".")[0]
    if head.startswith("doctor_"):
        folder = ONBOARD
    elif head in _DEFINITION:
        folder = board and board.folder
    elif head in _PROGRAM:
        folder = FIRMWARE
    else:
        folder = LIB
    if folder is None:
        return None
    path = folder / name.replace(".", "/")
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            return file
    return None


def inside(name, modules):
    """Return whether the module called name is one of modules, or in a package that is."""
    parts = name.split(".")
    return any(".".join(parts[:count]) in modules for count in range(1, len(parts) + 1))


def closure(names, board=None, without=()):
    """Return {dotted name: source file} of the modules called names and all that they import.

    Imports inside of functions count, and so do the packages that a module is in. without: names
    of modules and packages that are left out, and with them what they alone import.
    """
    found = {}
    left = list(names)
    while left:
        name = left.pop()
        path = None if name in found or inside(name, without) else source(name, board)
        if not path:
            continue
        found[name] = path
        above = name.rpartition(".")[0]
        package = name if path.name == "__init__.py" else above
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):
            continue  # the compiler says where
        left += [above, *imported(tree, package)]
    return found


def imported(node, package):
    """Yield the dotted names that the syntax tree node, in a module of package, may import.

    `from a import b` gives a and a.b: which of them is a module, the files tell.
    """
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
        for child in node.orelse:
            yield from imported(child, package)
        return
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            parts = package.split(".")
            base = ".".join([*parts[: len(parts) - node.level + 1], *filter(None, [base])])
        yield base
        for alias in node.names:
            yield f"{base}.{alias.name}"
    for child in ast.iter_child_nodes(node):
        yield from imported(child, package)
