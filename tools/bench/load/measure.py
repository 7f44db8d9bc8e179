"""One measurement: a bench, its nodes, a client of its API, and what they saw."""

import asyncio
import contextlib
import os
import signal
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

import click

from bench.figures import percentile
from bench.load.client import API_KINDS, Client
from bench.load.node import LoadNode
from bench.load.process import BenchProcess, cpu_s

MB = 1 << 20
REPORT_S = 5
LAST_ACKS_S = 10


@dataclass
class Settings:
    """rate: datapoints a second of all modules. asks: API calls a second. kill: end by SIGKILL."""

    database: Path
    seconds: float
    rate: int
    modules: int
    asks: int
    kill: bool


class Measurement:
    """One measurement.

    nodes: LoadNodes. samples, errors: of the API Client. took_s: how long the nodes notified.
    rss: [(seconds since the start, bytes)]. last_acks_s: from the last notification to the last
    acknowledgement, None where the bench was killed.
    """

    def __init__(self, settings):
        self.settings = settings
        self.nodes = []
        self.samples, self.errors = [], []
        self.rss = []
        self.took_s = 0
        self.last_acks_s = None

    async def run(self):
        """Measure, and print how it goes. Raises OSError, NodeError, httpx.HTTPError."""
        click.echo("starting a bench with %d modules" % self.settings.modules)
        bench = await BenchProcess.start(self.settings.modules, self.settings.database)
        client = Client(bench.api, bench.key)
        self.samples, self.errors = client.samples, client.errors
        try:
            self.nodes = [LoadNode(*module) for module in bench.modules]
            await asyncio.gather(*(node.connect() for node in self.nodes))
            devices = await client.devices()
            click.echo("every node is registered and observed")
            await self._load(bench, client, devices)
            await self._finish(bench)
        finally:
            await client.close()
            for node in self.nodes:
                node.close()
            await bench.kill()

    async def _load(self, bench, client, devices):
        loop = asyncio.get_running_loop()
        self._begun = loop.time()
        each = self.settings.rate / len(self.nodes)
        end = float("inf") if self.settings.kill else self._begun + self.settings.seconds
        notifying = [
            asyncio.create_task(node.notify(each, self._begun + number / self.settings.rate, end))
            for number, node in enumerate(self.nodes)
        ]
        asking = [
            asyncio.create_task(client.ask(devices, self.settings.asks)),
            asyncio.create_task(client.read(devices)),
            asyncio.create_task(self._watch(bench)),
        ]
        with _on_signal(self._stop_notifying):
            await asyncio.wait(
                notifying, timeout=self.settings.seconds if self.settings.kill else None
            )
        self.took_s = loop.time() - self._begun
        for task in asking:
            task.cancel()
        await asyncio.wait(asking)
        if self.settings.kill:
            await bench.kill()
            await asyncio.wait(notifying)
        for task in asking + notifying:
            if not task.cancelled():
                task.result()

    def _stop_notifying(self):
        for node in self.nodes:
            node.stopping = True

    async def _watch(self, bench):
        """Print how it goes, every REPORT_S."""
        click.echo("     s     sent   stored   API ms p50   p95   p99     RSS MB   CPU %  (mine)")
        with contextlib.closing(
            sqlite3.connect("file:%s?mode=ro" % self.settings.database, uri=True)
        ) as reader:
            await self._watch_with(reader, bench)

    async def _watch_with(self, reader, bench):
        loop = asyncio.get_running_loop()
        last_s, used, mine = loop.time(), bench.cpu_s(), cpu_s(os.getpid())
        next_s = self._begun + REPORT_S
        seen = 0
        while True:
            await asyncio.sleep(1)
            now = loop.time()
            self.rss.append((now - self._begun, bench.rss()))
            if now < next_s:
                continue
            next_s += REPORT_S
            part = [ms for _, kind, ms in self.samples[seen:] if kind in API_KINDS]
            seen = len(self.samples)
            stored = reader.execute("SELECT max(id) FROM points").fetchone()[0] or 0
            before, used, mine_before, mine = used, bench.cpu_s(), mine, cpu_s(os.getpid())
            row = (now - self._begun, self.accepted, stored)
            row += tuple(percentile(part, p) for p in (0.5, 0.95, 0.99))
            row += (bench.rss() / MB, (used - before) / (now - last_s) * 100)
            row += ((mine - mine_before) / (now - last_s) * 100,)
            click.echo("%6.0f %8d %8d %12.1f %5.1f %5.1f %10.1f %7.0f %7.0f" % row)
            last_s = now

    async def _finish(self, bench):
        if self.settings.kill:
            # What it had sent before is still on the lines.
            await asyncio.gather(*(node.ended() for node in self.nodes))
            return
        begun = time.monotonic()
        while any(node.waiting for node in self.nodes):
            if time.monotonic() - begun > LAST_ACKS_S:
                break
            await asyncio.sleep(0.01)
        self.last_acks_s = time.monotonic() - begun
        await bench.stop()

    @property
    def accepted(self):
        """Return how many notifications got their OK."""
        return sum(node.accepted for node in self.nodes)


@contextlib.contextmanager
def _on_signal(stop):
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
