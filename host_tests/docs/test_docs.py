"""What the documentation quotes is what the program says; what it tells one to type is there."""

import ast
import builtins
import re
from functools import cache
from pathlib import Path

import pytest

from m5310 import errors, session

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "README.zh.md",
    *sorted(ROOT.glob("docs/*.md")),
    *sorted(ROOT.glob("boards/**/*.md")),
]
TROUBLE = (ROOT / "docs/troubleshooting.md").read_text()
PARTS = "at|network|session|node|operations|notifier|sampler|heap|module|onenet|log"


def _text(node):
    """Return the text of a string in the source, … for what is filled in; None for other nodes."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "…" for part in node.values)
    if isinstance(node, ast.Constant) and isinstance(node.value, bytes):
        return node.value.decode("latin-1")
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


@cache
def said():
    """Return all that the programs can say, line by line."""
    texts = [(ROOT / "Makefile").read_text()]
    for folder in ("lib", "firmware", "boards", "tools"):
        for path in (ROOT / folder).rglob("*.py"):
            texts += [_text(node) for node in ast.walk(ast.parse(path.read_text()))]
    lines = "\n".join(text for text in texts if text)
    return {re.sub(r"%[-+0-9.]*[a-zA-Z]", "…", line) for line in lines.split("\n")}


def is_said(quote):
    """Return whether a program says quote, in which … stands for anything."""
    pieces = [re.escape(piece) for piece in re.split("…", quote)]
    wanted = re.compile(".*".join(pieces))
    return any(wanted.search(line) for line in said())


def rows():
    """Yield the first cell of every row of troubleshooting.md that tells what one sees."""
    table = False
    for line in TROUBLE.split("\n"):
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if not line.startswith("|"):
            table = False
        elif cells[0] == "what you see":
            table = True
        elif table and not line.startswith("|-"):
            yield cells[0]


def quotes():
    """Return what is quoted there: no command, no counter, no exception of Python's."""
    found = {quote for cell in rows() for quote in re.findall("`([^`]+)`", cell)}
    other = re.compile(rf"make |AT\+|({PARTS})\.[a-z_]+$")
    return sorted(q for q in found if not other.match(q) and not hasattr(builtins, q))


def test_a_text_that_no_program_says_is_found_out():
    assert is_said("no OK from the module on UART … at … baud")
    assert is_said("network lost for … s")
    assert not is_said("no OK from the modem on UART … at … baud")
    assert not is_said("network lost for … minutes")
    assert len(quotes()) > 60


@pytest.mark.parametrize("quote", quotes())
def test_what_is_quoted_is_said(quote):
    assert len(re.sub("[^a-z]", "", quote.lower())) > 3, "too short to tell anything"
    assert is_said(quote)


def test_every_counter_and_field_is_there():
    strings = set()
    for folder in ("lib", "firmware"):
        for path in (ROOT / folder).rglob("*.py"):
            strings |= {_text(node) for node in ast.walk(ast.parse(path.read_text()))}
    words = {word for text in strings if text for word in text.split()}
    named = re.findall(rf"`(?:{PARTS})\.([a-z_]+)`", TROUBLE)
    assert len(named) > 30
    assert not {name for name in named if name not in strings | words}


def test_every_event_is_told_as_the_node_treats_it():
    done = {0: "told", 1: "online;", 2: "lost", 3: "notes", 4: "renew", 5: "passed on"}
    told = dict(re.findall(r"^\| (\d+) \| `([^`]+)` \|", TROUBLE, re.M))
    treated = dict(re.findall(r"^\| (\d+) \| `[^`]+` \| ([^|]+) \|", TROUBLE, re.M))
    assert told == {str(number): words for number, words in errors.EVENTS.items()}
    for number, text in treated.items():
        number = int(number)
        firmware = number >= session._FIRMWARE
        told = "firmware:" if firmware else done[session._ACTIONS[number]]
        assert text.startswith(told), number


def test_no_row_has_a_cell_too_few_or_too_many():
    width = 0
    for line in TROUBLE.split("\n"):
        cells = line.count("|") if line.startswith("|") else 0
        assert not width or not cells or cells == width, line
        width = cells


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_is_there(page):
    text = page.read_text()
    targets = re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.M)
    asked = re.findall(r"`make\s+([a-z][a-z-]*)", text) + re.findall(
        r"^make ([a-z][a-z-]*)", text, re.M
    )
    assert not set(asked) - set(targets)
    paths = re.findall(r"`((?:lib|firmware|tools|host_tests|docs|boards)/[\w./]+\.\w+)`", text)
    assert not [path for path in paths if not (ROOT / path).exists()]
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (page.parent / link).exists(), link
    titles = re.findall(r"^#+ (.+)$", text, re.M)
    anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
    assert not set(re.findall(r"\]\(#([^)]+)\)", text)) - anchors
