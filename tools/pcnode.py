"""Run the node on this PC, under the real MicroPython: python -m pcnode --uart HOST:PORT.

Compiles the device code to .mpy under build/node, as a board would get it, and starts it there.
"""

import asyncio
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import devcode

from upytest import interpreter

ROOT = devcode.ROOT
BUILD = ROOT / "build" / "node"
PROGRAM = ROOT / "build" / "program"
VIRTUAL = ROOT / "boards/PC/virtual"
SOURCES = ("lib", "firmware", "boards/PC")
HEAP = "384K"  # of the 64-bit port; a large configuration fits too


# Before the node, as the check takes more heap than a small node has to spare.
_CHECK = """
import pins
from node.startup.config import checked
if checked(pins.CONFIG, pins) is None:
    raise SystemExit(2)
"""


def build(target=BUILD, sources=SOURCES, lines=False):
    """Compile sources into target as a board would get them; return the number of files changed.

    lines: tracebacks have line numbers. main.py and the examples stay source text: an interpreter
    is started with them. Raises devcode.CompileError.
    """
    files = {}
    for folder in sources:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT / folder)
            if name.name not in ("manifest.py", "boot.py") and name.parts[0] != "virtual":
                files[name.as_posix()] = path
    return devcode.write(target, devcode.compiled(files, lines))


def environment(config=None):
    """Return the environment of the interpreter; config: path of the configuration."""
    env = dict(os.environ)
    env["MICROPYPATH"] = ":.frozen"  # started in BUILD: a module's file name takes heap
    env.setdefault("DATA", f"{ROOT / 'build' / 'data'}/")
    Path(env["DATA"]).mkdir(parents=True, exist_ok=True)
    env["CONFIG"] = str(config or ROOT / "firmware/config.example.json")
    mark = hashlib.sha256(env["CONFIG"].encode()).hexdigest()[:12]
    env.setdefault("CHECKED", f"{env['DATA']}checked-{mark}")
    return env


def started(heap, program="main"):
    """Return the command that runs a module of BUILD with a heap, main as a board's boot runs it.

    As a script its folder's whole path would stand in the heap, in each module's file name.
    """
    return [interpreter(), "-X", f"heapsize={heap}", "-c", f"import {program}"]


def check(env, folder=BUILD):
    """Have the configuration of env checked; return 0, or 2 when it cannot be used."""
    return subprocess.run(
        [interpreter(), "-c", _CHECK], env=env, cwd=folder, check=False
    ).returncode


def configured_baud(path):
    """Return module.baud of the configuration at path; 9600 where it cannot be read there."""
    try:
        return int(json.loads(Path(path).read_text())["module"]["baud"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return 9600  # the node itself says what is wrong with the file


def run(uart, baud, board, command, env, folder=None):
    """Run command on this computer as a board, in folder; return its exit status.

    Raises ValueError.
    """
    if str(VIRTUAL) not in sys.path:
        sys.path.insert(0, str(VIRTUAL))
    from vboard import VBoard

    from pchost.host import Host

    async def main():
        return await Host(VBoard(), uart, baud, board).run(command, env, folder)

    status = asyncio.run(main())
    return 128 - status if status < 0 else status


@click.command()
@click.option("--uart", default="127.0.0.1:5310", help="AT port: HOST:PORT or /dev/...")
@click.option("--baud", type=click.IntRange(300, 921600), help="of a device; default: configured")
@click.option("--board", default=None, help="HOST:PORT of the bench's virtual board")
@click.option("--config", default=None, type=click.Path(), help="default: config.example.json")
@click.option("--heap", default=HEAP, help=f"heap of the interpreter (default {HEAP})")
@click.option("--main", "program", default="main.py", help="program, below firmware/")
@click.option("--check", "instead", flag_value="check", help="check the configuration only")
@click.option("--sizes", "instead", flag_value="sizes", help="print sizes instead of running")
@click.option("--mpy", "instead", flag_value="mpy", help="compile into build/board instead")
@click.option("--lines", is_flag=True, help="line numbers in tracebacks")
def main(uart, baud, board, config, heap, program, instead, lines):
    """Run the node on this PC, under the real MicroPython, until Ctrl-C."""
    try:
        if instead == "mpy":
            target = ROOT / "build" / "board"
            build(target, ("lib", "firmware"), lines)
            print(f"compiled into {target.relative_to(ROOT)}")
            return
        node = program == "main.py"
        folder = BUILD if node else PROGRAM
        build(target=folder, lines=lines or not node)
    except devcode.CompileError as e:
        sys.exit(e.what)
    if instead == "sizes":
        from sizes import report

        report()
        return
    if config is not None:
        config = Path(config).expanduser().resolve()
    if not (folder / program).is_file():
        sys.exit(f"no program {program} below firmware/")
    command = started(heap) if node else [interpreter(), "-X", f"heapsize={heap}", program]
    env = environment(config)
    if "/" in program:  # the first place on the path is where the program lies
        env["MICROPYPATH"] = ":" + env["MICROPYPATH"]
    status = check(env) if node else 0
    if status or instead:
        sys.exit(status)
    try:
        sys.exit(run(uart, baud or configured_baud(env["CONFIG"]), board, command, env, folder))
    except ValueError as e:
        print(e, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
