"""Which device a command is for: an option, the environment, or the only one there is."""

import json

import pytest
from onenet_rig import ENTRY, IMEI, IMSI, succ

DEVICE = ("--imei", IMEI)


def test_the_id_is_looked_up_by_the_imei(server):
    server.replies["GET /devices/getbyimei"] = succ({"id": 23444, "online": True})
    server.replies["GET /devices/status"] = succ({"devices": [ENTRY]})
    assert server.onenet("status", *DEVICE).exit_code == 0
    assert [request.path for request in server.seen] == ["/devices/getbyimei", "/devices/status"]
    assert server.seen[0].query == {"imei": IMEI}
    assert server.last().query == {"imei": IMEI, "devIds": "23444"}


@pytest.mark.parametrize("detail", [{"rg_id": IMEI}, {"auth_info": {IMEI: IMSI}}])
def test_the_imei_is_looked_up_by_the_id(server, detail):
    server.replies["GET /devices/7"] = succ({"id": "7", **detail})
    assert server.onenet("read", "3303", "--device", "7").exit_code == 0
    assert server.last().query["imei"] == IMEI


@pytest.mark.parametrize(
    "entry",
    [ENTRY, {**ENTRY, "id": 23444}, {"id": 5, "rg_id": int(IMEI)}, {"id": 5, "imei": IMEI}]
    + [{"id": 5, "auth_info": json.dumps({IMEI: IMSI})}],
)
def test_the_only_device_is_taken(server, entry):
    server.replies["GET /devices"] = succ({"total_count": "1", "devices": [entry]})
    assert server.onenet("read", "3303").exit_code == 0
    assert server.last().query["imei"] == IMEI


def test_an_entry_without_imei_is_looked_up(server):
    server.replies["GET /devices"] = succ({"devices": [{"id": 9, "auth_info": "nonsense"}]})
    server.replies["GET /devices/9"] = succ({"rg_id": IMEI})
    assert server.onenet("read", "3303").exit_code == 0
    assert server.last().query["imei"] == IMEI


def test_of_several_devices_one_has_to_be_chosen(server):
    entries = [{"id": number, "rg_id": str(1000 + number)} for number in range(11)]
    server.replies["GET /devices"] = succ({"total_count": 40, "devices": entries})
    result = server.onenet("read", "3303")
    assert result.exit_code == 2
    assert "several devices: 1000, 1001, " in result.stderr and "1009, …" in result.stderr
    assert "--imei" in result.stderr and "export ONENET_IMEI=1000" in result.stderr


def test_without_a_device_creating_one_is_advised(server):
    server.replies["GET /devices"] = succ({"total_count": 0, "devices": []})
    result = server.onenet("read", "3303")
    assert result.exit_code == 1 and "onenet create" in result.stderr


def test_the_environment_names_the_device_unless_an_option_does(server):
    env = {"ONENET_IMEI": IMEI}
    assert server.onenet("read", "3303", env=env).exit_code == 0
    assert server.last().query["imei"] == IMEI
    assert server.onenet("read", "3303", "--imei", "77", env=env).exit_code == 0
    assert server.last().query["imei"] == "77"
    assert server.onenet("device", "--device", "5", env=env).exit_code == 0
    assert server.last().path == "/devices/5"
    assert server.onenet("read", "3303", env={"ONENET_IMEI": "x"}).exit_code == 2


@pytest.mark.parametrize("options", [("--device", "42"), ("--device", "42", "--json")])
def test_the_status_of_a_device_that_is_not_there_is_exit_status_1(server, options):
    server.replies["GET /devices/status"] = succ({"total_count": 0, "devices": []})
    run = server.onenet("status", *options)
    assert run.exit_code == 1
    assert "onenet: there is no such device" in run.output


@pytest.mark.parametrize(
    "value, words",
    [
        ("5851=22.0", "5851=22.0 was sent as a decimal number: a resource of whole numbers takes"),
        ("5851=22.5", "takes 5851=22"),
        ("5851=1e2", "takes 5851=100"),
        ("5850=on", "5850=on was sent as text"),
        ('5851="22"', "without quotes"),
        ("5850=True", "true, false, 1 or 0"),
    ],
)
def test_a_refused_value_of_another_kind_is_explained(server, value, words):
    refused = {"errno": 5106, "error": "unsuccess: BAD_REQUEST"}
    server.replies["POST /nbiot"] = refused
    run = server.onenet("write", "3306/0", value, *DEVICE)
    assert run.exit_code == 1
    assert words in run.output
    run = server.onenet("write", "3306/0", "5851=22", *DEVICE)
    assert "was sent as" not in run.output
