"""Devices over the API: create, show, change, delete, list, status, by IMEI."""

import json

import pytest
from api_rig import START_S, ApiRig

IMEI, IMSI = "867725030000099", "460040000000099"
NEW = {"title": "cellar", "protocol": "LWM2M", "auth_info": {IMEI: IMSI}}
FULL = NEW | {
    "desc": "by the door",
    "tags": ["cold", "东"],
    "location": {"lon": 106, "lat": 29.5},
    "private": False,
    "obsv": False,
    "auth": "Code16",
    "psk": "12345678",
    "other": {"rack": [1, 2.5, None, "x"]},
}


@pytest.fixture
def bare():
    one = ApiRig(register=False)
    yield one
    one.close()


def create(rig, **fields):
    return rig.call("POST", "/devices", body=NEW | fields)


def test_create_gives_the_id_as_text(bare):
    answer = create(bare)
    assert answer.body == b'{"errno":0,"data":{"device_id":"100001"},"error":"succ"}'
    assert bare.platform.device(IMEI).imsi == IMSI


def test_create_keeps_all_fields(bare):
    data = bare.call("POST", "/devices", body=FULL).data
    assert data == {"device_id": "100001", "psk": "12345678"}
    profile = bare.platform.device(IMEI).profile
    assert (profile.auth, profile.obsv, profile.psk) == ("Code16", False, "12345678")
    shown = bare.get("/devices/100001").data
    for name in ("title", "desc", "tags", "location", "private", "auth_info", "obsv", "other"):
        assert shown[name] == FULL[name]
    assert shown["rg_id"] == IMEI
    assert shown["imsi"] == IMSI
    assert shown["create_time"] == "2026-11-24 00:00:00"
    assert "act_time" not in shown


@pytest.mark.parametrize("protocol", ["LwM2M", "LWM2M", "lwm2m"])
def test_the_protocol_is_compared_without_case(bare, protocol):
    assert create(bare, protocol=protocol).errno == 0


@pytest.mark.parametrize(
    "fields, name",
    [
        ({"auth_info": {IMEI[:14]: IMSI}}, "auth_info"),
        ({"auth_info": {"0" + IMEI[1:]: IMSI}}, "auth_info"),
        ({"auth_info": {IMEI: "0460"}}, "auth_info"),
        ({"auth_info": {IMEI: IMSI + "1"}}, "auth_info"),
        ({"auth_info": {IMEI: ""}}, "auth_info"),
        ({"auth_info": {IMEI: 460}}, "auth_info"),
        ({"auth_info": {IMEI: IMSI, "1234": "1"}}, "auth_info"),
        ({"auth_info": {}}, "auth_info"),
        ({"auth_info": IMEI}, "auth_info"),
        ({"auth_info": {"1234": "1"}}, "chip"),
        ({"auth_info": {"1234": "1"}, "chip": 7}, "chip"),
        ({"chip": 1}, "chip"),
        ({"title": ""}, "title"),
        ({"title": "x" * 129}, "title"),
        ({"title": "a\x1b[2J"}, "title"),
        ({"title": 5}, "title"),
        ({"desc": "\x00"}, "desc"),
        ({"tags": "cold"}, "tags"),
        ({"tags": [1]}, "tags"),
        ({"location": {"lat": 91}}, "location"),
        ({"location": {"lon": "east"}}, "location"),
        ({"private": "yes"}, "private"),
        ({"auth": "x" * 17}, "auth"),
        ({"auth": "ä"}, "auth"),
        ({"psk": "short"}, "psk"),
        ({"psk": "12345678\n"}, "psk"),
    ],
)
def test_create_refuses_what_breaks_a_rule(bare, fields, name):
    answer = create(bare, **fields)
    assert answer.errno == 6
    assert answer.error.startswith("invalid parameter: ")
    assert name in answer.error
    assert not bare.platform.devices


def test_a_test_device_has_a_short_imei_and_a_chip(bare):
    assert create(bare, auth_info={"1234": "1"}, chip=2).errno == 0


def test_an_imei_is_given_once(bare):
    assert create(bare).errno == 0
    assert create(bare).errno == 12
    assert len(bare.platform.devices) == 1


def test_a_device_made_here_registers_with_its_identity(bare):
    create(bare, auth_info={bare.imei: bare.module.imsi})
    bare.node.open()
    bare.step()
    shown = bare.get("/devices/100001").data
    assert shown["online"] is True
    assert shown["obsv_st"] is True
    assert shown["act_time"] == "2026-11-24 00:00:00"
    assert shown["last_ct"] == "Tue Nov 24 00:00:00 CST 2026"


def test_a_device_made_with_another_imsi_does_not_register(bare):
    create(bare, auth_info={bare.imei: "1"})
    bare.node.open()
    bare.step()
    assert bare.get("/devices/100001").data["online"] is False


def test_update_changes_what_is_given(bare):
    bare.call("POST", "/devices", body=FULL)
    changes = {"title": "roof", "tags": [], "location": None, "auth_info": {IMEI: "5"}}
    answer = bare.call("PUT", "/devices/100001", body=changes)
    assert answer.body == b'{"errno":0,"error":"succ"}'
    shown = bare.get("/devices/100001").data
    assert (shown["title"], shown["tags"], shown["imsi"]) == ("roof", [], "5")
    assert (shown["desc"], shown["private"]) == ("by the door", False)
    assert "location" not in shown
    assert bare.call("PUT", "/devices/100001", body={}).errno == 0
    assert bare.get("/devices/100001").data == shown


@pytest.mark.parametrize(
    "body, errno",
    [
        (None, 9),
        (b"[", 4),
        ([b"[]"], 6),
        ({"title": None}, 6),
        ({"auth_info": {IMEI[:-1] + "1": IMSI}}, 6),
        ({"private": 1}, 6),
    ],
)
def test_update_refuses_what_breaks_a_rule(bare, body, errno):
    bare.call("POST", "/devices", body=FULL)
    before = bare.get("/devices/100001").data
    assert bare.call("PUT", "/devices/100001", body=body).errno == errno
    assert bare.get("/devices/100001").data == before


def test_delete_takes_the_device_and_what_belongs_to_it(rig):
    rig.node.notify()
    rig.step()
    number = rig.device.id
    assert rig.call("DELETE", "/devices/%d" % number).body == b'{"errno":0,"error":"succ"}'
    assert rig.get("/devices/%d" % number).errno == 8
    assert rig.call("DELETE", "/devices/%d" % number).errno == 8
    assert rig.get("/devices").data["total_count"] == 0
    assert rig.store.points.streams(number) == []


def test_detail_names_the_streams(rig):
    rig.node.notify(5700)
    rig.step()
    rig.run(3000)
    rig.node.notify(5700)
    rig.node.notify(5601)
    rig.step()
    streams = rig.get("/devices/%d" % rig.device.id).data["datastreams"]
    assert [stream["id"] for stream in streams] == ["3303_0_5601", "3303_0_5700"]
    assert [stream["create_time"][-2:] for stream in streams] == ["03", "00"]
    assert len({stream["uuid"] for stream in streams}) == 2
    assert rig.get("/devices/%d" % rig.device.id).data["datastreams"] == streams


def many(rig, count=35):
    for number in range(count):
        body = {
            "title": "Room %d" % number,
            "protocol": "LWM2M",
            "auth_info": {"8677250300001%02d" % number: "46004%d" % number},
            "tags": ["even" if number % 2 == 0 else "odd", "all"],
            "private": number < 5,
        }
        assert rig.call("POST", "/devices", body=body).errno == 0
        rig.run(3_600_000)


def test_the_list_has_pages_and_filters(rig):
    many(rig)
    rig.node.open()
    rig.step()

    def titles(**query):
        data = rig.get("/devices", **query).data
        titles = [device["title"] for device in data["devices"]]
        assert len(titles) == min(data["total_count"], data["per_page"])
        return titles

    rooms = ["Room %d" % number for number in range(35)]
    assert titles(tag="all", per_page=100) == rooms
    data = rig.get("/devices", tag="all", page=2).data
    assert (data["total_count"], data["page"], data["per_page"]) == (35, 2, 30)
    assert [device["title"] for device in data["devices"]] == rooms[30:]
    assert rig.get("/devices", page=3).data["devices"] == []
    assert titles(tag="even,none", per_page=100) == rooms[::2]
    assert titles(tag="none") == []
    assert titles(key_words="ROOM 1", per_page=100) == [rooms[1], *rooms[10:20]]
    assert titles(key_words="867725030000103") == ["Room 3"]
    assert titles(auth_info="867725030000107") == ["Room 7"]
    assert titles(auth_info="8677250300001") == []
    assert titles(private="false", per_page=100) == rooms[5:]
    assert titles(online="true") == [rig.imei]
    assert titles(device_id="100004,100003,7") == ["Room 1", "Room 2"]
    assert titles(tag="all", begin="2026-11-25", per_page=100) == rooms[24:]
    assert titles(tag="all", end="2026-11-24", per_page=100) == rooms[:24]
    assert titles(begin="2026-11-24T10:00:00", end="2026-11-24T11:00:00") == rooms[10:12]
    assert titles(tag="odd", key_words="3", private="false", per_page=2) == rooms[13:32:10]


def test_listed_devices_have_their_fields(bare):
    bare.call("POST", "/devices", body=FULL)
    (listed,) = bare.get("/devices").data["devices"]
    assert listed == {
        "id": "100001",
        "title": "cellar",
        "desc": "by the door",
        "protocol": "LWM2M",
        "online": False,
        "private": False,
        "tags": ["cold", "东"],
        "location": {"lon": 106, "lat": 29.5},
        "create_time": "2026-11-24 00:00:00",
        "auth_info": {IMEI: IMSI},
        "rg_id": IMEI,
    }


def test_status_has_numbers_for_ids_and_leaves_out_the_unknown(rig):
    number = rig.device.id
    data = rig.get("/devices/status", devIds="%d,5,%d" % (number, number)).data
    assert data == {
        "total_count": 1,
        "devices": [{"id": number, "title": rig.imei, "online": True}],
    }


def test_a_device_is_found_by_its_imei(rig):
    data = rig.get("/devices/getbyimei", imei=rig.imei).data
    assert data == {
        "create_time": "2026-11-24 00:00:00",
        "online": True,
        "id": str(rig.device.id),
        "observe_status": True,
        "title": rig.imei,
    }
    rig.call("PUT", "/devices/%d" % rig.device.id, body={"desc": "x"})
    assert rig.get("/devices/getbyimei", imei=rig.imei).data["desc"] == "x"


def test_devices_survive_a_restart(tmp_path):
    db = str(tmp_path / "bench.db")
    first = ApiRig(register=False, db=db)
    first.call("POST", "/devices", body=FULL)
    shown = first.get("/devices/100001").data
    first.close()
    second = ApiRig(register=False, db=db)
    assert second.get("/devices/100001").data == shown
    assert second.platform.wall_ms() == START_S * 1000
    second.close()


def test_text_stays_what_it_was(bare):
    title = "温度 ☃ \U0001f321 \"'<script>"
    assert create(bare, title=title).errno == 0
    answer = bare.get("/devices/100001")
    assert answer.data["title"] == title
    assert json.dumps(title, ensure_ascii=False).encode() in answer.body
