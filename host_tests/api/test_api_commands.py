"""Commands the device carries out at once; what the guide does not show of them."""

import math

import pytest

from bench.api.envelope import Kind, Problem
from bench.api.views import instances
from bench.platform.messages import FLOAT, Value

PATH = {"obj_id": 3303, "obj_inst_id": 0, "res_id": 5700}


def write(rig, *items, **query):
    body = {"data": list(items)}
    return rig.nbiot("POST", body=body, **{"obj_id": 3306, "obj_inst_id": 0, "mode": 2} | query)


def written(rig):
    """Return what the module printed of writes: (resource, hex)."""
    lines = [line.split(",") for line in rig.node.seen if "WRITE" in line]
    return [(int(line[4]), line[7]) for line in lines]


@pytest.mark.parametrize(
    "sent, value",
    [
        ('1,3,"off"', "off"),
        ('1,0,""', ""),
        ("2,3,0a647b", [10, 100, 123]),
        ("3,8,-9223372036854775808", -(1 << 63)),
        ("4,4,0.0", 0.0),
        ("5,1,0", False),
    ],
)
def test_a_read_gives_values_with_their_type(rig, sent, value):
    rig.node.values[3303, 0, 5700] = sent
    (instance,) = rig.nbiot(**PATH).data
    assert instance == {"res": [{"val": value, "res_id": 5700}], "obj_inst_id": 0}
    assert type(instance["res"][0]["val"]) is type(value)


@pytest.mark.parametrize(
    "value, raw",
    [
        (True, "01"),
        (False, "00"),
        (22, "16"),
        (-1, "FF"),
        (300, "012C"),
        (1.5, "3FC00000"),
        (1.0, "3F800000"),
        ("Cel", "43656C"),
        ("度", "E5BAA6"),
    ],
)
def test_a_write_carries_what_json_says(rig, value, raw):
    assert write(rig, {"res_id": 5853, "val": value}).errno == 0
    assert [(rid, data.upper()) for rid, data in written(rig)] == [(5853, raw)]


@pytest.mark.parametrize(
    "item, raw",
    [
        ({"val": "0a647B", "type": 1}, "0A647B"),
        ({"val": 121, "type": 1}, "79"),
        ({"val": 1795449600, "type": 2}, "6B046300"),
    ],
)
def test_a_write_has_types_opaque_and_time(rig, item, raw):
    assert write(rig, {"res_id": 5853} | item).errno == 0
    assert [(rid, data.upper()) for rid, data in written(rig)] == [(5853, raw)]


@pytest.mark.parametrize("mode", [1, 2])
def test_both_modes_of_a_write_go_out(rig, mode):
    items = ({"res_id": 5850, "val": 0}, {"res_id": 5851, "val": 9})
    assert write(rig, *items, mode=mode).errno == 0
    assert written(rig) == [(5850, "00"), (5851, "09")]


def test_a_write_needs_nothing_but_its_bytes(rig):
    """No Content-Type, blanks around, pieces of any size, keys nobody knows."""
    text = b' {"more": [], "data": [{"res_id": 5850, "val": 1, "x": null}]} '
    pieces = [text[n : n + 7] for n in range(0, len(text), 7)]
    query = {"obj_id": 3306, "obj_inst_id": 0, "mode": 2}
    assert rig.nbiot("POST", body=pieces, **query).errno == 0
    assert written(rig) == [(5850, "01")]


@pytest.mark.parametrize("body", [None, b"", b"  ", {}, {"args": ""}])
def test_an_execute_goes_without_arguments(rig, body):
    assert rig.nbiot("POST", "/execute", body, **PATH | {"res_id": 5605}).errno == 0
    assert rig.node.seen[-1].startswith("+MIPLEXECUTE:0,")


@pytest.mark.parametrize("body", [b"{", {"args": 5}, ["reset"], {"args": None}])
def test_an_execute_refuses_what_is_no_arguments(rig, body):
    raw = body if isinstance(body, bytes) else None
    sent = raw or (body if isinstance(body, dict) else b'["reset"]')
    answer = rig.nbiot("POST", "/execute", sent, **PATH | {"res_id": 5605})
    assert answer.errno == (3 if raw else 5108)
    assert not [line for line in rig.node.seen if "EXECUTE" in line]


def test_a_body_nobody_reads_does_no_harm(rig):
    for path in ("", "/resources", "/observe"):
        query = PATH | {"cancel": "false"}
        assert rig.nbiot("GET", path, b"\xff" * 100_000, **query).errno == 0
    assert rig.call("GET", "/devices", body=b"{").errno == 0


@pytest.mark.parametrize(
    "cancel, flag", [("true", 0), ("TRUE", 0), ("false", 1), ("", 1), ("1", 1)]
)
def test_all_but_true_is_no_cancel(rig, cancel, flag):
    assert rig.nbiot("POST", "/observe", cancel=cancel, **PATH).errno == 0
    assert rig.node.seen[-1].split(",")[2] == str(flag)


def test_attributes_do_not_matter_to_a_cancel(rig):
    seen = len(rig.node.seen)
    assert rig.nbiot("POST", "/observe", cancel="true", **PATH, pmin=5, gt=1).errno == 0
    assert len(rig.node.seen) == seen + 1


@pytest.mark.parametrize(
    "attributes, text",
    [
        ({"pmin": 1}, "pmin=1"),
        ({"pmin": 60, "pmax": 60}, "pmin=60;pmax=60"),
        ({"gt": "-1.5"}, "gt=-1.5"),
        ({"lt": "0", "gt": "1e2", "st": ".5"}, "lt=0.0;gt=100.0;st=0.5"),
    ],
)
def test_attributes_go_ahead(rig, attributes, text):
    assert rig.nbiot("GET", "/observe", cancel="false", **PATH, **attributes).errno == 0
    assert rig.node.seen[-2].split(",", 5)[5] == '%d,"%s"' % (len(text), text)


@pytest.mark.parametrize("query", [{"obj_id": 3303, "obj_inst_id": 0}, {"obj_id": 3303}])
def test_periods_go_to_instances_and_objects(rig, query):
    assert rig.nbiot("POST", "/observe", cancel="false", pmin=5, pmax=9, **query).errno == 0
    assert "pmin=5;pmax=9" in rig.node.seen[-2]


def test_discover_asks_the_device(rig):
    data = rig.nbiot(path="/discover", obj_id=3303).data
    assert [each["obj_inst_id"] for each in data] == [0, 1]
    assert data[0]["res_id"] == [5700, 5701, 5601, 5602, 5603, 5604, 5605]
    assert rig.node.seen[-1].endswith(",3303")
    assert rig.nbiot(path="/discover", obj_id=3303, obj_inst_id=1).data == data[1:]
    assert rig.nbiot(path="/discover", obj_id=3303, obj_inst_id=2).data == []


def test_resources_asks_nobody(rig):
    seen = len(rig.node.seen)
    data = rig.nbiot(path="/resources").data
    assert data["total_count"] == 2
    assert [item["obj_id"] for item in data["item"]] == [3303, 3306]
    assert [each["inst_id"] for each in data["item"][0]["instances"]] == [0, 1]
    assert rig.nbiot(path="/resources", obj_id=3304).data == {"total_count": 0, "item": []}
    assert len(rig.node.seen) == seen


def test_resources_are_gone_while_a_discover_is_under_way(rig):
    rig.node.silent = True
    rig.platform.discover(rig.imei, 3303)
    items = rig.nbiot(path="/resources").data["item"]
    assert [item["obj_id"] for item in items] == [3306]


def test_many_callers_wait_side_by_side(rig):
    """Nobody holds the loop: all wait, then all are answered."""
    rig.node.silent = True
    answers = []

    def wake():
        rig.node.silent = False
        for line in [line for line in rig.node.seen if "READ" in line]:
            rig.node.take(line.encode() + b"\r\n")

    rig.platform.timers.after(2000, wake)
    before = rig.clock.now
    answers = rig.together([("GET", "/nbiot", {"imei": rig.imei} | PATH)] * 5)
    assert [answer.errno for answer in answers] == [0] * 5
    assert 2000 <= rig.clock.now - before < 3000


def test_parameters_nobody_knows_are_ignored(rig):
    assert rig.nbiot(**PATH, devIds="x", start="y").errno == 0


def test_the_target_may_name_the_host(rig):
    target = "http://api.heclouds.com/nbiot"
    assert rig.call("GET", target, {"imei": rig.imei} | PATH).errno == 0
    assert rig.call("GET", "http://api.heclouds.com/nbiot/none").status == 404


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_json_has_no_number_for_is_a_wrong_response(value):
    with pytest.raises(Problem) as caught:
        instances([Value(3303, 0, 5700, FLOAT, value)])
    assert (caught.value.kind, caught.value.detail) == (Kind.UNSUCCESS, "RESP_ERROR")


@pytest.mark.parametrize(
    "items, error",
    [
        ([{"res_id": 5850, "val": None}], "data.0.val: has to be a number, a text, true or false"),
        ([{"res_id": "5850", "val": 1}], "data.0.res_id: input should be a valid integer"),
        ([{"res_id": 5850, "val": "0g", "type": 1}], "data.0: "),
        ([{"res_id": 5850, "val": [1]}], "data.0.val: has to be a number, a text, true or false"),
        ([5], "data.0: input should be "),
    ],
)
def test_a_refusal_names_the_place(rig, items, error):
    answer = write(rig, *items)
    assert answer.errno == 5108
    assert answer.error.startswith("invalid parameter: " + error)
    assert written(rig) == []
