"""What a run has seen: one line for each operation, and the summary with the verdict."""

from dataclasses import dataclass, field

import click

WINDOW_MS = 3000  # guide 3.5


@dataclass
class Report:
    """Counts and judges. say(text) prints a line."""

    say: object = click.echo
    asked: int = 0
    answered: int = 0
    correct: int = 0
    late: int = 0
    worst_ms: float = 0
    silent: list = field(default_factory=list)  # answers the platform never got, by path
    notifications: int = 0
    complete: bool = False
    ended_by_user: bool = False  # Ctrl-C where no time was given: the list need not be complete
    taken_over: bool = False  # by the console: the same
    deregistered: bool = False
    problems: list = field(default_factory=list)

    def heading(self):
        self.say("%6s  %-52s %-22s %7s %7s" % ("msgid", "operation", "result", "ms", "slack"))

    def add(self, title, operation, problem):
        """Note a finished operation; problem "" = its answer was right."""
        self.asked += 1
        latency = operation.latency_ms
        if operation.code:
            self.answered += 1
        if not problem:
            self.correct += 1
        else:
            self.problems.append("%s: %s" % (title, problem))
        times = "%7s %7s" % ("-", "-")
        if latency is not None:
            times = "%7d %7d" % (latency, WINDOW_MS - latency)
        self.say(
            "%6s  %-52s %-22s %s%s"
            % (
                operation.msgid if operation.msgid is not None else "-",
                title if len(title) <= 52 else title[:51] + "…",
                operation.name,
                times,
                click.style("  WRONG: " + problem, fg="red") if problem else "",
            )
        )

    def measured(self, record):
        """Take what the module measured of any operation, those at registration included."""
        if record.latency_ms is None:
            self.silent.append("%s %s" % (record.kind, record.path))
        else:
            self.worst_ms = max(self.worst_ms, record.latency_ms)
            self.late += record.latency_ms >= WINDOW_MS

    @property
    def good(self):
        """Return whether everything was answered in time and rightly, and the node left."""
        in_time = not self.late and not self.silent
        all_right = self.correct == self.answered == self.asked
        enough = self._cut_short or (self.complete and self.asked)
        return bool(enough and in_time and all_right and self.deregistered)

    def summary(self):
        """Print the summary and the verdict."""
        self.say("")
        self.say("operations     %d asked, %d answered, %d correct" % self._counts())
        self.say("latency        worst %d ms of %d" % (self.worst_ms, WINDOW_MS))
        self.say("notifications  %d" % self.notifications)
        self.say("de-registered  %s" % ("yes" if self.deregistered else "no"))
        for text in self.problems:
            self.say("wrong          " + text)
        for text in self.silent:
            self.say("no answer      " + text)
        if self.late:
            self.say("late           %d answers" % self.late)
        if not self.complete and not self._cut_short:
            self.say("incomplete     the list was not finished: give it more time (--for, FOR=)")
        self.say("result         %s" % ("all good" if self.good else "FAILED"))

    @property
    def _cut_short(self):
        return self.ended_by_user or self.taken_over

    def _counts(self):
        return self.asked, self.answered, self.correct
