"""lib/at/README.md: its snippets compile, and it names all there is and nothing else."""

import inspect
import re
from pathlib import Path

import vtime

from at import AtClient, AtError, errors

README = (Path(__file__).resolve().parents[2] / "lib/at/README.md").read_text()
SNIPPETS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
NAMES = README.split("## Public names")[1]


class Uart:
    def any(self):
        return 0


def test_every_snippet_is_python():
    assert len(SNIPPETS) > 7
    for text in SNIPPETS:
        indented = "".join(f"    {line}\n" for line in text.split("\n"))
        compile("async def snippet():\n" + indented, "README.md", "exec")


def test_every_public_name_is_there_and_told():
    at = AtClient(Uart(), vtime.clock)
    told = set(re.findall(r"`(\w+)(?:`|\()", NAMES))
    there = {name for name in dir(at) if not name.startswith("_")}
    assert there - told == set()
    known = there | {"AtClient", "AtError", "Clock"} | {n for n in dir(AtError) if n[0] != "_"}
    known |= {"kind", "code", "text", "ticks_ms", "ticks_diff", "ticks_add", "sleep_ms"}
    assert told - known == set()


def test_the_signatures_are_those_of_the_source():
    for name, call in (("AtClient", AtClient), ("command", AtClient.command)):
        text = re.search(rf"`{name}\((.*?)\)`", NAMES)[1]
        names = [part.split("=")[0] for part in text.split(", ")]
        assert names == [n for n in inspect.signature(call).parameters if n != "self"]


def test_each_kind_of_error_has_words():
    for name, kind in vars(errors).items():
        if name.isupper() and name[0] != "_":
            assert AtError(kind).reason() not in ("?", ""), name
