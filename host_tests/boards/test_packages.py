"""What mip installs: every file of a library, and the version that pyproject has."""

import json
import os
import subprocess
from pathlib import Path

import pytest

import packages
from upytest import interpreter

ROOT = Path(__file__).resolve().parents[2]


def test_both_libraries_can_be_installed_alone():
    assert [folder.name for folder in packages.packages()] == ["lwm2m", "m5310"]


@pytest.mark.parametrize("folder", packages.packages(), ids=lambda folder: folder.name)
def test_package_json_is_what_the_tree_says(folder):
    assert (folder / "package.json").read_text() == packages.package(folder), "make packages"


@pytest.mark.parametrize("folder", packages.packages(), ids=lambda folder: folder.name)
def test_every_file_is_listed_once_and_points_downwards(folder):
    told = json.loads((folder / "package.json").read_text())
    sources = [source for _, source in told["urls"]]
    assert sorted(sources) == sorted(str(path.name) for path in folder.glob("*.py"))
    assert all(target == "%s/%s" % (folder.name, source) for target, source in told["urls"])
    assert told["version"] == "0.1.0"


@pytest.mark.parametrize("name", ["lwm2m", "m5310"])
def test_a_library_imports_nothing_of_the_other(name, tmp_path):
    """Every module loads with only its own package on the path."""
    told = json.loads((ROOT / "lib" / name / "package.json").read_text())
    for target, source in told["urls"]:
        path = tmp_path / target
        path.parent.mkdir(exist_ok=True)
        path.write_bytes((ROOT / "lib" / name / source).read_bytes())
    modules = [target[:-3].replace("/", ".") for target, _ in told["urls"]]
    code = "".join("import %s\n" % module.removesuffix(".__init__") for module in modules)
    env = {**os.environ, "MICROPYPATH": "%s:.frozen" % tmp_path}
    subprocess.run([interpreter(), "-c", code], check=True, cwd=tmp_path, env=env, timeout=30)
