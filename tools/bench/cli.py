"""m5310-bench: the simulated module and the local platform, served on this computer."""

import asyncio
import signal
import sys

import click

from bench.boardlink import BoardLink, new_board, serve_board
from bench.module import Module
from bench.platform import Platform
from bench.port import Port
from bench.serve import AddressError, Shell, bound, listen, parse_address
from bench.ticks import BenchClock

DEFAULT_AT, DEFAULT_BOARD = "127.0.0.1:5310", "127.0.0.1:5311"


def _digits(low, high):
    def check(ctx, param, value):
        if not (value.isascii() and value.isdigit() and low <= len(value) <= high):
            raise click.BadParameter("%r: has to be %d digits" % (value, high))
        return value

    return check


@click.command()
@click.option("--at", default=DEFAULT_AT, show_default=True, help="HOST:PORT; port 0 = any free.")
@click.option("--pty", is_flag=True, help="Serve a pseudo terminal instead; its name is printed.")
@click.option("--serial", metavar="DEVICE", help="Serve a serial device instead.")
@click.option(
    "--baud",
    default=9600,
    show_default=True,
    type=click.IntRange(0, 4_000_000),
    help="Pace both ways; 0 = as fast as possible.",
)
@click.option("--board", default=DEFAULT_BOARD, show_default=True, help="HOST:PORT of the board.")
@click.option("--imei", default="867725030000018", show_default=True, callback=_digits(15, 15))
@click.option("--imsi", default="460040000000018", show_default=True, callback=_digits(15, 15))
@click.option("--bootstrap", is_flag=True, help="Registration by way of a bootstrap server.")
@click.option(
    "--register-after",
    default=2.0,
    show_default=True,
    type=click.FloatRange(0, 3600),
    metavar="SECONDS",
    help="How long the network search takes.",
)
@click.option("--echo", is_flag=True, help="Echo commands, as after ATE1.")
@click.option("--trace", is_flag=True, help="Print every AT line, > to and < from the module.")
def main(**options):
    """Serve a simulated M5310 and the OneNET behind it on this computer."""
    try:
        asyncio.run(_serve(options))
    except AddressError as error:
        click.echo("m5310-bench: %s" % error, err=True)
        sys.exit(2)


async def _serve(options):
    if options["pty"] and options["serial"]:
        raise AddressError("give --pty or --serial, not both")
    if options["serial"] and not options["baud"]:
        raise AddressError("--serial needs a --baud above 0, such as 9600")
    board_address, at = parse_address(options["board"]), parse_address(options["at"])
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    clock = BenchClock()
    module = Module(
        clock,
        Platform(clock),
        options["imei"],
        options["imsi"],
        bootstrap=options["bootstrap"],
        register_ms=int(options["register_after"] * 1000),
        echo=options["echo"],
    )
    if options["trace"]:
        module.on_line = print_line
    # A real serial line is as slow as it is: no pacing on top.
    shell = Shell(Port(module, clock, 0 if options["serial"] else options["baud"]))
    board = await listen(
        lambda host, port: serve_board(BoardLink(new_board()), host, port),
        *board_address,
        "the virtual board (--board)",
    )
    click.echo("virtual board   %s" % bound(board))
    await _open(shell, options, at)
    pump = asyncio.create_task(shell.pump())
    ended = asyncio.create_task(stop.wait())
    await asyncio.wait((pump, ended), return_when=asyncio.FIRST_COMPLETED)
    if pump.done():
        pump.result()
    click.echo("\nstopped")


async def _open(shell, options, at):
    """Open the module's line as the options say and print what to do next."""
    if options["serial"]:
        shell.serve_serial(options["serial"], options["baud"])
        click.echo("simulated M5310 %s at %d baud" % (options["serial"], options["baud"]))
        return
    if options["pty"]:
        name = shell.serve_pty()
    else:
        name = bound(await listen(shell.serve_tcp, *at, "the module (--at)"))
    speed = "%d baud" % options["baud"] if options["baud"] else "as fast as possible"
    click.echo("simulated M5310 %s, %s" % (name, speed))
    click.echo("next, in another terminal: make node UART=%s" % name)


def print_line(direction, line, now_ms):
    """Print one AT line with its direction and the time in s."""
    click.echo("%9.3f %s %s" % (now_ms / 1000, direction, line.decode("latin-1")))


if __name__ == "__main__":
    main()
