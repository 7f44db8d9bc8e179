"""The Chinese README says what the English one does: commands, fields, numbers and links."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [(ROOT / name).read_text() for name in ("README.md", "README.zh.md")]
BLOCK = re.compile(r"^```\n(.*?)^```$", re.S | re.M)


def both(found):
    english, chinese = (found(page) for page in PAGES)
    return english, chinese


def tables(page):
    """Return the rows of all tables as lists of cells."""
    rows = [line for line in BLOCK.sub("", page).split("\n") if line.startswith("|")]
    return [[cell.strip() for cell in row.strip()[1:-1].split("|")] for row in rows]


def code(text):
    """Return what stands between backquotes, however lines are broken in it."""
    return [re.sub(r"\s+", " ", each) for each in re.findall("`([^`]+)`", BLOCK.sub("", text))]


def test_each_leads_to_the_other():
    english, chinese = PAGES
    assert "[中文](README.zh.md)" in english
    assert "[English](README.md)" in chinese


def test_what_is_typed_and_printed_is_the_same():
    english, chinese = both(BLOCK.findall)
    assert english == chinese
    english, chinese = both(lambda page: re.findall(r"^    \S.*$", page, re.M))
    assert english == chinese


def test_every_command_field_and_file_is_in_both():
    english, chinese = both(lambda page: sorted(set(code(page))))
    assert english == chinese


def test_the_headings_stand_in_the_same_order():
    english, chinese = both(lambda page: re.findall(r"^(#+) ", BLOCK.sub("", page), re.M))
    assert english == chinese


def test_links_lead_to_the_same_places():
    def places(page):
        return sorted(set(re.findall(r"\]\(([^)]+)\)", page)) - {"README.md", "README.zh.md"})

    english, chinese = both(places)
    assert english == chinese


@pytest.mark.parametrize("column", [0, -1])
def test_tables_have_the_same_rows(column):
    english, chinese = both(tables)
    assert len(english) == len(chinese)
    for left, right in zip(english, chinese, strict=True):
        assert len(left) == len(right), (left, right)
        assert sorted(code(left[column])) == sorted(code(right[column])), (left, right)


def test_ranges_and_defaults_are_the_same():
    english, chinese = both(tables)
    for left, right in zip(english, chinese, strict=True):
        numbers = [re.findall(r"\d+(?:\.\d+)?", " ".join(row)) for row in (left, right)]
        assert sorted(numbers[0]) == sorted(numbers[1]), (left, right)
        bold = [re.findall(r"\*\*([^*]+)\*\*", " ".join(row)) for row in (left, right)]
        assert bold[0] == bold[1], (left, right)


def test_numbers_in_the_text_are_the_same():
    def numbers(page):
        text = re.sub(r"^(\||    ).*$", "", BLOCK.sub("", page), flags=re.M)
        text = re.sub(r"`[^`]+`|\]\([^)]*\)", "", text)
        sections = re.split(r"^#+ ", text, flags=re.M)
        return [sorted(re.findall(r"\d+(?:\.\d+)*", section)) for section in sections]

    english, chinese = both(numbers)
    assert english == chinese
