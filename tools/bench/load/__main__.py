"""python -m bench.load: does the bench keep up with many nodes, and answer meanwhile?"""

import asyncio
import contextlib
import os
import signal
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

import click
import httpx

from bench.load import figures
from bench.load.client import API_KINDS, Client, percentile
from bench.load.node import LoadNode, NodeError
from bench.load.process import BenchProcess, cpu_s
from bench.load.stored import count, missing
from bench.platform.store import Store

REPORT_S = 5
WARM_SHARE = 0.25  # of the time, until the memory has to be flat
LAST_ACKS_S = 10


@click.command()
@click.option("--seconds", default=60.0, show_default=True, type=click.FloatRange(2, 86400))
@click.option(
    "--rate",
    default=1000,
    show_default=True,
    type=click.IntRange(1, 100_000),
    help="Datapoints a second, of all nodes together; a NOTIFY each.",
)
@click.option("--modules", default=50, show_default=True, type=click.IntRange(1, 500))
@click.option(
    "--asks",
    default=20,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="HTTP API calls a second; a real-time read a second comes on top.",
)
@click.option("--kill", is_flag=True, help="End with SIGKILL and look what became of the data.")
def main(seconds, rate, modules, asks, kill):
    """Measure m5310-bench under load on this computer, in a database of its own.

    Exit status 0: every target is met.
    """
    with tempfile.TemporaryDirectory(prefix="bench-load-") as folder:
        load = Load(Path(folder) / "onenet.db", seconds, rate, modules, asks, kill)
        try:
            good = asyncio.run(load.run())
        except (OSError, NodeError, TimeoutError, httpx.HTTPError) as error:
            click.echo("bench.load: %s" % (error or type(error).__name__), err=True)
            sys.exit(2)
    sys.exit(0 if good else 1)


class Load:
    """One measurement."""

    def __init__(self, database, seconds, rate, modules, asks, kill):
        self._database = database
        self._seconds = seconds
        self._rate = rate
        self._modules = modules
        self._asks = asks
        self._kill = kill
        self._rss = []  # (seconds since the start, bytes)
        self._nodes = []

    async def run(self):
        """Measure and print; return whether every target is met."""
        click.echo("starting a bench with %d modules" % self._modules)
        bench = await BenchProcess.start(self._modules, self._database)
        client = Client(bench.api, bench.key)
        try:
            self._nodes = [LoadNode(*module) for module in bench.modules]
            await asyncio.gather(*(node.connect() for node in self._nodes))
            devices = await client.devices()
            click.echo("every node is registered and observed")
            await self._load(bench, client, devices)
            ended = await self._finish(bench)
        finally:
            await client.close()
            for node in self._nodes:
                node.close()
            await bench.kill()
        return self._report(client, ended)

    async def _load(self, bench, client, devices):
        loop = asyncio.get_running_loop()
        self._begun = loop.time()
        each = self._rate / len(self._nodes)
        notifying = [
            asyncio.create_task(
                node.notify(each, self._begun + number / self._rate, self._begun + self._seconds)
            )
            for number, node in enumerate(self._nodes)
        ]
        asking = [
            asyncio.create_task(client.ask(devices, self._asks)),
            asyncio.create_task(client.read(devices)),
            asyncio.create_task(self._watch(bench, client)),
        ]
        with _stop_on_signal(lambda: [task.cancel() for task in notifying]):
            await asyncio.wait(notifying)
        self._took_s = loop.time() - self._begun
        for task in asking:
            task.cancel()
        await asyncio.wait(asking)
        for task in asking:
            if not task.cancelled():
                task.result()

    async def _watch(self, bench, client):
        """Print how it goes, every REPORT_S."""
        click.echo("     s     sent   stored   API ms p50   p95   p99     RSS MB   CPU %  (mine)")
        reader = sqlite3.connect("file:%s?mode=ro" % self._database, uri=True)
        loop = asyncio.get_running_loop()
        last_s, used, mine = loop.time(), bench.cpu_s(), cpu_s(os.getpid())
        next_s = self._begun + REPORT_S
        seen = 0
        while True:
            await asyncio.sleep(1)
            now = loop.time()
            self._rss.append((now - self._begun, bench.rss()))
            if now < next_s:
                continue
            next_s += REPORT_S
            part = [ms for _, kind, ms in client.samples[seen:] if kind in API_KINDS]
            seen = len(client.samples)
            stored = reader.execute("SELECT max(id) FROM points").fetchone()[0] or 0
            before, used, mine_before, mine = used, bench.cpu_s(), mine, cpu_s(os.getpid())
            row = (now - self._begun, self.accepted, stored)
            row += tuple(percentile(part, p) for p in (0.5, 0.95, 0.99))
            row += (bench.rss() / figures.MB, (used - before) / (now - last_s) * 100)
            row += ((mine - mine_before) / (now - last_s) * 100,)
            click.echo("%6.0f %8d %8d %12.1f %5.1f %5.1f %10.1f %7.0f %7.0f" % row)
            last_s = now

    async def _finish(self, bench):
        """End the bench; return how long the last acknowledgements took, None if it was killed."""
        if self._kill:
            await bench.kill()
            # What it had sent before is still on the lines.
            await asyncio.gather(*(node.ended() for node in self._nodes))
            return None
        begun = time.monotonic()
        while any(node.waiting for node in self._nodes):
            if time.monotonic() - begun > LAST_ACKS_S:
                break
            await asyncio.sleep(0.01)
        took_s = time.monotonic() - begun
        await bench.stop()
        return took_s

    @property
    def accepted(self):
        return sum(node.accepted for node in self._nodes)

    def _report(self, client, last_acks_s):
        store = Store(self._database)
        acknowledged = sum(len(node.acknowledged) for node in self._nodes)
        lost = missing(store, self._nodes)
        stored = count(store)
        size = self._database.stat().st_size
        store.close()
        refused = sum(node.refused for node in self._nodes)
        verdict = figures.Verdict()
        rate = self.accepted / self._took_s
        if not self._kill:
            verdict.add(
                rate >= figures.RATE_SHARE * self._rate,
                "rate: %.0f datapoints a second of %d" % (rate, self._rate),
            )
            verdict.add(
                stored == self.accepted == acknowledged and not refused,
                "sent %d (refused %d), acknowledged %d, stored %d"
                % (self.accepted, refused, acknowledged, stored),
            )
            self._judge_api(verdict, client)
            self._judge_memory(verdict)
        verdict.add(
            not lost and acknowledged > 0,
            "acknowledged %d, found %d, lost %d"
            % (acknowledged, acknowledged - len(lost), len(lost)),
        )
        click.echo("\nconditions")
        rows = figures.machine()
        rows.append(
            (
                "load",
                "%d modules, %d datapoints/s for %.0f s, each a NOTIFY with ackid, one command"
                " at a time" % (self._modules, self._rate, self._took_s),
            )
        )
        rows.append(("API client", "%d calls/s one after the other, 1 read/s" % self._asks))
        rows.append(("database", "%d datapoints, %.1f MB" % (stored, size / figures.MB)))
        if last_acks_s is not None:
            rows.append(("last acknowledgement", "%.2f s after the end" % last_acks_s))
        click.echo("\n".join(figures.table(rows)))
        click.echo("\nlatency of the HTTP API")
        click.echo("\n".join(figures.latencies(client.samples)))
        for error in client.errors[:5]:
            click.echo("  failed: %s" % error)
        click.echo("\ntargets" + (" after SIGKILL" if self._kill else ""))
        click.echo("\n".join(verdict.lines()))
        return verdict.good

    def _judge_api(self, verdict, client):
        worst = figures.api_p95(client.samples)
        verdict.add(
            bool(client.samples) and worst < figures.P95_MS and not client.errors,
            "API p95: %.1f ms in the slowest kind of call, has to be below %d (%d failed)"
            % (worst, figures.P95_MS, len(client.errors)),
        )

    def _judge_memory(self, verdict):
        warm = [rss for at_s, rss in self._rss if at_s >= WARM_SHARE * self._seconds]
        if not warm:
            return
        growth = warm[-1] / warm[0] - 1
        verdict.add(
            growth < figures.MAX_GROWTH,
            "memory: %.1f MB after %.0f s, %.1f MB at the end: %+.1f %%, has to be below %.0f %%"
            % (
                warm[0] / figures.MB,
                WARM_SHARE * self._seconds,
                warm[-1] / figures.MB,
                growth * 100,
                figures.MAX_GROWTH * 100,
            ),
        )


@contextlib.contextmanager
def _stop_on_signal(stop):
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


if __name__ == "__main__":
    main()
