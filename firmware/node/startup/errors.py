"""ConfigError: what is wrong with a configuration, in a sentence a person can act on.

module: "speed" is no known field; known: baud, clock, dialect, ...
onenet.lifetime: 5 must be a whole number of seconds from 120 to 86400
sensors[1].pin: is missing: this board has no default pin
"""


class ConfigError(Exception):
    """A wrong field. Its text is one line, whatever the configuration holds.

    field: the path of it, as "sensors[1].pin". value: the wrong one, ... for none. expected: the
    rest of the sentence, which says what would be right.
    """

    def __init__(self, field: str, value: object, expected: str) -> None:
        super().__init__(field, value, expected)
        self.field = field
        self.value = value
        self.expected = expected

    def __str__(self) -> str:
        if self.value is ...:
            return "%s: %s" % (self.field, self.expected)
        return "%s: %s %s" % (self.field, show(self.value), self.expected)


def show(value: object) -> str:
    """Return value as JSON has it, shortened, on one line whatever it holds."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, (list, tuple)):
        return "a list of %d" % len(value)
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return '"%s"' % (plain(value) if len(value) <= 40 else plain(value[:40]) + "…")
    return str(value)[:40]


def plain(text: str) -> str:
    """Return text with ? for every character that is not printable ASCII."""
    return "".join([c if 32 <= ord(c) < 127 else "?" for c in text])


def closest(word: str, words: list) -> "str | None":
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
