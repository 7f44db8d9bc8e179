"""The Results as tables on the screen, JSON and plots in a folder."""

import json

from rich.console import Console
from rich.table import Table as Grid

from measure import plots

_WIDTH = 128  # of the widest table


def heading(console, conditions):
    """Print on what it was measured."""
    for what, text in conditions:
        console.print("[bold]%-14s[/] %s" % (what, text), highlight=False)


def show(console, result):
    """Print the tables of a Result."""
    for table in result.tables:
        grid = Grid(title=table.title, title_justify="left", title_style="bold")
        for number, column in enumerate(table.columns):
            grid.add_column(column, justify="right" if number else "left", no_wrap=True)
        for row in table.rows:
            grid.add_row(*row)
        console.print()
        console.print(grid)


def verdict(console, results):
    """Print every target; return whether all are met."""
    grid = Grid(title="Targets", title_justify="left", title_style="bold")
    for column in ("target", "limit", "measured", ""):
        grid.add_column(column, justify="left" if column == "target" else "right")
    targets = [target for result in results for target in result.targets]
    for each in targets:
        grid.add_row(
            each.what,
            "%s %g %s" % ("≥" if each.least else "≤", each.limit, each.unit),
            "%.4g %s" % (each.value, each.unit),
            "[green]met[/]" if each.met else "[red]MISSED[/]",
        )
    console.print()
    console.print(grid)
    return all(each.met for each in targets)


def write(folder, result, conditions):
    """Write NAME.json and the plots of a Result into folder; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ("%s.json" % result.part)
    body = {
        "part": result.part,
        "conditions": dict(conditions),
        "targets": [target.body for target in result.targets],
        **result.data,
    }
    path.write_text(json.dumps(body, indent=1) + "\n")
    return [path, *plots.draw(folder, result)]


def console(file=None):
    """Return a Console wide enough for the tables, wherever it prints to."""
    out = Console(file=file, highlight=False)
    if out.width < _WIDTH:
        out = Console(file=file, highlight=False, width=_WIDTH)
    return out
