"""make run: bench and node together, every operation performed, judged and counted."""

import asyncio
import signal
import sqlite3
import sys
import time

import click

from bench.bench import Bench
from bench.cli import tell_push, trace_to_screen
from bench.limits import allow_files, tell_exhaustion
from bench.node import Node
from bench.platform.events import Stored
from bench.platform.store import StoreError
from bench.report import WINDOW_MS, Report
from bench.scenario import after, steps
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
from bench.wiring import EXAMPLE, load

HOST = "127.0.0.1"
LEAVE_S = 8  # time to de-register
LEAVE_PUSH_S = 2  # time to push that it has gone
SETTLE_STEP_S = 0.5
CYCLE_S = 5
WARMTH = (27.5, 29.25, 31.5, 29.0, 26.75, 24.5, 26.0)


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--for", "seconds", type=click.FloatRange(1, 86400), help="Stop after so many s.")
@click.option("--baud", default=9600, show_default=True, type=click.IntRange(0, 4_000_000))
@click.option("--config", default=str(EXAMPLE), show_default=True, help="The node's, to check by.")
@profile_option
@clock_option
@click.option("--trace", is_flag=True, help="Print every AT line.")
@server_options
@push_options
@database_options
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def main(command, seconds, **options):
    """Run COMMAND, the node, against the bench; --uart and --board are added to it."""
    try:
        status = asyncio.run(_run(list(command), seconds, options))
    except (AddressError, StoreError, ValueError) as error:
        click.echo("bench.run: %s" % error, err=True)
        sys.exit(2)
    except sqlite3.Error as error:
        click.echo("bench.run: the database cannot be written: %s" % error, err=True)
        sys.exit(1)
    sys.exit(status)


async def _run(command, seconds, options):
    """Serve a bench for one Run; return the exit status."""
    wiring = load(options["config"])
    http = parse_address(options["http"])
    push = push_target(options["push"], options["push_token"])
    allow_files(1)
    loop = asyncio.get_running_loop()
    tell_exhaustion(loop, lambda text: click.echo("bench  " + text, err=True))
    bench = Bench(
        open_store(options["db"], options["memory"]),
        key=options["key"],
        baud=options["baud"],
        wiring=wiring,
        push=push,
        profile=options["profile"],
        cclk=options["clock"],
        network_ms=40,
        register_ms=1000,
    )
    bench.tell_storage(lambda text: click.echo("bench  " + text, err=True))
    if options["trace"]:
        trace_to_screen(bench)
    run = Run(seconds, wiring, bench)
    try:
        await bench.serve_http(*http)
        click.echo("bench  console on http://%s/" % bench.http)
        if bench.push:
            tell_push(bench.push, "bench  push to")
        return await run.main(command)
    finally:
        await bench.close()


class Run:
    """One run on the first station of a Bench: node, operations, verdict."""

    def __init__(self, seconds, wiring, bench):
        self._until = None  # from the start of the node on
        self._seconds = seconds
        self._wiring = wiring
        self._bench = bench
        self._station = bench.stations[0]
        self._stop = asyncio.Event()
        self._report = Report()
        self._platform = bench.platform
        self._station.trace.on_operation = self._measured
        self._link = self._station.link
        self._imei = self._station.module.imei
        self._signals = 0
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._signalled)

    async def main(self, command):
        """Do it all; return the exit status."""
        station = self._station
        await station.serve(HOST, 0)
        await station.serve_board(HOST, 0)
        if self._signals:
            click.echo("stopped before the node was started")
            return 130
        if self._seconds:
            self._until = time.monotonic() + self._seconds
        command += ["--uart", station.at, "--board", station.board_at]
        click.echo("bench  module on %s, board on %s" % (station.at, station.board_at))
        try:
            self._node = await Node.start(command, station.board_at, click.echo)
        except OSError as error:
            raise ValueError("cannot start %s: %s" % (command[0], error.strerror)) from None
        work = asyncio.create_task(self._bench.run())
        ticker = asyncio.create_task(self._watch(work))
        try:
            await self._perform()
            await self._leave()
            if self._bench.push:
                await self._bench.push.drain(LEAVE_PUSH_S)
        finally:
            await self._node.end(0)
            ticker.cancel()
            work.cancel()
        if work.done() and not work.cancelled():
            work.result()
        device = self._platform.device(self._imei)
        self._report.notifications = device.notifications if device else 0
        self._report.ended_by_user = self._seconds is None and self._signals > 0
        self._report.summary()
        return 0 if self._report.good else 1

    def _measured(self, record):
        if not self._station.faults.active:  # what a fault does to it is no one's failure
            self._report.measured(record)

    # -- control ------------------------------------------------------------------------------

    def _signalled(self):
        self._signals += 1
        self._stop.set()

    async def _watch(self, work):
        """Set stop when the time is over, the node has ended or the bench broke."""
        while not self._stop.is_set():
            await asyncio.sleep(0.1)
            if self._node.ended is not None:
                self._report.problems.append("the node ended with status %d" % self._node.ended)
                self._stop.set()
            if work.done() or (self._until and time.monotonic() >= self._until):
                self._stop.set()

    async def _pause(self, seconds):
        """Sleep, but not beyond stop; return whether to go on."""
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return True
        return False

    # -- operations ---------------------------------------------------------------------------

    async def _perform(self):
        if not await self._wait_ready():
            return
        self._report.heading()
        listed = steps(self._imei, self._link, self._wiring)
        for number, step in enumerate(listed, 1):
            if self._stop.is_set() or self._bench.hands_on:
                break
            self._bench.progress = "operation %d of %d: %s" % (number, len(listed), step.title)
            await self._perform_step(step)
        else:
            self._report.complete = not self._stop.is_set()
        self._bench.progress = ""
        if self._stop.is_set():
            return
        if self._report.complete:
            click.echo("bench  every operation performed")
        else:
            self._report.taken_over = True
            click.echo("bench  you took over in the console: the rest of the list is left out")
        for step in after(self._imei, self._link, self._wiring):
            if not self._stop.is_set():
                await self._perform_step(step)
        await self._repeat()

    async def _repeat(self):
        """A gentle cycle, until stop: an operation and a new temperature every CYCLE_S.

        Whoever moves something in the console has the temperatures.
        """
        lists = steps(self._imei, self._link, self._wiring)
        gentle = [step for step in lists if step.title.startswith("read") and step.code == 205]
        self._platform.listen(_tell)
        while True:
            for celsius, step in zip(WARMTH, gentle, strict=False):
                if not await self._pause(CYCLE_S):
                    return
                if not self._bench.hands_on:
                    self._link.set_temp(self._wiring.sensors[0], celsius)
                await self._perform_step(step)

    async def _wait_ready(self):
        """Wait until the node is online and its first discovers and observes are done."""
        click.echo("bench  waiting for the node to register")
        while True:
            device = self._platform.device(self._imei)
            if device and device.registrations and device.online and device.observed:
                if not device.sent and not device.waiting:
                    return True
            if not await self._pause(0.1):
                return False

    async def _perform_step(self, step):
        deadline = time.monotonic() + step.settle_s
        while True:
            operation = step.ask(self._platform)
            before = operation.before
            if before:
                await self._done(before)
            await self._done(operation)
            problem = judge(step, operation)
            while problem and operation.code == step.code and operation.kind != "read":
                # Pins follow by way of the board link, a moment after the answer.
                if time.monotonic() > deadline or not await self._pause(0.1):
                    break
                problem = judge(step, operation)
            if problem and self._bench.hands_on:
                return  # moved by hand meanwhile: not the node's fault
            if before:
                wrong = "" if before.ok else "result is %s" % before.name
                self._report.add(step.title + " (attributes)", before, wrong)
            if not problem or operation.kind != "read" or time.monotonic() > deadline:
                break
            if not await self._pause(SETTLE_STEP_S):
                break
        self._report.add(step.title, operation, problem)

    async def _done(self, operation):
        """Wait until the operation is done; after stop no longer than an answer may take."""
        done = asyncio.Event()
        operation.on_done(lambda _: done.set())
        waits = [asyncio.create_task(done.wait()), asyncio.create_task(self._stop.wait())]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait(waits[:1], timeout=WINDOW_MS / 1000)
        for task in waits:
            task.cancel()

    async def _leave(self):
        """Have the node de-register, within LEAVE_S; a second signal cuts it short."""
        click.echo("bench  asking the node to de-register")
        self._node.interrupt()
        end = time.monotonic() + LEAVE_S
        signals = self._signals
        while time.monotonic() < end and self._signals == signals:
            device = self._platform.device(self._imei)
            if device and not device.online and not self._station.module.session.created:
                self._report.deregistered = True
                break
            if self._node.ended is not None and not (device and device.online):
                break
            await asyncio.sleep(0.05)
        await self._node.end(max(end - time.monotonic(), 1) if self._signals == signals else 0)


def _tell(event):
    if isinstance(event, Stored):
        click.echo("bench  notified %d/%d/%d = %s" % (*event.path, event.value))


def judge(step, operation):
    """Return what is wrong with the operation's answer, "" if nothing."""
    if operation.code != step.code:
        reason = " (%s)" % operation.reason if operation.reason else ""
        return "result is %s%s, not %d" % (operation.name, reason, step.code)
    try:
        return step.check(operation) if step.check else ""
    except (TypeError, IndexError):
        return "unusable values %s" % operation.values


if __name__ == "__main__":
    main()
