"""Calls while the database cannot be written: refused in the API's own form, nothing changed."""

import sqlite3

import pytest
from api_rig import ApiRig

NEW = {"title": "new", "protocol": "LWM2M", "auth_info": {"123456789012345": "460040000000001"}}
LATER = "2026-11-24T12:00:00"
INTERNAL_DEVICES, INTERNAL_NBIOT = 1, 7
WHY = "another program has locked the database; nothing has changed"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "onenet.db"


@pytest.fixture
def rig(path):
    one = ApiRig(db=path)
    one.uuid = keep(one).data["uuid"]
    yield one
    one.close()


@pytest.fixture
def lock(rig, path):
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    yield other
    other.close()


def keep(rig):
    return rig.nbiot(path="/offline", obj_id=3303, expired_time=LATER)


def own(rig):
    return "/devices/%d" % rig.device.id


CHANGES = {
    "create": lambda rig: rig.call("POST", "/devices", body=NEW),
    "update": lambda rig: rig.call(
        "PUT", own(rig), body={"title": "x", "auth_info": {rig.imei: "460040000000099"}}
    ),
    "delete": lambda rig: rig.call("DELETE", own(rig)),
    "cached read": keep,
    "cached write": lambda rig: rig.nbiot(
        "POST",
        "/offline",
        {"data": [{"res_id": 5850, "val": True}]},
        obj_id=3306,
        obj_inst_id=0,
        mode=2,
        expired_time=LATER,
    ),
    "cached execute": lambda rig: rig.nbiot(
        "POST", "/execute/offline", obj_id=3303, obj_inst_id=0, res_id=5605, expired_time=LATER
    ),
    "cancel": lambda rig: rig.nbiot("PUT", "/offline/cancel/" + rig.uuid),
    "cancel all": lambda rig: rig.nbiot("PUT", "/offline/cancel/all"),
}


def seen(rig):
    """Return everything the API tells of devices and cached commands."""
    paths = ("/devices", own(rig), "/nbiot/offline/history", "/nbiot/offline/history/" + rig.uuid)
    query = {"imei": rig.imei, "start": "2026-11-23T00:00:00"}
    return [rig.call("GET", path, query).json for path in paths]


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_refused_with_an_errno_and_has_not_happened(rig, lock, name):
    before = seen(rig)
    answer = CHANGES[name](rig)
    nbiot = name.startswith("c") and name != "create"
    assert answer.status == 200
    assert answer.errno == (INTERNAL_NBIOT if nbiot else INTERNAL_DEVICES)
    assert answer.error.endswith(WHY)
    assert seen(rig) == before


@pytest.mark.parametrize("name", CHANGES)
def test_it_works_once_the_lock_is_gone(rig, lock, name):
    CHANGES[name](rig)
    lock.execute("COMMIT")
    assert CHANGES[name](rig).errno == 0


def test_reading_and_commanding_go_on(rig, lock):
    for path in ("/devices", own(rig), own(rig) + "/datapoints", "/devices/status"):
        assert rig.get(path, devIds=rig.device.id).errno == 0
    assert rig.nbiot(obj_id=3303, obj_inst_id=0, res_id=5700).errno == 0
    assert rig.nbiot("POST", "/observe", obj_id=3306, cancel=False).errno == 0


def test_an_unused_id_is_not_lost_to_a_refused_creation(rig, lock):
    CHANGES["create"](rig)
    lock.execute("COMMIT")
    assert CHANGES["create"](rig).data["device_id"] == str(rig.device.id + 1)
