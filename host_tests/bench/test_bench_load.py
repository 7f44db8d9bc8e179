"""The benchmark counts what is there, and says MISSED where a target is."""

import asyncio
import re
from types import SimpleNamespace

import pytest

from bench.figures import percentile
from bench.load.client import API_KINDS
from bench.load.measure import MB, Measurement, Settings
from bench.load.report import report
from bench.platform.store import Store

IMEI = "867725030000018"


def made(folder, **changes):
    """Return a Measurement of 10 s at 2 datapoints/s that met every target, then changed."""
    measured = Measurement(Settings(folder / "onenet.db", 10, 2, 1, 20, False))
    store = Store(measured.settings.database)
    device = store.add_device(IMEI, {})
    told = [((3303, 0, 5700), number / 1000) for number in range(20)]
    for path, value in told:
        store.points.add(device, path, value, 1_795_000_000_000)
    store.close()
    measured.nodes = [
        SimpleNamespace(imei=IMEI, accepted=20, refused=0, waiting={}, acknowledged=told)
    ]
    measured.samples = [(1.0, kind, 49.0) for kind in API_KINDS]
    measured.rss = [(1.0, 50 * MB), (4.0, 100 * MB), (10.0, 104 * MB)]
    measured.took_s = 10
    for name, value in changes.items():
        target = measured if hasattr(measured, name) else measured.nodes[0]
        setattr(target, name, value)
    return measured


def test_every_target_met(tmp_path, capsys):
    assert report(made(tmp_path))
    out = capsys.readouterr().out
    assert "MISSED" not in out
    assert "acknowledged 20, found 20, lost 0" in out
    assert "+4.0 %" in out


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"took_s": 10.2}, "rate: 2.0 datapoints a second of 2"),
        ({"refused": 1}, "sent 20, stored 20; refused 1"),
        ({"nodes": []}, "sent 0, stored 20"),
        ({"acknowledged": [((3303, 0, 5700), 0.5)]}, "acknowledged 1, found 0, lost 1"),
        ({"acknowledged": [((3303, 1, 5700), 0.0)]}, "acknowledged 1, found 0, lost 1"),
        ({"samples": []}, "API p95: 0.0 ms"),
        ({"samples": [(1.0, API_KINDS[1], 50.0)]}, "API p95: 50.0 ms"),
        ({"errors": ["status of all: errno 1"]}, "1 calls failed"),
        ({"rss": [(4.0, 100), (10.0, 105)]}, "+5.0 %"),
        ({"rss": []}, "memory: not measured"),
    ],
)
def test_a_target_missed_is_told_and_fails(tmp_path, capsys, changes, told):
    assert not report(made(tmp_path, **changes))
    missed = [line for line in capsys.readouterr().out.splitlines() if "MISSED" in line]
    assert any(told in line for line in missed)


@pytest.mark.parametrize(
    ("values", "part", "found"),
    [([], 0.95, 0), ([3], 0.5, 3), (range(100), 0.95, 95), (range(100), 1, 99), ([2, 1], 0.5, 2)],
)
def test_percentiles(values, part, found):
    assert percentile(values, part) == found


def test_a_short_load_on_a_real_bench_is_counted_in_full(tmp_path, capsys):
    measured = Measurement(Settings(tmp_path / "onenet.db", 2, 40, 2, 10, False))
    asyncio.run(measured.run())
    report(measured)
    out = capsys.readouterr().out
    sent = re.search(r"sent (\d+), stored \1; refused 0", out)[1]
    assert 78 <= int(sent) <= 82
    assert "acknowledged %s, found %s, lost 0; 0 more" % (sent, sent) in out
    assert measured.errors == []
    for kind in (*API_KINDS, "real-time read"):
        assert re.search(r"  %s +[1-9]" % kind, out)
