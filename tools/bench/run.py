"""make run: bench and node together, every operation performed, judged and counted."""

import asyncio
import signal
import sys
import time
from pathlib import Path

import click

from bench.boardlink import BoardLink, new_board, serve_board
from bench.cli import print_line
from bench.module import Module
from bench.node import Node
from bench.platform import Platform
from bench.platform.events import Stored
from bench.port import Port
from bench.report import WINDOW_MS, Report
from bench.scenario import steps
from bench.serve import AddressError, Shell, bound, listen
from bench.ticks import BenchClock
from bench.wiring import load

HOST = "127.0.0.1"
EXAMPLE = Path(__file__).resolve().parents[2] / "firmware" / "config.example.json"
LEAVE_S = 8  # time to de-register
SETTLE_STEP_S = 0.5
CYCLE_S = 5
WARMTH = (27.5, 29.25, 31.5, 29.0, 26.75, 24.5, 26.0)


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--for", "seconds", type=click.FloatRange(1, 86400), help="Stop after so many s.")
@click.option("--baud", default=9600, show_default=True, type=click.IntRange(0, 4_000_000))
@click.option("--config", default=str(EXAMPLE), show_default=True, help="The node's, to check by.")
@click.option("--trace", is_flag=True, help="Print every AT line.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def main(seconds, baud, config, trace, command):
    """Run COMMAND, the node, against the bench; --uart and --board are added to it."""
    try:
        wiring = load(config)
        status = asyncio.run(Run(seconds, baud, wiring, trace).main(list(command)))
    except (AddressError, ValueError) as error:
        click.echo("bench.run: %s" % error, err=True)
        sys.exit(2)
    sys.exit(status)


class Run:
    """One run: servers, node, operations, verdict."""

    def __init__(self, seconds, baud, wiring, trace):
        self._until = time.monotonic() + seconds if seconds else None
        self._seconds = seconds
        self._wiring = wiring
        self._stop = asyncio.Event()
        self._report = Report()
        clock = BenchClock()
        self._platform = Platform(clock, network_ms=40)
        self._module = Module(clock, self._platform, register_ms=1000)
        self._module.on_operation = self._report.measured
        if trace:
            self._module.on_line = print_line
        self._link = BoardLink(new_board())
        self._shell = Shell(Port(self._module, clock, baud))
        self._imei = self._module.imei
        self._signals = 0

    async def main(self, command):
        """Do it all; return the exit status."""
        at = await listen(self._shell.serve_tcp, HOST, 0, "the module")
        board = await listen(
            lambda host, port: serve_board(self._link, host, port), HOST, 0, "the virtual board"
        )
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._signalled)
        command += ["--uart", bound(at), "--board", bound(board)]
        click.echo("bench  module on %s, board on %s" % (bound(at), bound(board)))
        try:
            self._node = await Node.start(command, bound(board), click.echo)
        except OSError as error:
            raise ValueError("cannot start %s: %s" % (command[0], error.strerror)) from None
        pump = asyncio.create_task(self._shell.pump())
        ticker = asyncio.create_task(self._watch(pump))
        try:
            await self._perform()
            await self._leave()
        finally:
            await self._node.end(0)
            ticker.cancel()
            pump.cancel()
        if pump.done() and not pump.cancelled():
            pump.result()
        device = self._platform.device(self._imei)
        self._report.notifications = device.notifications if device else 0
        self._report.ended_by_user = self._seconds is None and self._signals > 0
        self._report.summary()
        return 0 if self._report.good else 1

    # -- control ------------------------------------------------------------------------------

    def _signalled(self):
        self._signals += 1
        self._stop.set()

    async def _watch(self, pump):
        """Set stop when the time is over, the node has ended or the pump broke."""
        while not self._stop.is_set():
            await asyncio.sleep(0.1)
            if self._node.ended is not None:
                self._report.problems.append("the node ended with status %d" % self._node.ended)
                self._stop.set()
            if pump.done() or (self._until and time.monotonic() >= self._until):
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
        for step in steps(self._imei, self._link, self._wiring):
            if self._stop.is_set():
                return
            await self._perform_step(step)
        self._report.complete = not self._stop.is_set()
        if self._report.complete:
            click.echo("bench  every operation performed")
        await self._repeat()

    async def _repeat(self):
        """A gentle cycle, until stop: an operation and a new temperature every CYCLE_S."""
        lists = steps(self._imei, self._link, self._wiring)
        gentle = [step for step in lists if step.title.startswith("read") and step.code == 205]
        self._platform.listen(_tell)
        while True:
            for celsius, step in zip(WARMTH, gentle, strict=False):
                if not await self._pause(CYCLE_S):
                    return
                self._link.set_temp(self._wiring.sensors[0], celsius)
                await self._perform_step(step)

    async def _wait_ready(self):
        """Wait until the node is online and its first discovers and observes are done."""
        click.echo("bench  waiting for the node to register")
        while True:
            device = self._platform.device(self._imei)
            if device and device.online and device.observed:
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
            problem = _judge(step, operation)
            while problem and operation.code == step.code and operation.kind != "read":
                # Pins follow by way of the board link, a moment after the answer.
                if time.monotonic() > deadline or not await self._pause(0.1):
                    break
                problem = _judge(step, operation)
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
            if device and not device.online and not self._module.session.created:
                self._report.deregistered = True
                break
            if self._node.ended is not None and not (device and device.online):
                break
            await asyncio.sleep(0.05)
        await self._node.end(max(end - time.monotonic(), 1) if self._signals == signals else 0)


def _tell(event):
    if isinstance(event, Stored):
        click.echo("bench  notified %d/%d/%d = %s" % (*event.path, event.value))


def _judge(step, operation):
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
