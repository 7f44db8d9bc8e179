"""What every command sends: the calls as the API documents them."""

import json

import pytest
from onenet_rig import ENTRY, IMEI, IMSI, succ

UUID = "42742677-adc3-4d56-9a3c-8d2f1c1a0001"
READ = {"imei": IMEI, "obj_id": "3303", "obj_inst_id": "0", "res_id": "5700"}
DEVICE = ("--imei", IMEI)

NBIOT = [
    ("resources", "GET /nbiot/resources", {"imei": IMEI}, None),
    ("resources 3303", "GET /nbiot/resources", {"imei": IMEI, "obj_id": "3303"}, None),
    ("discover 3303", "GET /nbiot/discover", {"imei": IMEI, "obj_id": "3303"}, None),
    ("read 3303/0/5700", "GET /nbiot", READ, None),
    ("read 3303", "GET /nbiot", {"imei": IMEI, "obj_id": "3303"}, None),
    ("read 3303/0/5700 --timeout 40", "GET /nbiot", {**READ, "timeout": "40"}, None),
    (
        "write 3306/0/5850=1 5851=22",
        "POST /nbiot",
        {"imei": IMEI, "obj_id": "3306", "obj_inst_id": "0", "mode": "2"},
        {"data": [{"res_id": 5850, "val": 1}, {"res_id": 5851, "val": 22}]},
    ),
    (
        "write 3306/0/5853=hex:6f6e --mode 1",
        "POST /nbiot",
        {"imei": IMEI, "obj_id": "3306", "obj_inst_id": "0", "mode": "1"},
        {"data": [{"res_id": 5853, "val": "6f6e", "type": 1}]},
    ),
    (
        "execute 3303/0/5605 reset",
        "POST /nbiot/execute",
        {**READ, "res_id": "5605"},
        {"args": "reset"},
    ),
    ("execute 3303/0/5605", "POST /nbiot/execute", {**READ, "res_id": "5605"}, None),
    (
        "observe 3303/0/5700 --pmin 15 --pmax 60 --gt 50 --lt 0 --st 2",
        "POST /nbiot/observe",
        {**READ, "cancel": "false", "pmin": "15", "pmax": "60", "gt": "50", "lt": "0", "st": "2"},
        {},
    ),
    (
        "observe 3303 --get",
        "GET /nbiot/observe",
        {"imei": IMEI, "obj_id": "3303", "cancel": "false"},
        None,
    ),
    ("cancel 3303/0/5700", "POST /nbiot/observe", {**READ, "cancel": "true"}, {}),
    (
        "read 3303/0/5700 --cached --expires 2099-12-31T08:00 --retry 5 --trigger update,notify",
        "GET /nbiot/offline",
        {**READ, "expired_time": "2099-12-31T08:00:00", "retry": "5", "trigger_msg": "6"},
        None,
    ),
    (
        "write 3306/0/5850=true --cached --expires 2099-01-02T00:00 --valid 2099-01-01T00:00",
        "POST /nbiot/offline",
        {
            "imei": IMEI,
            "obj_id": "3306",
            "obj_inst_id": "0",
            "mode": "2",
            "expired_time": "2099-01-02T00:00:00",
            "valid_time": "2099-01-01T00:00:00",
        },
        {"data": [{"res_id": 5850, "val": True}]},
    ),
    (
        "execute 3303/0/5605 reset --cached --expires 2099-01-02 --timeout 5",
        "POST /nbiot/execute/offline",
        {**READ, "res_id": "5605", "expired_time": "2099-01-02T00:00:00", "timeout": "5"},
        {"args": "reset"},
    ),
    (
        "history --since 2020-01-01T08:00",
        "GET /nbiot/offline/history",
        {"imei": IMEI, "start": "2020-01-01T08:00:00", "page": "1", "per_page": "100"},
        None,
    ),
    ("history " + UUID, "GET /nbiot/offline/history/" + UUID, {"imei": IMEI}, None),
    ("cancel-cached " + UUID, "PUT /nbiot/offline/cancel/" + UUID, {"imei": IMEI}, None),
    ("cancel-cached --all", "PUT /nbiot/offline/cancel/all", {"imei": IMEI}, None),
]

PLACE = {"location": {"lon": 8.0, "lat": 47.5}}
DEVICES = [
    ("devices", "GET /devices", {"page": "1", "per_page": "100"}, None),
    (
        "devices --online --search cold --tag a",
        "GET /devices",
        {"page": "1", "per_page": "100", "online": "true", "key_words": "cold", "tag": "a"},
        None,
    ),
    ("status --device 7", "GET /devices/status", {"devIds": "7"}, None),
    ("device --device 7", "GET /devices/7", {}, None),
    ("delete --yes --device 7", "DELETE /devices/7", {}, None),
    (
        "create --imei %s --imsi %s" % (IMEI, IMSI),
        "POST /devices",
        {},
        {"title": "node " + IMEI, "protocol": "LWM2M", "auth_info": {IMEI: IMSI}},
    ),
    (
        "create --imei 1234 --imsi 1 --title t --chip 2 --psk abcd1234 --auth-code c %s"
        % "--no-observe --tag a --tag b --public --location 8 47.5",
        "POST /devices",
        {},
        {
            "title": "t",
            "protocol": "LWM2M",
            "auth_info": {"1234": "1"},
            "chip": 2,
            "psk": "abcd1234",
            "auth": "c",
            "obsv": False,
            "private": False,
            "tags": ["a", "b"],
            **PLACE,
        },
    ),
    ("update --device 7 --title t --other {}", "PUT /devices/7", {}, {"title": "t", "other": {}}),
    ("datapoints --device 7", "GET /devices/7/datapoints", {}, None),
    (
        "datapoints 3303/0/5700 3303/1/5700 --limit 3 --device 7",
        "GET /devices/7/datapoints",
        {"datastream_id": "3303_0_5700,3303_1_5700", "limit": "3"},
        None,
    ),
    (
        "datapoints --since 2020-01-01T08:00 --until 2020-01-01T09:00 --device 7",
        "GET /devices/7/datapoints",
        {"start": "2020-01-01T08:00:00", "end": "2020-01-01T09:00:00", "limit": "6000"},
        None,
    ),
]


def check(request, call, query, body):
    assert "%s %s" % (request.method, request.path) == call
    assert request.query == query
    assert json.loads(request.body or b"null") == body
    if body is not None:
        assert request.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(("line", "call", "query", "body"), NBIOT, ids=[case[0] for case in NBIOT])
def test_a_command_for_the_device_is_one_documented_call(server, line, call, query, body):
    result = server.onenet(*line.split(), *DEVICE, env={"ONENET_KEY": "a-key-of-mine"})
    assert result.exit_code == 0, result.stderr
    (request,) = server.seen
    check(request, call, query, body)
    assert request.headers["api-key"] == "a-key-of-mine"


@pytest.mark.parametrize(
    ("line", "call", "query", "body"), DEVICES, ids=[case[0] for case in DEVICES]
)
def test_a_command_about_devices_is_one_documented_call(server, line, call, query, body):
    server.replies["GET /devices/status"] = succ({"devices": [ENTRY]})
    result = server.onenet(*line.split())
    assert result.exit_code == 0, result.stderr
    (request,) = server.seen
    check(request, call, query, body)
    assert request.headers["api-key"] == "bench-key"


def test_common_options_work_on_both_sides_of_the_command(server):
    before = server.onenet("--json", "--imei", IMEI, "--timeout", "7", "read", "3303")
    after = server.onenet("read", "3303", "--timeout", "7", "--imei", IMEI, "--json")
    assert before.stdout == after.stdout and before.exit_code == after.exit_code == 0
    assert server.seen[0].query == server.seen[1].query
    both = server.onenet("--imei", "1", "read", "3303", "--imei", "2")
    assert both.exit_code == 0 and server.last().query["imei"] == "2"


@pytest.mark.parametrize(
    "line",
    [
        "read 3303/x",
        "read 3303/0/5700/1",
        "read",
        "read 3303 --timeout 4",
        "read 3303 --timeout 41",
        "read 3303 --imei abc",
        "read 3303 --imei 1 --device 2",
        "read 3303 --device ../x",
        "read 3303 --expires 1h",
        "read 3303 --cached --valid 2h --expires 1h",
        "read 3303 --cached --expires 2020-01-01T00:00",
        "read 3303 --cached --retry 11",
        "read 3303 --cached --trigger boot",
        "resources 3303/0/5700",
        "discover 3303/0/5700",
        "write 3306/0/5850",
        "write 3306/0/5850=1 --mode 3",
        "execute 3303/0",
        "observe 3303/0 --gt 5",
        "observe 3303/0/5700 --pmin 10 --pmax 5",
        "observe 3303/0/5700 --gt 5 --lt 5",
        "observe 3303/0/5700 --gt 5 --lt 2 --st 2",
        "observe 3303/0/5700 --st 0",
        "observe 3303/0/5700 --pmin 0",
        "observe 3303/0/5700 --gt nan",
        "create --imsi 1",
        "create --imei 1 --imsi x",
        "create --imei 1 --imsi 1 --location 181 0",
        "create --imei 1 --imsi 1 --other {",
        "update --device 7",
        "delete --device 7",
        "delete --device 7 --json",
        "datapoints --json --csv",
        "datapoints --csv --plot",
        "datapoints --until 1h",
        "datapoints --since 1h --until 2h",
        "datapoints --since 2020-01-01",
        "datapoints --since 2199-01-01T00:00",
        "datapoints --limit 6001",
        "history ../../x",
        "cancel-cached",
        "cancel-cached --all " + UUID,
        "watch --interval 0",
        "watch --for 0s",
        "nonsense",
        "--nonsense",
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(server, line):
    result = server.onenet(*line.split())
    assert result.exit_code == 2 and result.stderr
    assert server.seen == []
