"""Every errno of the documents (facts platform.md 1.7): produced, or why it cannot be."""

import sqlite3

import pytest
from api_rig import ApiRig

PATH = {"obj_id": 3303, "obj_inst_id": 0, "res_id": 5700}
WRITE = {"obj_id": 3306, "obj_inst_id": 0, "mode": 2}
LATER = "2026-12-01T00:00:00"
CREATE = {"title": "t", "protocol": "LWM2M", "auth_info": {"867725030000099": "460040000000099"}}

NBIOT = {0, 1, 3, 7, 2001, 5006, 5106, 5108, 5117}
NBIOT_NEVER = {5117: "an error between parts of OneNET; here they are one process"}
DEVICES = set(range(24))
DEVICES_NEVER = {
    10: "belongs to commands of other protocols; /nbiot says 2001",
    11: "nobody creates streams here, datapoints do",
    14: "there is no network between the parts",
    15: "calls are not counted",
    16: "belongs to commands of other protocols; /nbiot says 5106",
    17: "there are no inner servers",
    18: "there are no inner servers",
    19: "no account, no policy",
    21: "no constraints but those of 6",
    23: "no list of words",
}


def offline(rig):
    rig.node.send("AT+MIPLCLOSE=0")
    rig.step()
    return rig.nbiot(**PATH)


def silent(rig):
    rig.node.silent = True
    return rig.nbiot(**PATH)


def overloaded(rig):
    rig.node.silent = True
    for _ in range(80):
        rig.platform.read(rig.imei, 3303)
    return rig.nbiot(**PATH)


def full(rig):
    answers = [later(rig) for _ in range(11)]
    assert all(answer.errno == 0 for answer in answers[:10])
    return answers[10]


def broken(rig, path, **query):
    def fail(*_, **__):
        raise sqlite3.OperationalError("disk I/O error")

    rig.platform.store.points.newest = fail
    rig.platform.cached.history = fail
    return rig.call("GET", path, {"imei": rig.imei} | query)


def later(rig, **query):
    """Have a read wait."""
    return rig.nbiot(path="/offline", **PATH | {"expired_time": LATER} | query)


def execute(rig, args, cached=False):
    path, query = ("/execute/offline", {"expired_time": LATER}) if cached else ("/execute", {})
    return rig.nbiot("POST", path, {"args": args}, **PATH | query)


def post(rig, body, query=WRITE):
    return rig.nbiot("POST", body=body, **query)


def points(rig, **query):
    return rig.get("/devices/%d/datapoints" % rig.device.id, **query)


NBIOT_CASES = [
    (0, lambda rig: rig.nbiot(**PATH)),
    (1, lambda rig: rig.call("GET", "/nbiot", {"imei": rig.imei} | PATH, key="wrong")),
    (1, lambda rig: rig.call("GET", "/nbiot", {"imei": "867725030000099"} | PATH)),
    (2, lambda rig: rig.call("GET", "/nbiot", {"imei": rig.imei} | PATH, key=None)),
    (3, lambda rig: rig.call("GET", "/nbiot", PATH)),
    (3, lambda rig: rig.nbiot()),
    (3, lambda rig: rig.nbiot(obj_id=3303, res_id=5700)),
    (3, lambda rig: rig.nbiot(path="/observe", **PATH)),
    (3, lambda rig: post(rig, None)),
    (3, lambda rig: post(rig, b"{")),
    (3, lambda rig: post(rig, {})),
    (3, lambda rig: post(rig, {"data": [{"res_id": 5850}]})),
    (3, lambda rig: rig.nbiot(path="/offline", **PATH)),
    (7, overloaded),
    (7, lambda rig: broken(rig, "/nbiot/offline/history", start=LATER)),
    (2001, offline),
    (5006, lambda rig: rig.nbiot(**PATH, timeout=4)),
    (5006, lambda rig: rig.nbiot(**PATH, timeout=41)),
    (5006, lambda rig: rig.nbiot(path="/observe", cancel="false", **PATH, pmin=60, pmax=15)),
    (5006, lambda rig: rig.nbiot(path="/observe", cancel="false", **PATH, pmin=0)),
    (5006, lambda rig: rig.nbiot(path="/observe", cancel="false", **PATH, lt=5, gt=4)),
    (5006, lambda rig: rig.nbiot(path="/observe", cancel="false", **PATH, lt=0, gt=4, st=2)),
    (5006, lambda rig: rig.nbiot(path="/observe", cancel="false", obj_id=3303, gt=4)),
    (5006, lambda rig: post(rig, b" " * 2049)),
    (5006, lambda rig: post(rig, {"data": [{"res_id": 5853, "val": "x" * 481}]})),
    (5006, lambda rig: execute(rig, "x" * 481)),
    (5006, lambda rig: execute(rig, "x" * 481, cached=True)),
    (5006, lambda rig: later(rig, retry=11)),
    (5006, lambda rig: later(rig, trigger_msg=8)),
    (5006, lambda rig: later(rig, expired_time="2026-11-23T00:00:00")),
    (5006, lambda rig: later(rig, valid_time=LATER)),
    (5006, lambda rig: later(rig, valid_time="2026-11-01T00:00:00")),
    (5006, full),
    (5106, silent),
    (5106, lambda rig: rig.nbiot(obj_id=3304)),
    (5108, lambda rig: rig.nbiot(obj_id="x")),
    (5108, lambda rig: rig.nbiot(obj_id="1.0")),
    (5108, lambda rig: rig.nbiot(**PATH, timeout="soon")),
    (5108, lambda rig: post(rig, {"data": [{"res_id": 1, "val": 1}]}, WRITE | {"mode": 3})),
    (5108, lambda rig: post(rig, {"data": []})),
    (5108, lambda rig: post(rig, {"data": [{"res_id": 5850, "val": None}]})),
    (5108, lambda rig: post(rig, {"data": [{"res_id": 5850, "val": 1}] * 2})),
    (5108, lambda rig: post(rig, {"data": [{"res_id": 5851, "val": 1 << 64}]})),
    (5108, lambda rig: post(rig, {"data": [{"res_id": 5851, "val": 1e300}]})),
    (5108, lambda rig: post(rig, {"data": [{"res_id": 5851, "val": "0g", "type": 1}]})),
    (5108, lambda rig: post(rig, {"data": [{"res_id": 5851, "val": True, "type": 2}]})),
    (5108, lambda rig: execute(rig, 'say "x"')),
    (5108, lambda rig: execute(rig, 'say "x"', cached=True)),
    (5108, lambda rig: rig.nbiot(path="/observe", cancel="false", **PATH, gt="nan")),
    (5108, lambda rig: rig.nbiot(path="/observe", cancel="false", **PATH, gt="1e999")),
    (5108, lambda rig: later(rig, expired_time="tomorrow")),
    (5108, lambda rig: rig.nbiot(path="/offline/history/none")),
    (5108, lambda rig: rig.nbiot("PUT", "/offline/cancel/none")),
]  # fmt: skip

DEVICES_CASES = [
    (0, lambda rig: rig.get("/devices")),
    (1, lambda rig: broken(rig, "/devices/%d/datapoints" % rig.device.id)),
    (2, lambda rig: rig.call("GET", "/devices", key=None)),
    (2, lambda rig: rig.call("GET", "/devices", key="")),
    (3, lambda rig: rig.call("GET", "/devices", key="wrong")),
    (4, lambda rig: rig.call("POST", "/devices", body=b"{")),
    (5, lambda rig: rig.call("POST", "/devices", body=b" " * 65537)),
    (6, lambda rig: rig.get("/devices", per_page=101)),
    (6, lambda rig: rig.get("/devices", page=10001)),
    (6, lambda rig: rig.get("/devices", begin="yesterday")),
    (6, lambda rig: rig.get("/devices/status", devIds="1,x")),
    (6, lambda rig: points(rig, limit=6001)),
    (6, lambda rig: points(rig, cursor="x")),
    (6, lambda rig: points(rig, datastream_id="3303")),
    (6, lambda rig: points(rig, start="2026-02-30T00:00:00")),
    (6, lambda rig: rig.call("POST", "/devices", body=CREATE | {"auth_info": {"1": "2"}})),
    (7, lambda rig: rig.get("/devices/status")),
    (7, lambda rig: rig.call("POST", "/devices", body={"protocol": "LWM2M"})),
    (8, lambda rig: rig.get("/devices/1")),
    (8, lambda rig: rig.get("/devices/getbyimei", imei="1")),
    (9, lambda rig: rig.call("POST", "/devices")),
    (12, lambda rig: rig.call("POST", "/devices", body=CREATE | {"auth_info": {rig.imei: "1"}})),
    (13, lambda rig: rig.get("/devices", device_id=",".join(map(str, range(101))))),
    (13, lambda rig: rig.get("/devices/datapoints", devIds=",".join(map(str, range(501))))),
    (20, lambda rig: rig.get("/devices/status", devIds=",".join(map(str, range(1001))))),
    (22, lambda rig: rig.call("POST", "/devices", body=CREATE | {"protocol": "MQTT"})),
]  # fmt: skip


@pytest.mark.parametrize("errno, make", NBIOT_CASES + DEVICES_CASES)
def test_the_call_gets_the_errno(errno, make):
    rig = ApiRig()
    answer = make(rig)
    rig.close()
    assert (answer.status, answer.errno) == (200, errno), answer.body
    assert set(answer.json) <= {"errno", "error", "data"}
    assert (answer.error == "succ") == (errno == 0)
    assert errno == 0 or "data" not in answer.json


@pytest.mark.parametrize(
    "documented, cases, never",
    [(NBIOT | {2}, NBIOT_CASES, NBIOT_NEVER), (DEVICES, DEVICES_CASES, DEVICES_NEVER)],
)
def test_every_documented_errno_has_a_case_or_a_reason(documented, cases, never):
    shown = {errno for errno, _ in cases}
    assert shown | set(never) == documented
    assert not shown & set(never)


REASONS = {
    11: "BAD_REQUEST",
    12: "UNAUTHORIZED",
    13: "NOT_FOUND",
    14: "METHOD_NOT_ALLOWED",
    15: "NOT_ACCEPTABLE",
}


@pytest.mark.parametrize("code, reason", REASONS.items())
def test_a_refusal_says_why(rig, code, reason):
    rig.node.refuse = {"READ": code, "WRITE": code, "EXECUTE": code, "OBSERVE": code}
    body = {"data": [{"res_id": 5850, "val": 1}]}
    answers = [
        rig.nbiot(**PATH),
        rig.nbiot("POST", body=body, **WRITE),
        rig.nbiot("POST", "/execute", **PATH),
        rig.nbiot("POST", "/observe", cancel="false", **PATH),
    ]
    assert {answer.error for answer in answers} == {"unsuccess: " + reason}
    assert {answer.errno for answer in answers} == {5106}


def test_attributes_refused_end_the_observe(rig):
    rig.node.refuse = {"PARAMETER": 11}
    answer = rig.nbiot("POST", "/observe", cancel="false", **PATH, pmin=5)
    assert (answer.errno, answer.error) == (5106, "unsuccess: BAD_REQUEST")
    assert "OBSERVE" not in rig.node.seen[-1]


def test_silence_is_a_time_out_after_the_time_asked_for(rig):
    rig.node.silent = True
    before = rig.clock.now
    answer = rig.nbiot(**PATH, timeout=7)
    assert (answer.errno, answer.error) == (5106, "unsuccess: TIME_OUT")
    assert rig.clock.now - before == 7000


def test_a_device_that_leaves_meanwhile_is_offline(rig):
    rig.node.silent = True
    rig.platform.timers.after(3000, lambda: rig.platform.delete_device(rig.device))
    assert rig.nbiot(**PATH).errno == 2001


def test_the_key_is_checked_before_parameters(rig):
    for path in ("/devices/status", "/nbiot", "/nbiot/offline"):
        assert "required: " not in rig.call("GET", path, key=None).error
        assert rig.call("GET", path, key="wrong").error == "auth failed"
    assert rig.call("POST", "/devices", body=b" " * 99999, key="wrong").errno == 3


@pytest.mark.parametrize(
    "method, path, status, allow",
    [
        ("GET", "/devices/abc", 404, None),
        ("GET", "/devices/1/none", 404, None),
        ("GET", "/devices/", 404, None),
        ("GET", "/nbiot/none", 404, None),
        ("PATCH", "/devices/1", 405, "DELETE, GET, PUT"),
        ("HEAD", "/devices", 405, "GET, POST"),
        ("DELETE", "/nbiot", 405, "GET, POST"),
        ("POST", "/nbiot/offline/history", 405, "GET"),
        ("GET", "/nbiot/offline/cancel/all", 405, "PUT"),
    ],
)
def test_what_no_route_takes_still_gets_an_envelope(rig, method, path, status, allow):
    answer = rig.call(method, path)
    assert (answer.status, answer.headers.get("allow")) == (status, allow)
    assert answer.errno == (5108 if "nbiot" in path else 8 if status == 404 else 6)
