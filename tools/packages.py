"""make packages: write package.json, for mip, and manifest.py, for freezing, of each library.

Run with --check it writes nothing and exits 1 where a file is not what the tree says.
"""

import ast
import json
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = "manifest.py"
_FORM = """\
metadata(
    description=%s,
    version="%s",
    license="MIT",
)
package(
    "%s",
    (
%s    ),
    base_path="..",
    opt=3,
)
"""


def packages():
    """Return the folders of lib/ that mip can install, sorted."""
    return sorted(path.parent for path in (ROOT / "lib").glob("*/__init__.py"))


def _names(folder):
    """Return the files of a library that a board gets, sorted."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))
    return [name for name in names if name != MANIFEST]


def _version():
    with open(ROOT / "pyproject.toml", "rb") as file:
        return tomllib.load(file)["project"]["version"]


def package(folder):
    """Return the package.json of a folder of lib/ as text; sources stand beside it."""
    urls = [["%s/%s" % (folder.name, name), name] for name in _names(folder)]
    return json.dumps({"urls": urls, "deps": [], "version": _version()}, indent=2) + "\n"


def manifest(folder):
    """Return the manifest.py of a folder of lib/ as text, which is not one of its modules."""
    about = ast.get_docstring(ast.parse((folder / "__init__.py").read_text()))
    files = "".join('        "%s",\n' % name for name in _names(folder))
    return _FORM % (json.dumps(about.split("\n")[0]), _version(), folder.name, files)


def main(arguments):
    """Write or check every package.json and manifest.py; return the exit status."""
    status = 0
    texts = {}
    for folder in packages():
        texts[folder / "package.json"] = package(folder)
        texts[folder / MANIFEST] = manifest(folder)
    for path, text in texts.items():
        if path.exists() and path.read_text() == text:
            continue
        if arguments == ["--check"]:
            print("%s is not what the tree says: make packages" % path.relative_to(ROOT))
            status = 1
        else:
            path.write_text(text)
            print("wrote %s" % path.relative_to(ROOT))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
