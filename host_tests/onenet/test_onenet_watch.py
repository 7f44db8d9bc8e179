"""watch: what is new, once, in order; through absences of the platform; and its end."""

import json
import os
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest
from api_rig import LiveRig
from onenet_rig import IMEI, onenet, succ

from onenet.errors import Refused, Unreachable
from onenet.watcher import Watcher

AT = "2026-11-23 08:00:%02d.%03d"


class Fake:
    """A platform by hand: points {stream: [(at, value)]}, online, and the error to raise."""

    def __init__(self):
        self.points, self.online, self.error, self.asked = {}, True, None, []

    def status(self, device_id):
        if self.error:
            raise self.error
        return succ({"devices": [{"id": device_id, "online": self.online}]})

    def datapoints(self, device_id, **query):
        self.asked.append((device_id, query))
        streams = [
            {"id": stream, "datapoints": [{"at": at, "value": value} for at, value in points]}
            for stream, points in self.points.items()
        ]
        return succ({"count": 1, "datastreams": streams})


@pytest.fixture
def fake():
    return Fake()


def values(events):
    return [event["value"] for event in events if event["type"] == "datapoint"]


def test_what_is_new_comes_once_and_in_order(fake):
    watcher = Watcher(fake, lambda: "7")
    fake.points["3303_0_5700"] = [(AT % (0, 0), 1)]
    assert [event["type"] for event in watcher.start()] == ["presence", "datapoint"]
    assert fake.asked[-1] == ("7", {"datastream_id": None, "limit": None})
    fake.points["3303_0_5700"] += [(AT % (1, 5), 2), (AT % (1, 7), 4)]
    fake.points["3303_1_5700"] = [(AT % (1, 6), 3)]
    assert values(watcher.turn()) == [2, 3, 4]
    assert fake.asked[-1][1]["start"] == "2026-11-23T07:59:55"
    assert watcher.turn() == []
    assert fake.asked[-1][1]["start"] == "2026-11-23T07:59:56"


def test_presence_is_told_when_it_changes(fake):
    watcher = Watcher(fake, lambda: "7")
    assert [event["online"] for event in watcher.start()] == [True]
    assert watcher.turn() == []
    fake.online = False
    assert [event["online"] for event in watcher.turn()] == [False]


def test_an_absence_is_told_once_and_the_device_looked_for_again(fake):
    ids = iter(range(1, 9))
    watcher = Watcher(fake, lambda: "%d" % next(ids))
    watcher.start()
    fake.error = Unreachable("nothing answers")
    assert [event["reason"] for event in watcher.turn()] == ["nothing answers"]
    assert watcher.turn() == []
    fake.error = Refused("devices", 8, "not found", {})
    assert [event["reachable"] for event in watcher.turn()] == [False]
    fake.error, fake.points["3303_0_5700"] = None, [(AT % (9, 0), 5)]
    assert [event["type"] for event in watcher.turn()] == ["platform", "datapoint"]
    assert [device_id for device_id, _ in fake.asked] == ["1", "4"]


def test_a_refused_key_ends_it(fake):
    watcher = Watcher(fake, lambda: "7")
    watcher.start()
    fake.error = Refused("devices", 3, "auth failed", {})
    with pytest.raises(Refused):
        watcher.turn()


def script(monkeypatch, *steps):
    """Let each sleep of watch do the next step; the one after the last is Ctrl-C."""
    left = list(steps)

    def sleep(seconds):
        if not left:
            raise KeyboardInterrupt
        left.pop(0)()

    fake_time = SimpleNamespace(sleep=sleep, monotonic=lambda: 0.0)
    monkeypatch.setattr("onenet.commands.watch.time", fake_time)


def test_the_bench_is_watched_until_ctrl_c(monkeypatch):
    with LiveRig(speed=1) as bench:

        def report():
            bench.do(lambda world: world.node.notify(value="4,4,33.5"))
            bench.wait(lambda world: world.store.points.streams(world.device.id))

        def leave():
            bench.do(lambda world: world.node.send("AT+MIPLCLOSE=0"))
            bench.wait(lambda world: not world.device.online)

        script(monkeypatch, report, leave)
        result = onenet("watch", "--url", bench.url)
        script(monkeypatch)
        as_json = onenet("watch", "--url", bench.url, "--json")
    assert result.exit_code == as_json.exit_code == 0
    assert [line.split("  ", 1)[1].split() for line in result.stdout.splitlines()] == [
        ["online"],
        ["3303/0/5700", "Sensor", "Value", "33.5"],
        ["offline"],
    ]
    presence, point = map(json.loads, as_json.stdout.splitlines())
    assert presence["type"] == "presence" and presence["online"] is False
    assert point["path"] == "3303/0/5700" and point["value"] == 33.5
    assert set(point) == {"type", "path", "at", "value"}


def test_a_bench_that_goes_away_and_returns_is_waited_for(server, monkeypatch):
    server.replies["GET /devices/getbyimei"] = succ({"id": "7"})
    good = server.answer

    def go():
        server.answer = lambda request: b"<html>starting"

    def come():
        server.answer = good

    script(monkeypatch, go, lambda: None, come)
    result = server.onenet("watch", "--imei", IMEI)
    assert result.exit_code == 0
    told = [line.split("  ", 1)[1] for line in result.stdout.splitlines()]
    assert (
        len(told) == 2 and "; trying again" in told[0] and told[1] == "the platform answers again"
    )


def test_without_a_bench_at_the_beginning_it_ends():
    result = onenet("watch", "--url", "http://127.0.0.1:9", "--imei", IMEI)
    assert result.exit_code == 1 and "make bench" in result.stderr


def test_for_ends_it(server):
    server.replies["GET /devices/getbyimei"] = succ({"id": "7"})
    assert server.onenet("watch", "--for", "1s", "--interval", "5", "--imei", IMEI).exit_code == 0
    assert len(server.seen) == 5


# As a process of its own


def start(server, *args):
    env = {name: value for name, value in os.environ.items() if not name.startswith("ONENET_")}
    return subprocess.Popen(
        [sys.executable, "-m", "onenet.cli", *args, "--url", server.url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**env, "PYTHONPATH": "tools", "LC_ALL": "C", "PYTHONIOENCODING": "latin-1"},
        text=True,
    )


def test_ctrl_c_ends_watch_cleanly(server):
    server.replies["GET /devices/status"] = succ({"devices": [{"id": 7, "online": True}]})
    process = start(server, "watch", "--device", "7", "--interval", "60")
    assert "online" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=10)
    assert process.returncode == 0 and out == "" and error.strip() == ""


def test_a_reader_that_leaves_is_no_error_and_latin_letters_are_enough(server):
    many = [{"at": AT % (0, n), "value": "冷"} for n in range(1000)] * 20
    server.replies["GET /devices/7/datapoints"] = succ(
        {"datastreams": [{"id": "3303_0_5700", "datapoints": many}]}
    )
    process = start(server, "datapoints", "--csv", "--device", "7")
    assert process.stdout.readline() == "at,path,value\n"
    assert process.stdout.readline().rstrip().endswith(r",3303/0/5700,\u51b7")
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    process.wait(10)
