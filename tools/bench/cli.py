"""m5310-bench: simulated modules and the local OneNET, served on this computer."""

import asyncio
import contextlib
import signal
import sqlite3
import sys

import click

from bench.bench import IMEI, IMSI, Bench
from bench.faults.script import ScriptError, load
from bench.limits import allow_files, tell_exhaustion
from bench.platform.store import StoreError
from bench.serve import AddressError, parse_address
from bench.state import (
    clock_option,
    database_options,
    open_store,
    profile_option,
    push_options,
    push_target,
    server_options,
)
from bench.uplink import DEFAULT as UDP_PEER
from uplink.cli import as_json

UDP_COUNTS = ("readings", "repeated", "refused")
DEFAULT_AT, DEFAULT_BOARD = "127.0.0.1:5310", "127.0.0.1:5311"
MAX_MODULES = 500


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
@click.option(
    "--modules",
    default=1,
    show_default=True,
    type=click.IntRange(1, MAX_MODULES),
    help="How many; AT and board ports, IMEI and IMSI count up from the first.",
)
@click.option("--imei", default=IMEI, show_default=True, callback=_digits(15, 15))
@click.option("--imsi", default=IMSI, show_default=True, callback=_digits(15, 15))
@profile_option
@clock_option
@click.option("--bootstrap", is_flag=True, help="Registration by way of a bootstrap server.")
@click.option(
    "--register-after",
    default=2.0,
    show_default=True,
    type=click.FloatRange(0, 3600),
    metavar="SECONDS",
    help="How long the network search takes.",
)
@click.option("--udp", is_flag=True, help="Print what arrives by UDP at %s." % UDP_PEER)
@click.option("--udp-key", metavar="KEY", help="The key of these datagrams.")
@click.option("--echo", is_flag=True, help="Echo commands, as after ATE1.")
@click.option("--trace", is_flag=True, help="Print every AT line, > to and < from the module.")
@click.option("--faults", metavar="FILE", help="Play a fault script, see docs/bench.md.")
@server_options
@push_options
@database_options
def main(**options):
    """Serve simulated M5310 modules and the OneNET behind them on this computer."""
    try:
        asyncio.run(_serve(options))
    except (AddressError, StoreError, ScriptError) as error:
        click.echo("m5310-bench: %s" % error, err=True)
        sys.exit(2)
    except sqlite3.Error as error:
        click.echo("m5310-bench: the database cannot be written: %s" % error, err=True)
        sys.exit(1)


async def _serve(options):
    _check(options)
    board, at = parse_address(options["board"]), parse_address(options["at"])
    http = parse_address(options["http"])
    push = push_target(options["push"], options["push_token"])
    script = _script(options["faults"])
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    allow_files(options["modules"])
    tell_exhaustion(loop, lambda text: click.echo("m5310-bench: " + text, err=True))
    bench = Bench(
        open_store(options["db"], options["memory"]),
        key=options["key"],
        modules=options["modules"],
        # A real serial line is as slow as it is: no pacing on top.
        baud=0 if options["serial"] else options["baud"],
        imei=options["imei"],
        imsi=options["imsi"],
        push=push,
        profile=options["profile"],
        cclk=options["clock"],
        bootstrap=options["bootstrap"],
        register_ms=int(options["register_after"] * 1000),
        echo=options["echo"],
    )
    bench.tell_storage(lambda text: click.echo("m5310-bench: " + text, err=True))
    if options["trace"]:
        trace_to_screen(bench)
    _receive(bench, options["udp"], options["udp_key"])
    try:
        for station in bench.stations:
            await station.serve_board(*board)
            if options["serial"]:
                station.serve_serial(options["serial"], options["baud"])
            elif options["pty"]:
                station.serve_pty()
            else:
                await station.serve(*at)
        await bench.serve_http(*http)
        _tell(bench, options)
        if script:
            click.echo(
                "faults          %d, the last after %g s" % (len(script.faults), script.last_s)
            )
            for station in bench.stations:
                station.play(script)
        await until(bench.run(), stop)
    finally:
        await bench.close()
    click.echo("\nstopped")
    if options["udp"]:
        received = [station.uplink.receiver for station in bench.stations]
        counts = [sum(getattr(each, name) for each in received) for name in UDP_COUNTS]
        click.echo("by UDP          %d readings, %d came again, %d refused" % tuple(counts))


def _check(options):
    if options["pty"] and options["serial"]:
        raise AddressError("give --pty or --serial, not both")
    if options["serial"] and not options["baud"]:
        raise AddressError("--serial needs a --baud above 0, such as 9600")
    if options["serial"] and options["modules"] > 1:
        raise AddressError("a serial device has one end: --modules needs TCP or --pty")
    if int(options["imei"]) + options["modules"] > 10**15:
        raise AddressError("--imei is too close to its end for so many modules")


def _receive(bench, printed, key):
    """Set up the server for datagrams behind each module."""
    for station in bench.stations:
        receiver = station.uplink.receiver
        receiver.key = key.encode() if key else None
        if printed:
            receiver.on_reading = lambda imei, reading: click.echo(as_json(imei, reading))


def _script(path):
    """Return the fault script at path, None for no path. Raises ScriptError."""
    script = load(path) if path else None
    if script and any(fault.do == "restart" for fault in script.faults):
        raise ScriptError("%s: the bench has no node to restart, `make chaos` has" % path)
    return script


def _tell(bench, options):
    """Print what is where, and what to do next."""
    speed = "%d baud" % options["baud"] if options["baud"] else "as fast as possible"
    for station in bench.stations:
        click.echo(
            "simulated %s %s, %s, board %s, imei %s"
            % (
                station.module.profile.model,
                station.at,
                speed,
                station.board_at,
                station.module.imei,
            )
        )
    click.echo("console         http://%s/" % bench.http)
    click.echo("HTTP API        http://%s/docs" % bench.http)
    if bench.push:
        tell_push(bench.push)
    first = bench.stations[0]
    board = " BOARD=%s" % first.board_at if first.board_at != DEFAULT_BOARD else ""
    if not options["serial"]:
        click.echo("next, in another terminal: make node UART=%s%s" % (first.at, board))


def tell_push(push, title="push           "):
    """Print where the push goes and how it stands, now and each time that changes."""

    def tell(state):
        click.echo("%s %s (%s)" % (title, push.url, state))

    push.on_state = tell
    tell(push.state)


async def until(work, stop):
    """Run work until stop is set. Raises what work raises."""
    working = asyncio.create_task(work)
    ended = asyncio.create_task(stop.wait())
    await asyncio.wait((working, ended), return_when=asyncio.FIRST_COMPLETED)
    ended.cancel()
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working


def trace_to_screen(bench):
    """Print every AT line from now on, with its module where there are several."""
    for station in bench.stations:
        name = "%d " % station.number if len(bench.stations) > 1 else ""
        station.trace.on_line = lambda line, name=name: click.echo(name + str(line))


if __name__ == "__main__":
    main()
