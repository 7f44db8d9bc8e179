"""make packages: write lib/*/package.json, by which mip installs each library alone.

Run with --check it writes nothing and exits 1 where a file is not what the tree says.
"""

import json
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def packages():
    """Return the folders of lib/ that mip can install, sorted."""
    return sorted(path.parent for path in (ROOT / "lib").glob("*/__init__.py"))


def package(folder):
    """Return the package.json of a folder of lib/ as text; sources stand beside it."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))
    with open(ROOT / "pyproject.toml", "rb") as file:
        version = tomllib.load(file)["project"]["version"]
    urls = [["%s/%s" % (folder.name, name), name] for name in names]
    return json.dumps({"urls": urls, "deps": [], "version": version}, indent=2) + "\n"


def main(arguments):
    """Write or check every package.json; return the exit status."""
    status = 0
    for folder in packages():
        path = folder / "package.json"
        if path.exists() and path.read_text() == package(folder):
            continue
        if arguments == ["--check"]:
            print("%s is not what the tree says: make packages" % path.relative_to(ROOT))
            status = 1
        else:
            path.write_text(package(folder))
            print("wrote %s" % path.relative_to(ROOT))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
