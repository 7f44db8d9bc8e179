"""docs/architecture.md names files and functions that exist, and each layer imports downwards."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/architecture.md").read_text()
LAYERS = {"at": {"at"}, "m5310": {"at", "m5310"}, "lwm2m": {"lwm2m"}}
FILES = [path for folder in ("lib", "firmware") for path in (ROOT / folder).rglob("*.py")]


class Run(ast.NodeTransformer):
    """Takes out what only the type checker reads."""

    def visit_If(self, node):
        if ast.unparse(node.test) == "_TYPE_CHECKING":
            return node.orelse or None
        return self.generic_visit(node)


def defined():
    """Return {class: its methods} and the names of all functions, of the device code."""
    classes, functions = {}, set()
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                bodies = {getattr(each, "name", None) for each in node.body}
                classes.setdefault(node.name, set()).update(bodies)
                classes[node.name] |= {
                    each.attr
                    for each in ast.walk(node)
                    if isinstance(each, ast.Attribute) and getattr(each.value, "id", "") == "self"
                }
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                functions.add(node.name)
    return classes, functions


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`([A-Z]\w+\.\w+)`", TEXT))))
def test_a_function_that_is_named_exists(name):
    owner, _, function = name.partition(".")
    assert function in defined()[0].get(owner, ()), name


def test_functions_are_named_at_all():
    assert len(set(re.findall(r"`([A-Z]\w+\.\w+)`", TEXT))) > 15


@pytest.mark.parametrize(
    "path",
    sorted(set(re.findall(r"`((?:lib|firmware|tools|boards)/[\w/]+(?:\.py)?)`", TEXT))),
)
def test_a_file_that_is_named_exists(path):
    assert (ROOT / path).exists() or (ROOT / f"{path}.py").exists()


@pytest.mark.parametrize("package", LAYERS)
def test_a_library_imports_what_is_below_it_and_nothing_else(package):
    ours = {"at", "m5310", "lwm2m", "node"}
    for path in (ROOT / "lib" / package).glob("*.py"):
        for node in ast.walk(Run().visit(ast.parse(path.read_text()))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            heads = {name.partition(".")[0] for name in names}
            assert heads & ours <= LAYERS[package], path
            assert "machine" not in heads or path.name == "manifest.py", path
