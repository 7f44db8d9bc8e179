"""What mip installs: every file of a library, and the version that pyproject has."""

import json
import os
import subprocess
from pathlib import Path

import pytest

import packages
from upytest import interpreter

ROOT = Path(__file__).resolve().parents[2]


def test_the_libraries_can_be_installed_alone():
    assert [folder.name for folder in packages.packages()] == ["at", "lwm2m", "m5310"]


@pytest.mark.parametrize("folder", packages.packages(), ids=lambda folder: folder.name)
def test_package_json_is_what_the_tree_says(folder):
    assert (folder / "package.json").read_text() == packages.package(folder), "make packages"
    assert (folder / "manifest.py").read_text() == packages.manifest(folder), "make packages"


@pytest.mark.parametrize("folder", packages.packages(), ids=lambda folder: folder.name)
def test_the_manifest_has_the_same_files_and_version(folder):
    told = json.loads((folder / "package.json").read_text())
    seen = {}
    space = {
        "metadata": lambda **about: seen.update(about),
        "package": lambda name, files, **place: seen.update(place, name=name, files=files),
    }
    exec((folder / "manifest.py").read_text(), space)
    assert seen["version"] == told["version"]
    assert (seen["name"], seen["base_path"], seen["opt"]) == (folder.name, "..", 3)
    assert ["%s/%s" % (folder.name, name) for name in seen["files"]] == [
        target for target, _ in told["urls"]
    ]


@pytest.mark.parametrize("folder", packages.packages(), ids=lambda folder: folder.name)
def test_the_package_says_its_version(folder):
    told = json.loads((folder / "package.json").read_text())["version"]
    assert '__version__ = "%s"\n' % told in (folder / "__init__.py").read_text()


@pytest.mark.parametrize("folder", packages.packages(), ids=lambda folder: folder.name)
def test_every_file_is_listed_once_and_points_downwards(folder):
    told = json.loads((folder / "package.json").read_text())
    sources = [source for _, source in told["urls"]]
    assert sorted(sources) == sorted(
        str(path.name) for path in folder.glob("*.py") if path.name != "manifest.py"
    )
    assert all(target == "%s/%s" % (folder.name, source) for target, source in told["urls"])
    assert told["version"] == "0.1.0"


def installed(name, folder):
    """Put the files of a library into folder as mip does; return their package.json."""
    told = json.loads((ROOT / "lib" / name / "package.json").read_text())
    for target, source in told["urls"]:
        path = folder / target
        path.parent.mkdir(exist_ok=True)
        path.write_bytes((ROOT / "lib" / name / source).read_bytes())
    return told


@pytest.mark.parametrize("name", ["at", "lwm2m", "m5310"])
def test_a_library_imports_nothing_but_what_it_stands_on(name, tmp_path):
    """Every module loads with only its own package on the path, m5310's with at."""
    told = installed(name, tmp_path)
    if name == "m5310":
        installed("at", tmp_path)
    modules = [target[:-3].replace("/", ".") for target, _ in told["urls"]]
    code = "".join("import %s\n" % module.removesuffix(".__init__") for module in modules)
    env = {**os.environ, "MICROPYPATH": "%s:.frozen" % tmp_path}
    subprocess.run([interpreter(), "-c", code], check=True, cwd=tmp_path, env=env, timeout=30)
