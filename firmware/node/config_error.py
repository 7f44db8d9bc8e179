"""The one error of a configuration; it stays when the checking is forgotten."""


class ConfigError(Exception):
    """What is wrong: field (its path), value (... = none), expected (what would be right)."""

    def __init__(self, field, value, expected):
        super().__init__(field, value, expected)
        self.field = field
        self.value = value
        self.expected = expected

    def __str__(self):
        if self.value is ...:
            return "%s: %s" % (self.field, self.expected)
        from .config_text import show

        return "%s: %s %s" % (self.field, show(self.value), self.expected)
