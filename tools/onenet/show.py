"""Printing: tables for people, JSON for programs."""

import io
import sys

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from onenet.text import as_json, shown

_WIDE = 400  # columns where nobody looks: nothing is wrapped in a pipe or a file


def print_reply(reply):
    """Print an answer as the platform gave it, its keys and values untouched."""
    click.echo(as_json(reply, indent=2 if sys.stdout.isatty() else None))


def print_table(heads, rows, empty):
    """Print rows of values under heads; the sentence empty if there are none."""
    if not rows:
        click.echo(empty)
        return
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        # Text is shown as it is: markup that came from the platform stays markup.
        table.add_row(*[Text(shown(value)) for value in row])
    _print(table)


def print_facts(facts):
    """Print (name, value) one to a line, the names aligned."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts:
        table.add_row(Text(shown(name)), Text(shown(value)))
    _print(table)


def _print(table):
    terminal = sys.stdout.isatty()
    console = Console(
        file=io.StringIO(),
        width=None if terminal else _WIDE,
        force_terminal=terminal,
        highlight=False,
        emoji=False,
    )
    console.print(table)
    lines = console.file.getvalue().splitlines()
    click.echo("\n".join(line.rstrip() for line in lines))
