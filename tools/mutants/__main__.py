"""python -m mutants (make mutants): which small changes of the device code does no test notice?

The quick tests come first, those of the whole node run for what survived them. Results stay in
build/mutants/mutants, where `mutmut show NAME` and `mutmut browse` look at them.
"""

import subprocess
import sys

import click

from mutants import stage, survivors

# Tests in virtual time and in this process: a mutant costs fractions of a second.
_QUICK = ("host_tests/both", "host_tests/m5310", "host_tests/lwm2m")
_WHOLE = ("host_tests/node", "host_tests/power")
_NODE = ("supervisor", "outbox/store", "uplink/uplink")


def default_files():
    """Return all of lib/, and of the node what must not be wrong for months."""
    files = [
        path.relative_to(stage.ROOT).as_posix()
        for path in sorted((stage.ROOT / "lib").rglob("*.py"))
        if path.stat().st_size and path.name != "manifest.py"
    ]
    return files + [f"firmware/node/{name}.py" for name in _NODE]


def run(names, jobs):
    """Run mutmut on all mutants, or on names."""
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(jobs), *names]
    done = subprocess.run(command, cwd=stage.STAGE, check=False)
    if done.returncode:
        sys.exit("mutmut ended with status %d" % done.returncode)


@click.command()
@click.argument("files", nargs=-1)
@click.option("--jobs", default=2, show_default=True, type=click.IntRange(1, 64))
@click.option("--quick", is_flag=True, help="Leave out the tests of the whole node.")
@click.option("--found", is_flag=True, help="Only print what the last run found, so far.")
def main(files, jobs, quick, found):
    """Mutate FILES, as lib/at/engine.py, or the default ones; print what survived."""
    if found:
        report([each for each in survivors.found() if not files or each.source in files])
        return
    files = list(files) or default_files()
    for path in files:
        if not stage.staged(path) or not (stage.ROOT / path).is_file():
            raise click.UsageError(f"{path}: a file of lib/ or firmware/node/ is wanted")
    stage.make()
    stage.configure(files, _QUICK)
    run([], jobs)
    left = [each.name for each in survivors.found() if not each.killed]
    if left and not quick:
        stage.configure(files, _WHOLE)
        run(left, jobs)
    report(survivors.found())


def report(mutants):
    """Print the survivors, then a line a file, then killed / all."""
    living, equivalent = survivors.sorted_out(mutants)
    for mutant, diff in living:
        click.echo(f"\n# {mutant.name}: {mutant.status}\n{diff}")
    click.echo()
    rows = {}
    for mutant in mutants:
        row = rows.setdefault(mutant.source, [0, 0, 0])
        row[0] += mutant.killed
        row[1] += 1
    for mutant, _ in equivalent:
        rows[mutant.source][2] += 1
    for path, row in sorted(rows.items()):
        click.echo(line(path, *row))
    if rows:
        click.echo(line("all", *(sum(column) for column in zip(*rows.values(), strict=True))))


def line(name, killed, total, equivalent):
    """Return a line of the table; mutants that change nothing do not count."""
    counted = total - equivalent
    percent = 100 * killed / counted if counted else 100
    return f"{name:34} {killed:5} of {counted:5} killed  {percent:5.1f} %  {equivalent} equivalent"


if __name__ == "__main__":
    main()
