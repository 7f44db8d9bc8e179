"""Command lines to commands, and the ways a command is refused (facts protocol.md 1, 1.1)."""

import re

_NAME = re.compile(r"(\+?[A-Z]+[0-9]?|)(=\?|\?|=|)", re.IGNORECASE | re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Refused(Exception):
    """A command that fails; code and family ("CME", "CIS" or "" for a plain ERROR)."""

    def __init__(self, code=0, family=""):
        super().__init__(code)
        self.code = code
        self.family = family


def cme(code):
    """Return the refusal `+CME ERROR: code`: 3 not allowed, 30 no network, 50 parameters …"""
    return Refused(code, "CME")


PARAMETER, STATE, UNKNOWN = 601, 602, 100


def cis(code):
    """Return the refusal `+CIS ERROR: code`: 601 parameter, 602 state, 100 unknown."""
    return Refused(code, "CIS")


class Field:
    """One argument: text as between the commas or quotes, and whether it was quoted."""

    def __init__(self, text, quoted=False):
        self.text = text
        self.quoted = quoted

    def number(self, low, high, error):
        """Return the unquoted decimal number, or raise error if it is none in low..high."""
        if self.quoted or not re.fullmatch(r"-?[0-9]{1,20}", self.text):
            raise error
        value = int(self.text)
        if not low <= value <= high:
            raise error
        return value


class Command:
    """name as "+CEREG", kind: "run", "read" (?), "test" (=?) or "set" (=), args: Field list."""

    def __init__(self, name, kind, args=()):
        self.name = name
        self.kind = kind
        self.args = list(args)


def parse(line):
    """Return the Commands of one line of text. Raises Refused if it is no command line."""
    if _CONTROL.search(line):
        raise Refused
    line = line.strip(" ")
    if line[:2].upper() != "AT":
        raise Refused
    return [_command(part.strip(" ")) for part in _split(line[2:], ";")]


def _command(text):
    match = _NAME.match(text)
    name, mark = match.group(1).upper(), match.group(2)
    rest = text[match.end() :]
    if mark == "=":
        return Command(name, "set", [_field(part) for part in _split(rest, ",")])
    if rest:
        raise Refused
    return Command(name, {"": "run", "?": "read", "=?": "test"}[mark])


def _field(text):
    text = text.strip(" ")
    if '"' not in text:
        return Field(text)
    if len(text) < 2 or text[0] != '"' or text[-1] != '"' or '"' in text[1:-1]:
        raise Refused
    return Field(text[1:-1], quoted=True)


def _split(text, mark):
    """Split at marks that are not between quotes."""
    parts = [[]]
    quoted = False
    for char in text:
        if char == '"':
            quoted = not quoted
        if char == mark and not quoted:
            parts.append([])
        else:
            parts[-1].append(char)
    return ["".join(part) for part in parts]
