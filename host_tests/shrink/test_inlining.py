"""A function that one place calls is written out there, and the program does what it did."""

import ast
import asyncio

import pytest
from shrink import shrink


def answers(text, *arguments):
    """Return what answer(*arguments) of text does, as it is and shrunk; and the shrunk text."""
    done = shrink({"one": text}, ["answer"]).texts["one"]
    outcomes = []
    for version in (text, done):
        space = {}
        exec(compile(version, "one", "exec"), space)
        try:
            outcome = space["answer"](*arguments)
            if asyncio.iscoroutine(outcome):
                outcome = asyncio.run(outcome)
        except Exception as e:
            outcome = repr(e)
        outcomes.append(outcome)
    return outcomes[0], outcomes[1], done


def functions(text):
    return [n.name for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)]


SIGN = """
def _sign(number):
    if number < 0:
        return "minus"
    try:
        if not 10 // number:
            return "huge"
    except ZeroDivisionError as e:
        return repr(e)
    number = str(number)
"""


@pytest.mark.parametrize(
    "use",
    [
        "word = _sign(n)\n    return word, n",
        "if _sign(n):\n        n += 1\n    return n",
        "if not _sign(n):\n        return 7\n    return 8",
        "n += 0\n    return _sign(n)",
        "word = []\n    for i in (1, 2):\n        word += [i]\n        _sign(n)\n    return word",
        "try:\n        _sign('text')\n    except TypeError as e:\n        return 'caught', e.args",
    ],
)
@pytest.mark.parametrize("number", [-1, 0, 5, 50])
def test_each_way_to_the_end_gives_its_value(use, number):
    whole, small, text = answers(f"{SIGN}\ndef answer(n):\n    {use}\n", number)
    assert whole == small and functions(text) == ["answer"]


CLASSES = """
class Probe:
    def __init__(self):
        self._wait = 1
    def _heard(self, now, more=5):
        self._wait += now
        return self._wait * more
    async def _asked(self, n):
        self._wait += n
        return self._wait

class At:
    def __init__(self):
        self._probe = Probe()
        self._seen = []
    def _keep(self, one, two):
        for one in range(one):
            if one == 2:
                self._seen.append(two)
    def _twice(self, item):
        return [item, item]
    async def run(self, one):
        two = [self._twice(one + 1), one]
        self._keep(3, two)
        heard = self._probe._heard(one)
        asked = await self._probe._asked(one)
        return heard, asked, self._seen, one

def answer(n):
    return At().run(n)
"""


def test_methods_keep_their_objects_arguments_and_order():
    whole, small, text = answers(CLASSES, 3)
    assert whole == small == (20, 7, [[[4, 4], 3]], 3)
    assert len(functions(text)) == 4  # _twice would evaluate its argument twice


STAYS = """
def _a(n):  # returns out of a loop
    for i in n:
        if i:
            return i
def answer():
    x = _a([0, 3])
    return x
---
def _a(n):  # does something after its return
    try:
        return n
    finally:
        n.append(1)
def answer():
    x = _a([])
    return x + [2]
---
def _a():  # called twice
    return 1
def answer():
    return _a() + _a()
---
def _a():  # kept as a value
    return 1
def answer():
    f = _a
    return f()
---
class A:  # overridden
    def _a(self):
        return 1
    def go(self):
        return self._a()
class B(A):
    def _a(self):
        return 2
def answer():
    return A().go(), B().go()
---
def _a():  # a generator
    yield 1
def answer():
    x = _a()
    return list(x)
---
def _a(n, m):  # called by keyword
    return n - m
def answer():
    return _a(m=1, n=2)
---
def _a(n):  # its own caller
    if n:
        return _a(n - 1)
    return 5
def answer():
    return 5
---
x = 4
def _a():  # a name that means something else where it is called
    return x
def answer():
    x = 1
    return x + _a()
"""


@pytest.mark.parametrize("text", STAYS.split("---\n"))
def test_what_would_change_stays(text):
    whole, small, done = answers(text)
    assert whole == small and len(functions(done)) == len(functions(text))


def test_arguments_are_evaluated_once_and_before_the_work():
    text = """
class Box:
    def __init__(self):
        self.n = 1
    def _grow(self):
        self.n += 1
        return self.n
    def _sum(self, before):
        return self._grow() + self._grow() + before + before
def answer():
    box = Box()
    return box._sum(box.n), box.n
"""
    whole, small, _ = answers(text)
    assert whole == small == (7, 3)


def test_a_comprehension_inside_does_not_catch_an_argument():
    text = """
def _over(a, b):
    return [item + b for item in a]
def answer(item):
    found = _over([1, 2], item)
    return found, item
"""
    whole, small, _ = answers(text, 10)
    assert whole == small == ([11, 12], 10)


def test_what_others_know_stays():
    text = "class A:\n    def run(self):\n        return self._step()\n"
    text += "    def _step(self):\n        return 1\n"
    assert "_step" in shrink({"one": text}, ["a._step()"]).texts["one"]
    assert "_step" in shrink({"one": text}, ["class B(A):\n def _step(self): pass"]).texts["one"]
    assert "_step" in shrink({"one": text}, kept={"_step"}).texts["one"]
    assert len(functions(shrink({"one": text}, ["run"]).texts["one"])) == 1
