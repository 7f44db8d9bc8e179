"""What the user sees: sentences, a progress bar, the board's log."""

import contextlib

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
from rich.text import Text


class Screen:
    """The terminal; quiet bars where it is none."""

    def __init__(self):
        self._out = Console(highlight=False, markup=False, soft_wrap=True)
        self._err = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)

    def say(self, text):
        """Print one sentence."""
        self._out.print(text)

    def log(self, line):
        """Print a line that the board printed."""
        plain = "".join(c if c.isprintable() else "." for c in line)
        self._out.print(f"board| {plain}", style="dim")

    def finding(self, state, style, name, text):
        """Print how one check of several ended."""
        line = Text.assemble("  ", (f"{state:<8}", style), f" {name:<13} {text}")
        self._out.print(line)

    def detail(self, label, text):
        """Print more about the check before."""
        label = f"{label}:" if label else ""
        self._out.print(f"{'':11}{label:<7}{text}", style=None if label else "dim")

    def warn(self, text):
        """Print a warning."""
        self._err.print(f"note: {text}", style="yellow")

    def ask(self, question, default=False):
        """Return whether the user says yes; Ctrl-C, and nobody there to answer, are a no."""
        try:
            return click.confirm(question, default=default)
        except click.Abort:
            self._out.print()
            return False

    def error(self, error):
        """Print what is wrong and the next step."""
        self._err.print(f"error: {error.what}", style="red")
        if error.step:
            self._err.print(f"  next: {error.step}")

    @contextlib.contextmanager
    def bar(self, total):
        """Have a function progress(bytes) that moves a bar up to total."""
        columns = TextColumn("copying"), BarColumn(), DownloadColumn()
        hidden = not self._out.is_terminal
        with Progress(*columns, console=self._out, transient=True, disable=hidden) as shown:
            task = shown.add_task("", total=total)
            yield lambda count: shown.advance(task, count)
