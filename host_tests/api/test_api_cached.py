"""Cached commands over the API, through their whole life (facts platform.md 1.5)."""

import uuid

import pytest
from api_rig import ApiRig

PATH = {"obj_id": 3303, "obj_inst_id": 0, "res_id": 5700}
SWITCH = {"obj_id": 3306, "obj_inst_id": 0, "mode": 2}
DAY = "2026-11-24T%s"
LATER = {"expired_time": DAY % "12:00:00"}
ALL = {"start": "2026-11-01T00:00:00"}
WAIT, CANCELLED, SENT, EXPIRED, SUCCESS, FAILED = 1, 2, 3, 4, 5, 6


def add(rig, **query):
    return rig.nbiot(path="/offline", **PATH | LATER | query).data["uuid"]


def add_write(rig, *items, **query):
    body = {"data": list(items)}
    return rig.nbiot("POST", "/offline", body, **SWITCH | LATER | query).data["uuid"]


def detail(rig, number):
    return rig.nbiot(path="/offline/history/" + number).data


def status(rig, number):
    return detail(rig, number)["send_status"]


def update(rig):
    rig.node.send("AT+MIPLUPDATE=0,0,0")
    rig.step()


def notify(rig):
    rig.node.notify()
    rig.step()


def register(rig):
    rig.node.send("AT+MIPLCLOSE=0", "AT+MIPLOPEN=0,3600,30")
    rig.step()


def test_a_read_waits_for_an_uplink(rig):
    answer = rig.nbiot(path="/offline", **PATH | LATER)
    number = answer.data["uuid"]
    assert str(uuid.UUID(number)) == number
    assert answer.body == b'{"errno":0,"data":{"uuid":"%s"},"error":"succ"}' % number.encode()
    seen = len(rig.node.seen)
    rig.run(60_000)
    assert len(rig.node.seen) == seen
    assert detail(rig, number) == {
        "cmd_uuid": number,
        "type": "READ",
        "create_time": "2026-11-24 00:00:00.000",
        "valid_time": "2026-11-24 00:00:00.000",
        "expired_time": "2026-11-24 12:00:00.000",
        "trigger_msg": 7,
        "send_status": WAIT,
        "confirm_status": "",
        "imei": rig.imei,
        "remain": "3",
        "obj_id": 3303,
        "obj_inst_id": 0,
        "res_id": 5700,
        "args": "",
        "content": {},
        "feedback_msg": [],
    }
    update(rig)
    shown = detail(rig, number)
    assert (shown["send_status"], shown["confirm_status"]) == (SUCCESS, "SUCCESS")
    assert shown["send_time"] == shown["confirm_time"] == "2026-11-24 00:01:00.000"
    assert shown["feedback_time"] == shown["confirm_time"]
    assert shown["feedback_msg"] == [
        {"feedback_time": shown["confirm_time"], "feedback_status": "SUCCESS"}
    ]
    assert shown["cmd_result"] == [{"res": [{"val": 20.123, "res_id": 5700}], "obj_inst_id": 0}]


def test_the_history_shows_no_more_than_the_documents(rig):
    number = add(rig)
    update(rig)
    (item,) = rig.nbiot(path="/offline/history", **ALL).data["items"]
    shown = detail(rig, number)
    more = {"obj_id", "obj_inst_id", "res_id", "args", "content", "feedback_msg", "cmd_result"}
    assert item == {name: value for name, value in shown.items() if name not in more}


def test_a_write_goes_out_and_shows_what_it_held(rig):
    items = ({"res_id": 5850, "val": 1}, {"res_id": 5853, "val": "0aff", "type": 1})
    number = add_write(rig, *items)
    notify(rig)
    assert [line.split(",", 2)[2] for line in rig.node.seen[-2:]] == [
        "3306,0,5850,2,1,01,0,1",
        "3306,0,5853,2,2,0AFF,0,0",
    ]
    shown = detail(rig, number)
    assert (shown["type"], shown["send_status"]) == ("WRITE", SUCCESS)
    assert shown["content"] == {"mode": 2, "data": list(items)}
    assert (shown["obj_id"], shown["obj_inst_id"], "res_id" in shown) == (3306, 0, False)
    assert "cmd_result" not in shown


def test_an_execute_goes_out_with_its_arguments(rig):
    query = PATH | LATER | {"res_id": 5605}
    number = rig.nbiot("POST", "/execute/offline", {"args": "reset"}, **query).data["uuid"]
    update(rig)
    assert rig.node.seen[-1].endswith(',3303,0,5605,5, "reset"')
    shown = detail(rig, number)
    assert (shown["type"], shown["args"], shown["send_status"]) == ("EXECUTE", "reset", SUCCESS)


@pytest.mark.parametrize("level", [{"obj_id": 3303}, {"obj_id": 3303, "obj_inst_id": 1}, PATH])
def test_a_read_reaches_every_level(rig, level):
    number = rig.nbiot(path="/offline", **level | LATER).data["uuid"]
    update(rig)
    now = rig.nbiot(**level).data
    shown = detail(rig, number)
    assert shown["cmd_result"] == now
    assert {name: shown[name] for name in level} == level


def test_opaque_results_come_as_hex_when_asked_for(rig):
    rig.node.values[3303, 0, 5700] = "2,3,0a647b"
    numbers = [add(rig, bin2hex="true"), add(rig)]
    update(rig)
    found = [detail(rig, number)["cmd_result"][0]["res"][0]["val"] for number in numbers]
    assert found == ["0a647b", [10, 100, 123]]


@pytest.mark.parametrize("trigger", range(1, 8))
def test_only_the_uplinks_named_send_it(rig, trigger):
    for bit, uplink in ((4, notify), (2, update), (1, register)):
        number = add(rig, trigger_msg=trigger)
        uplink(rig)
        assert status(rig, number) == (SUCCESS if trigger & bit else WAIT)
        assert detail(rig, number)["trigger_msg"] == trigger
        rig.nbiot("PUT", "/offline/cancel/all")


def test_nothing_goes_before_its_time(rig):
    number = add(rig, valid_time=DAY % "00:10:00")
    update(rig)
    assert status(rig, number) == WAIT
    rig.run(600_000)
    assert status(rig, number) == WAIT
    update(rig)
    assert status(rig, number) == SUCCESS


def test_it_expires(rig):
    number = add(rig, expired_time=DAY % "00:10:00")
    rig.run(599_000)
    assert status(rig, number) == WAIT
    rig.run(1000)
    assert status(rig, number) == EXPIRED
    seen = len(rig.node.seen)
    update(rig)
    assert len(rig.node.seen) == seen


def test_a_silent_device_is_tried_again_at_the_next_uplink(rig):
    number = add(rig, retry=1, timeout=5)
    rig.node.silent = True
    update(rig)
    assert status(rig, number) == SENT
    rig.run(20_000)
    shown = detail(rig, number)
    assert (shown["send_status"], shown["remain"]) == (WAIT, "0")
    assert [each["feedback_status"] for each in shown["feedback_msg"]] == ["TIME_OUT"]
    update(rig)
    rig.run(20_000)
    shown = detail(rig, number)
    assert (shown["send_status"], shown["confirm_status"]) == (FAILED, "TIME_OUT")
    assert [each["feedback_status"] for each in shown["feedback_msg"]] == ["TIME_OUT"] * 2


def test_a_refusal_is_the_end(rig):
    number = add(rig)
    rig.node.refuse = {"READ": 13}
    update(rig)
    shown = detail(rig, number)
    assert (shown["send_status"], shown["confirm_status"]) == (FAILED, "NOT_FOUND")
    assert "cmd_result" not in shown


def test_one_is_cancelled_while_it_waits(rig):
    number = add(rig)
    cancel = "/offline/cancel/" + number
    assert rig.nbiot("PUT", cancel).body == b'{"errno":0,"error":"succ"}'
    assert status(rig, number) == CANCELLED
    again = rig.nbiot("PUT", cancel)
    assert (again.errno, again.error) == (
        5006,
        "system logic limit: the command does not wait any more",
    )
    seen = len(rig.node.seen)
    update(rig)
    assert len(rig.node.seen) == seen


def test_all_that_wait_are_cancelled(rig):
    done = add(rig)
    update(rig)
    sent = add(rig)
    rig.node.silent = True
    update(rig)
    waiting = {add(rig), add(rig)}
    data = rig.nbiot("PUT", "/offline/cancel/all").data
    assert set(data["succ"]) == waiting
    assert (data["failed"], data["total"]) == ([sent], 3)
    assert status(rig, done) == SUCCESS
    assert rig.nbiot("PUT", "/offline/cancel/all").data["succ"] == []


def test_ten_wait_and_no_more(rig):
    numbers = [add(rig) for _ in range(10)]
    assert rig.nbiot(path="/offline", **PATH | LATER).errno == 5006
    assert rig.nbiot("PUT", "/offline/cancel/" + numbers[0]).errno == 0
    add(rig)
    assert rig.nbiot(path="/offline/history", **ALL).data["total_count"] == 11


def test_the_history_has_times_pages_and_an_order(rig):
    numbers = []
    for _ in range(5):
        numbers.append(add(rig))
        rig.run(60_000)

    def history(**query):
        data = rig.nbiot(path="/offline/history", **ALL | query).data
        return data["total_count"], [numbers.index(item["cmd_uuid"]) for item in data["items"]]

    assert history() == (5, [4, 3, 2, 1, 0])
    assert history(sort="asc") == (5, [0, 1, 2, 3, 4])
    assert history(start=DAY % "00:02:00") == (3, [4, 3, 2])
    assert history(start=DAY % "00:01:00", end=DAY % "00:02:00") == (2, [2, 1])
    assert history(per_page=2, page=2) == (5, [2, 1])
    assert history(per_page=2, page=4) == (5, [])
    assert rig.nbiot(path="/offline/history", **ALL, sort="up").errno == 5108
    assert rig.nbiot(path="/offline/history").error == "parameter required: start"


def test_a_command_belongs_to_its_device(rig):
    number = add(rig)
    other = rig.platform.create_device("867725030000099", "1")
    for method, path in (("GET", "/nbiot/offline/history/"), ("PUT", "/nbiot/offline/cancel/")):
        assert rig.call(method, path + number, {"imei": other.imei}).errno == 5108
    assert status(rig, number) == WAIT


def test_they_are_taken_while_the_device_is_offline(rig):
    rig.node.send("AT+MIPLCLOSE=0")
    rig.step()
    assert rig.nbiot(**PATH).errno == 2001
    number = add(rig)
    rig.node.send("AT+MIPLOPEN=0,3600,30")
    rig.step()
    assert status(rig, number) == SUCCESS


def test_they_survive_a_restart(tmp_path):
    db = str(tmp_path / "bench.db")
    first = ApiRig(db=db)
    done = add(first)
    update(first)
    waiting = add_write(first, {"res_id": 5853, "val": "0aff", "type": 1})
    shown = [detail(first, number) for number in (done, waiting)]
    first.close()
    second = ApiRig(register=False, db=db)
    assert [detail(second, number) for number in (done, waiting)] == shown
    second.node.open()
    second.step()
    assert status(second, waiting) == SUCCESS
    assert ",3306,0,5853,2,2,0AFF,0,0" in "".join(second.node.seen)
    second.close()
