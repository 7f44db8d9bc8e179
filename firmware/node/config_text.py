"""Texts in a configuration: which are allowed, how a wrong one is shown, what was meant."""

from m5310 import borrow

_FAMILIES = ("28", "22", "10")
_DIGITS = "0123456789"


def show(value):
    """Return value as JSON has it, short, and on one line whatever it holds."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, (list, tuple)):
        return "a list of %d" % len(value)
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return '"%s"' % (plain(value) if len(value) <= 40 else plain(value[:40]) + "…")
    return str(value)[:40]


def plain(text):
    """Return text with ? for whatever a terminal might not show as it is."""
    return "".join([c if 32 <= ord(c) < 127 else "?" for c in text])


def closest(word, words):
    """Return the one of words that shares most of its beginning and end with word, or None."""
    best = None
    most = 0.0
    for other in words:
        short = min(len(word), len(other))
        head = tail = 0
        while head < short and word[head] == other[head]:
            head += 1
        while tail < short - head and word[-1 - tail] == other[-1 - tail]:
            tail += 1
        share = (head + tail) / max(len(word), len(other))
        if share > most:
            best, most = other, share
    return best if most >= 0.5 else None


def _only(text, allowed):
    for c in text:
        if c not in allowed:
            return False
    return bool(text)


def text_problem(text, longest, form):
    """Return why text must not be used, or None."""
    for c in text:
        code = ord(c)
        if code < 32 or 127 <= code < 160 or c == '"' or 0xD800 <= code < 0xE000:
            return "must not hold quotes or control characters"
    problem = _form_problem(text, form)
    if not problem and len(text.encode()) > longest:  # bytes go out; a Chinese character has three
        problem = "must be at most %d bytes" % longest
    return problem


def _form_problem(text, form):
    if form == "cops" and not (len(text) in (5, 6) and _only(text, _DIGITS)):
        return "must be 5 or 6 digits, as 46000"
    if form in ("key", "address", "server"):
        return borrow("node.config_server").problem(text, form)
    if form == "name" and not text:
        return "must not be empty"
    if form == "rom" and not (
        len(text) == 16 and _only(text, _DIGITS + "abcdefABCDEF") and text[:2] in _FAMILIES
    ):
        return "must be 16 hex digits, the first two 28, 22 or 10"
    return None
