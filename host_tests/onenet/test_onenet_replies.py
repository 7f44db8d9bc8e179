"""Answers of every kind: errnos, types that wobble, nonsense, silence."""

import json
import socket
import time
from types import SimpleNamespace

import pytest
from onenet_rig import ENTRY, IMEI, onenet, succ

from onenet import client
from onenet.hints import hint

READ = ("read", "3303/0/5700", "--imei", IMEI)
STATUS = ("device", "--device", "7")


def refused(errno, error="text"):
    return {"errno": errno, "error": error}


@pytest.mark.parametrize(
    ("errno", "error", "advice"),
    [
        (1, "auth failed", "onenet devices"),
        (2, "api-key required", "ONENET_KEY"),
        (3, "parameter required: imei", "--verbose"),
        (7, "service internal error", "--timeout 40"),
        (2001, "device not online", "check that the node runs"),
        (5006, "system logic limit", "--timeout 5 to 40"),
        (5106, "unsuccess: TIME_OUT", "did not answer"),
        (5106, "UNSUCESS", "onenet resources"),
        (5106, "Time Out", "--timeout 40"),
        (5106, "unsuccess: NOT_FOUND", "onenet resources"),
        (5106, "unsuccess: METHOD_NOT_ALLOWED", "does not allow this"),
        (5106, "unsuccess: BAD_REQUEST", "does not take this value"),
        (5106, "unsuccess: OFFLINE", "not registered"),
        (5106, "unsuccess: UNSUPPORTED_CONTENT_FORMAT", "format"),
        (5108, "invalid parameter", "onenet resources"),
        (5117, "rpc error", "try again"),
        ("2001", "device not online", "onenet status"),
        (4711, "?", "--verbose"),
    ],
)
def test_a_refusal_of_a_device_command_says_what_to_do(server, errno, error, advice):
    server.replies["GET /nbiot"] = refused(errno, error)
    result = server.onenet(*READ)
    assert result.exit_code == 1 and result.stdout == ""
    assert "onenet: %s (errno %s)\n" % (error, errno) in result.stderr
    assert advice in result.stderr


@pytest.mark.parametrize(
    ("errno", "advice"),
    [
        (1, "try again"),
        (3, "check the key"),
        (7, "--verbose"),
        (8, "onenet devices"),
        (12, "IMEI exists"),
    ],
)
def test_the_same_number_means_something_else_about_devices(server, errno, advice):
    server.replies["GET /devices/7"] = refused(errno)
    result = server.onenet(*STATUS)
    assert result.exit_code == 1 and advice in result.stderr
    assert hint("nbiot", errno, "") != hint("devices", errno, "")


def test_every_documented_errno_has_its_own_advice():
    unknown = hint("devices", 9999, "")
    assert all(
        hint("nbiot", errno, "") != unknown for errno in (1, 2, 7, 2001, 5006, 5106, 5108, 5117)
    )
    assert all(
        hint("devices", errno, "") != unknown
        for errno in (*range(1, 11), *range(12, 16), *range(17, 24))
    )


def test_a_program_gets_the_refusal_as_json(server):
    server.replies["GET /nbiot"] = refused(2001, "device not online")
    result = server.onenet(*READ, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == refused(2001, "device not online")
    assert "onenet status" in result.stderr


def test_a_program_gets_the_answer_as_the_platform_gave_it(server):
    answer = succ([{"res": [{"val": 20.123, "res_id": 5700, "more": None}], "obj_inst_id": 0}])
    server.replies["GET /nbiot"] = answer
    assert json.loads(server.onenet(*READ, "--json").stdout) == answer


@pytest.mark.parametrize(
    "data",
    [
        [{"obj_inst_id": 0, "res": [{"res_id": 5700, "val": 20.5}]}],
        [{"obj_inst_id": "0", "res": [{"res_id": "5700", "val": "20.5"}]}],
        {"obj_inst_id": 0, "res": {"res_id": 5700, "val": 20.5}},
    ],
)
def test_ids_and_values_may_be_numbers_or_texts(server, data):
    server.replies["GET /nbiot"] = succ(data)
    assert "3303/0/5700   Sensor Value   20.5" in server.onenet(*READ).stdout


@pytest.mark.parametrize(
    ("value", "shown"),
    [(True, "true"), ([1, 2, 255], "hex:0102ff"), ([1, 300], "[1, 300]"), (None, "-"), ({}, "{}")],
)
def test_values_are_shown_as_a_write_takes_them(server, value, shown):
    server.replies["GET /nbiot"] = succ([{"obj_inst_id": 0, "res": [{"res_id": 1, "val": value}]}])
    assert server.onenet(*READ).stdout.rstrip().endswith("  " + shown)


@pytest.mark.parametrize(
    ("reply", "word"),
    [
        ("", "nothing"),
        ("<html>hello", "<html>hello"),
        ("[]", "[]"),
        ("{}", "{}"),
        ('{"errno": null}', "errno"),
        ('{"errno": "x"}', "errno"),
        ('{"errno": 1e999}', "errno"),
        ('{"errno": 0, "data": NaN}', "NaN"),
        ("[" * 100_000, "[[["),
        (b"\xff\xfe\x00", "\\x00"),
    ],
)
def test_an_answer_of_something_else_is_named(server, reply, word):
    server.replies["GET /nbiot"] = reply
    result = server.onenet(*READ)
    assert result.exit_code == 1 and result.stdout == ""
    assert "not as OneNET does (HTTP 200)" in result.stderr and word in result.stderr
    assert "--url" in result.stderr and len(result.stderr) < 400


@pytest.mark.parametrize("status", [301, 404, 500, 502])
def test_another_http_status_is_an_error(server, status):
    server.status, server.headers = status, {"Location": "http://127.0.0.1:9/"}
    result = server.onenet(*READ)
    assert result.exit_code == 1 and "HTTP status %d" % status in result.stderr
    assert len(server.seen) == 1  # no redirect takes the key elsewhere


def test_an_errno_counts_whatever_the_http_status(server):
    server.status, server.replies["GET /nbiot"] = 404, refused(2001, "device not online")
    assert "device not online (errno 2001)" in server.onenet(*READ).stderr


def test_an_answer_without_end_is_given_up(server, monkeypatch):
    monkeypatch.setattr(client, "MAX_BYTES", 1 << 20)
    server.replies["GET /nbiot"] = b" " * (2 << 20)
    result = server.onenet(*READ)
    assert result.exit_code == 1 and "more than 1 MiB" in result.stderr


def test_an_answer_that_trickles_is_given_up(server, monkeypatch):
    ticks = iter(range(0, 1000, 20))
    monkeypatch.setattr(client, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    server.replies["GET /nbiot"] = b" " * (1 << 20)
    result = server.onenet(*READ)
    assert result.exit_code == 1 and "does not come to an end" in result.stderr


def test_without_a_bench_starting_one_is_advised():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = "http://127.0.0.1:%d" % closed.getsockname()[1]
        result = onenet("devices", "--url", url)
    assert result.exit_code == 1
    assert result.stderr == (
        "onenet: nothing answers at %s\n"
        "  start `make run` or `make bench` in another terminal, or give --url\n" % url
    )


def test_a_server_that_says_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr("onenet.calls.MARGIN_S", -4.7)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        url = "http://127.0.0.1:%d" % silent.getsockname()[1]
        result = onenet(*READ, "--timeout", "5", "--url", url)
    assert result.exit_code == 1 and "gave no answer within" in result.stderr
    assert time.monotonic() - began < 3


def test_a_connection_that_breaks_is_an_error(server):
    server.headers = {"Content-Length": "100000"}
    result = server.onenet(*READ)
    assert result.exit_code == 1 and "the connection to %s broke" % server.url in result.stderr


def test_a_platform_without_pages_is_not_asked_for_ever(server):
    server.replies["GET /devices"] = succ({"devices": [ENTRY] * 100})
    result = server.onenet("devices")
    assert result.exit_code == 0 and len(server.seen) == 2


def test_devices_of_all_pages_are_listed(server):
    pages = [[{"id": 100 * page + n} for n in range(100)] for page in (1, 2)] + [[{"id": 7}]]
    server.replies["GET /devices"] = [
        succ({"total_count": 201, "devices": page}) for page in pages
    ]
    reply = json.loads(server.onenet("devices", "--json").stdout)
    assert len(reply["data"]["devices"]) == 201 and reply["data"]["total_count"] == 201
    assert [request.query["page"] for request in server.seen] == ["1", "2", "3"]
