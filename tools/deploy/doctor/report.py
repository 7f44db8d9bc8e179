"""How checks end: their findings, printed as they come, and counted."""

from dataclasses import dataclass

OK, WARN, FAIL, SKIPPED = "ok", "warn", "FAIL", "skipped"
_COLOURS = {OK: "green", WARN: "yellow", FAIL: "bold red", SKIPPED: "dim"}
_NAMES = {OK: "ok", WARN: "with a warning", FAIL: "failed", SKIPPED: "skipped"}


@dataclass
class Finding:
    """state: OK, WARN, FAIL or SKIPPED; said: what was measured; cause, next step: or None."""

    state: str
    said: str
    cause: str | None = None
    step: str | None = None


def ok(said):
    """Return a Finding that all is well."""
    return Finding(OK, said)


def warn(said, cause=None, step=None):
    """Return a Finding that is worth knowing."""
    return Finding(WARN, said, cause, step)


def fail(said, cause, step):
    """Return a Finding that something is wrong."""
    return Finding(FAIL, said, cause, step)


def skipped(said, step=None):
    """Return a Finding that nothing was looked at, and why."""
    return Finding(SKIPPED, said, None, step)


class Report:
    """Prints findings on screen; counts: {state: number}."""

    def __init__(self, screen):
        self._screen = screen
        self.counts = dict.fromkeys(_COLOURS, 0)

    def add(self, name, finding):
        """Print what the check called name has found."""
        self.counts[finding.state] += 1
        self._screen.finding(finding.state, _COLOURS[finding.state], name, finding.said)
        if finding.cause:
            self._screen.detail("cause", finding.cause)
        if finding.step:
            self._screen.detail("next", finding.step)

    def note(self, text):
        """Print what is being waited for."""
        self._screen.detail("", text)

    @property
    def failed(self):
        """Whether something failed."""
        return bool(self.counts[FAIL])

    def sum(self):
        """Print how many ended how."""
        parts = [f"{count} {_NAMES[state]}" for state, count in self.counts.items() if count]
        self._screen.say(", ".join(parts))
