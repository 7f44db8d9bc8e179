"""What holds for every file of the device code."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(path for name in ("lib", "firmware") for path in (ROOT / name).rglob("*.py"))
LEAST_LINES, MOST_LINES = 60, 450
# Whatever starts or installs the code, constants alone, drivers, examples.
SHORT_FILES = ("__init__.py", "manifest.py", "boot.py", "main.py", "codes.py")
SHORT_FOLDERS = ("sensors", "actuators", "examples")
# Tricks that there were.
GONE = ("borrow(", "settled", "heap is scarce", "as in codes.py")

every_file = pytest.mark.parametrize(
    "path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix()
)


@every_file
def test_a_file_is_short_enough_to_be_one_subject(path):
    assert len(path.read_text().splitlines()) <= MOST_LINES


@every_file
def test_a_file_is_long_enough_to_be_one_subject(path):
    if path.name not in SHORT_FILES and path.parent.name not in SHORT_FOLDERS:
        assert len(path.read_text().splitlines()) >= LEAST_LINES


@every_file
def test_a_file_does_without_tricks(path):
    assert not [word for word in GONE if word in path.read_text()]


def test_modules_are_dropped_at_one_place():
    assert sum(path.read_text().count("del sys.modules") for path in FILES) == 1
