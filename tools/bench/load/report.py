"""What came out: conditions, latencies, and whether the targets are met."""

import sqlite3

import click

from bench.figures import machine, percentile
from bench.load.client import API_KINDS, READ
from bench.load.measure import MB
from bench.load.stored import count, missing
from bench.platform.store import Store

P95_MS = 50
MAX_GROWTH = 0.05  # of the memory after the warm-up
WARM_SHARE = 0.25  # of the time, until the memory has to be flat
RATE_SHARE = 0.99  # of the rate asked for
PACKAGES = ("fastapi", "uvicorn", "httpx")


def report(measured):
    """Print all about a Measurement; return whether every target is met."""
    settings = measured.settings
    store = Store(settings.database)
    lost, stored = missing(store, measured.nodes), count(store)
    store.close()
    targets = [_loss(measured, lost)]
    if not settings.kill:
        targets = [_rate(measured), _complete(measured, stored), *targets]
        targets += [_api(measured), _memory(measured)]
    click.echo("\nconditions")
    for row in _machine() + _conditions(measured, stored):
        click.echo("  %-22s %s" % row)
    click.echo("\nlatency of the HTTP API")
    for line in _latencies(measured.samples):
        click.echo("  " + line)
    for error in measured.errors[:5]:
        click.echo("  failed: %s" % error)
    click.echo("\ntargets" + (" after SIGKILL" if settings.kill else ""))
    for met, text in targets:
        click.echo("  %-7s %s" % ("met" if met else "MISSED", text))
    return all(met for met, _ in targets)


# -- targets: (whether it is met, text) -----------------------------------------------------------


def _loss(measured, lost):
    told = sum(len(node.acknowledged) for node in measured.nodes)
    open_ones = sum(len(node.waiting) for node in measured.nodes)
    text = "acknowledged %d, found %d, lost %d; %d more were not acknowledged yet"
    return told > 0 and not lost, text % (told, told - len(lost), len(lost), open_ones)


def _rate(measured):
    rate = measured.accepted / measured.took_s
    text = "rate: %.1f datapoints a second of %d" % (rate, measured.settings.rate)
    return rate >= RATE_SHARE * measured.settings.rate, text


def _complete(measured, stored):
    refused = sum(node.refused for node in measured.nodes)
    text = "sent %d, stored %d; refused %d" % (measured.accepted, stored, refused)
    return stored == measured.accepted and not refused, text


def _api(measured):
    worst = max(percentile(_of(measured.samples, [kind]), 0.95) for kind in API_KINDS)
    text = "API p95: %.1f ms in the slowest kind of call, has to be below %d; %d calls failed"
    met = bool(measured.samples) and worst < P95_MS and not measured.errors
    return met, text % (worst, P95_MS, len(measured.errors))


def _memory(measured):
    warm_s = WARM_SHARE * measured.settings.seconds
    warm = [rss for at_s, rss in measured.rss if at_s >= warm_s]
    if not warm:
        return False, "memory: not measured, for the bench ended too early"
    growth = warm[-1] / warm[0] - 1
    text = "memory: %.1f MB after %.0f s, %.1f MB at the end: %+.1f %%, has to be below %.0f %%"
    figures = (warm[0] / MB, warm_s, warm[-1] / MB, growth * 100, MAX_GROWTH * 100)
    return growth < MAX_GROWTH, text % figures


# -- tables ---------------------------------------------------------------------------------------


def _machine():
    return [
        *machine(PACKAGES),
        ("database", "SQLite %s; bench and benchmark share the cores" % sqlite3.sqlite_version),
    ]


def _conditions(measured, stored):
    settings = measured.settings
    load = (settings.modules, settings.rate, measured.took_s)
    size = settings.database.stat().st_size / MB
    rows = [
        ("load", "%d modules, %d datapoints/s for %.0f s" % load),
        ("nodes", "a NOTIFY with ackid each, one command at a time, serial lines not paced"),
        ("API client", "%d calls/s, one after the other; 1 real-time read/s" % settings.asks),
        ("stored", "%d datapoints, %.1f MB" % (stored, size)),
    ]
    if measured.last_acks_s is not None:
        rows.append(("last acknowledgement", "%.2f s after the end" % measured.last_acks_s))
    return rows


def _latencies(samples):
    yield "%-22s %6s %8s %8s %8s %8s" % ("ms", "calls", "p50", "p95", "p99", "max")
    for title, kinds in [*((kind, [kind]) for kind in API_KINDS), ("all of these", API_KINDS)]:
        yield _latency(title, _of(samples, kinds))
    yield _latency(READ, _of(samples, [READ]))


def _latency(title, found):
    figures = [percentile(found, part) for part in (0.5, 0.95, 0.99, 1)]
    return "%-22s %6d %8.1f %8.1f %8.1f %8.1f" % (title, len(found), *figures)


def _of(samples, kinds):
    return [ms for _, kind, ms in samples if kind in kinds]
