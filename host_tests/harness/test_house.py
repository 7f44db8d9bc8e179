"""What holds for every file of the device code."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(path for name in ("lib", "firmware") for path in (ROOT / name).rglob("*.py"))
MOST_LINES = 450


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_is_short_enough_to_be_one_subject(path):
    assert len(path.read_text().splitlines()) <= MOST_LINES
