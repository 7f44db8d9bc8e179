"""The command line against the real local platform: the guide's story from create to the end."""

import json
import time

import pytest
from api_rig import LiveRig
from onenet_rig import onenet

OTHER = "867725030000019"


@pytest.fixture(scope="module")
def bench():
    """A platform with an online device, at the speed of the clock on the wall."""
    with LiveRig(speed=1) as rig:
        yield rig


@pytest.fixture
def run(bench):
    """Run a line of the command line; it has to end with status 0 unless another is named."""

    def run(line, status=0):
        result = onenet(*line.split(), env={"ONENET_URL": bench.url, "ONENET_IMEI": bench.imei})
        assert result.exit_code == status, result.output
        return result.stderr if status else result.stdout

    return run


def test_the_guide_is_told_from_create_to_deregistration():
    with LiveRig(speed=1, register=False) as bench:

        def run(line, status=0):
            result = onenet(*line.split(), "--url", bench.url)
            assert result.exit_code == status, result.output
            return result.stdout

        # 3.1 create, 3.2 register
        run(
            "create --imei %s --imsi %s --title node"
            % (bench.imei, bench.do(lambda w: w.module.imsi))
        )
        assert "offline" in run("status")
        bench.do(lambda world: world.node.open())
        bench.wait(lambda world: len(world.device.observed) == 3)
        assert "online" in run("status")
        # 3.3 report
        bench.do(lambda world: world.node.notify(5700, "4,4,98"))
        bench.do(lambda world: world.node.notify(5601, "4,4,88"))
        bench.wait(lambda world: len(world.store.points.streams(world.device.id)) == 2)
        assert "98" in run("datapoints") and "88" in run("datapoints")
        # 3.5 discover, read, write, execute
        assert run("resources").count("3303/") == 14 and "3306/0/5850" in run("discover 3306")
        assert "20.123" in run("read 3303/0/5700")
        assert json.loads(run("read 3303/0/5700 --json")) == {
            "errno": 0,
            "data": [{"res": [{"val": 20.123, "res_id": 5700}], "obj_inst_id": 0}],
            "error": "succ",
        }
        assert "Cel" in run("read 3303/0") and run("read 3303").count("5701") == 2
        assert run("write 3306/0/5850=1 5851=22") == "written: 3306/0/5850, 3306/0/5851\n"
        assert run("execute 3303/0/5605 reset") == "executed: 3303/0/5605\n"
        # write-attributes, observe and cancel of a resource, an instance and an object
        run("observe 3303/0/5700 --pmin 15 --pmax 60 --gt 50 --lt 0 --st 2")
        run("observe 3303/0/5601 --pmin 18 --pmax 90 --gt 60 --lt 0 --st 2 --get")
        run("observe 3303/0")
        run("observe 3303 --get")
        for path in ("3303/0/5700", "3303/0/5601", "3303/0", "3303"):
            assert run("cancel " + path) == "no longer observed: %s\n" % path
        seen = bench.do(lambda world: list(world.node.seen))
        # 3.6 de-register
        bench.do(lambda world: world.node.send("AT+MIPLCLOSE=0"))
        bench.wait(lambda world: not world.device.online)
        assert "offline" in run("status")
        run("read 3303", status=1)
        run("delete --yes")
        assert "no devices" in run("devices")
    asked = [
        line.split(":")[0][5:] + line[line.index(",", line.index(",") + 1) :] for line in seen
    ]
    for line in (
        "READ,3303,0,5700",
        "READ,3303,0,-1",
        "READ,3303,-1,-1",
        "WRITE,3306,0,5850,2,1,01,0,1",
        "WRITE,3306,0,5851,2,1,16,0,0",
        'PARAMETER,3303,0,5700,37,"pmin=15;pmax=60;lt=0.0;gt=50.0;st=2.0"',
        'PARAMETER,3303,0,5601,37,"pmin=18;pmax=90;lt=0.0;gt=60.0;st=2.0"',
        "OBSERVE,1,3303,0,5700",
        "OBSERVE,1,3303,-1,-1",
        "OBSERVE,0,3303,0,5700",
        "OBSERVE,0,3303,-1,-1",
    ):
        assert line in asked
    assert 'EXECUTE,3303,0,5605,5,"reset"' in [line.replace(", ", ",") for line in asked]


def test_devices_are_created_changed_listed_and_deleted(run):
    run("create --imei %s --imsi 460040000000019 --title Cold --tag a" % OTHER)
    assert "already exists" in run("create --imei %s --imsi 460040000000019" % OTHER, status=1)
    listed = run("devices")
    assert OTHER in listed and "Cold" in listed and "online" in listed and "offline" in listed
    assert OTHER not in run("devices --online") and OTHER in run("devices --tag a")
    run("update --imei %s --title Roof --location 8 47.5 --public" % OTHER)
    detail = json.loads(run("device --json --imei " + OTHER))["data"]
    assert detail["title"] == "Roof" and detail["location"] == {"lon": 8, "lat": 47.5}
    assert detail["private"] is False and detail["tags"] == ["a"]
    assert "Roof" in run("status --device %s" % detail["id"])
    assert "not online" in run("read 3303 --imei " + OTHER, status=1)
    run("delete --yes --imei " + OTHER)
    assert "not found" in run("device --imei " + OTHER, status=1)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("read 9999", "no such object, instance or resource"),
        ("read 3303/7", "no such object, instance or resource"),
        ("read 3303 --key wrong-key", "is it one of `onenet devices`"),
        ("status --key wrong-key", "check the key"),
        ("read 3303 --imei 12345", "is it one of `onenet devices`"),
        ("device --device 1", "`onenet devices` lists"),
        ("history 42742677-adc3-4d56-9a3c-8d2f1c1a0001", "errno"),
        ("create --imei 0123 --imsi 1", "a formal IMEI has 15 digits"),
        ("write 3306/0/5853=%s" % ("x" * 481), "480 bytes"),
    ],
)
def test_what_the_platform_refuses_is_explained(run, line, word):
    assert word in run(line, status=1)


def test_the_devices_refusal_is_explained(bench, run):
    bench.do(lambda world: world.node.refuse.update(WRITE=11, EXECUTE=14))
    assert "does not take this value" in run("write 3306/0/5850=7", status=1)
    assert "does not allow this" in run("execute 3303/0/5700", status=1)
    bench.do(lambda world: world.node.refuse.clear())


def test_a_silent_device_is_explained():
    with LiveRig(speed=100) as bench:
        bench.do(lambda world: setattr(world.node, "silent", True))
        result = onenet("read", "3303/0/5700", "--timeout", "5", "--url", bench.url)
    assert (
        result.exit_code == 1 and "TIME_OUT" in result.stderr and "--timeout 40" in result.stderr
    )


def test_cached_commands_wait_are_sent_and_listed(bench, run):
    sent = run("read 3303/0/5700 --cached --trigger notify").split()[2]
    waits = run("write 3306/0/5850=0 --cached --expires 2h --valid 1h --trigger register").split()[
        2
    ]
    also = run("execute 3303/0/5605 --cached --retry 5 --trigger register").split()[2]
    assert run("history").count("waiting") == 3
    bench.do(lambda world: world.node.notify())
    bench.wait(lambda world: world.platform.cached.get(world.device, sent).confirm_status)
    shown = run("history " + sent)
    assert "SUCCESS" in shown and "done" in shown and "Sensor Value" in shown and "20.123" in shown
    assert run("cancel-cached " + waits) == "cancelled: %s\n" % waits
    assert also in run("cancel-cached --all") and run("cancel-cached --all") == "none waits\n"
    assert "errno" in run("cancel-cached " + sent, status=1)
    listed = run("history --since 1h")
    assert [listed.count(word) for word in ("done", "cancelled", "waiting")] == [1, 2, 0]
    assert len(json.loads(run("history --json"))["data"]["items"]) == 3


def test_every_datapoint_is_fetched_across_pages(bench, run, monkeypatch):
    monkeypatch.setattr("onenet.fetch.PAGE", 7)
    began = int(time.time() * 1000)

    def fill(world):
        for number in range(40):
            world.store.points.add(
                world.device.id, (3303, number % 2, 5602), number, began + number
            )

    bench.do(fill)
    reply = json.loads(run("datapoints 3303/0/5602 3303/1/5602 --since 1m --json"))["data"]
    values = {one["id"]: [p["value"] for p in one["datapoints"]] for one in reply["datastreams"]}
    assert values == {
        "3303_0_5602": list(range(0, 40, 2)),
        "3303_1_5602": list(range(1, 40, 2)),
    }
    assert len(run("datapoints 3303/0/5602 --since 1m --csv").splitlines()) == 21
    newest = run("datapoints 3303/1/5602 --limit 2 --csv").splitlines()[1:]
    assert [line.rpartition(",")[2] for line in newest] == ["37", "39"]
    assert "3303/0/5602 Max Measured Value" in run("datapoints 3303/0/5602 --plot --since 1m")
