"""Whatever comes, a reply with an errno goes back: never a 5xx, never a traceback."""

import json
import re
import socket
from urllib.parse import quote, urlencode

import pytest
from api_rig import ApiRig, LiveRig
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.api import body as body_module

ROUTES = [
    (method, path)
    for path, methods in {
        "/devices": ("GET", "POST", "PUT"),
        "/devices/status": ("GET",),
        "/devices/getbyimei": ("GET",),
        "/devices/datapoints": ("GET",),
        "/devices/100001": ("GET", "PUT", "POST"),
        "/devices/100001/datapoints": ("GET",),
        "/nbiot": ("GET", "POST", "DELETE"),
        "/nbiot/execute": ("POST",),
        "/nbiot/observe": ("GET", "POST"),
        "/nbiot/resources": ("GET",),
        "/nbiot/discover": ("GET",),
        "/nbiot/offline": ("GET", "POST"),
        "/nbiot/execute/offline": ("POST",),
        "/nbiot/offline/history": ("GET",),
        "/nbiot/offline/history/x": ("GET",),
        "/nbiot/offline/cancel/all": ("PUT",),
        "/nbiot/offline/cancel/x": ("PUT",),
    }.items()
    for method in methods
]
NAMES = (
    "imei obj_id obj_inst_id res_id timeout cancel pmin pmax gt lt st mode valid_time"
    " expired_time retry trigger_msg bin2hex start end page per_page sort limit cursor"
    " datastream_id devIds device_id key_words auth_info tag online private begin"
).split()
SMALL = settings(max_examples=150, deadline=None, derandomize=True)
NASTY = st.one_of(
    st.sampled_from(
        [
            "",
            "-1",
            "0",
            "65536",
            "9" * 30,
            "9" * 5000,
            "1e400",
            "nan",
            "-inf",
            "1_0",
            "\u0663",
            "\uff10",
            "+1",
        ]
        + [
            "true",
            "null",
            "\x00",
            "\ud800",
            "'--",
            "%",
            "1,,2",
            "2026-13-01T00:00:00",
            "0001-01-01",
        ]
        + [
            "0001-01-01T00:00:00",
            "9999-12-31T23:59:59",
            "1_2_3",
            "999_1",
            "9" * 15 + "_1",
            "\r\nX: y",
        ]
    ),
    st.text(max_size=20),
    st.integers().map(str),
    st.floats().map(str),
    st.datetimes().map(lambda moment: moment.isoformat()),
)


@pytest.fixture(scope="module")
def rig():
    one = ApiRig()
    one.node.notify()
    one.step()
    yield one
    one.close()


def check(answer):
    """The reply is an envelope, and strict JSON."""
    assert answer.status in (200, 404, 405), answer

    def fail(text):
        raise AssertionError("%s in JSON" % text)

    said = json.loads(answer.body, parse_constant=fail)
    assert list(said) in (["errno", "error"], ["errno", "data", "error"])
    assert isinstance(said["errno"], int)
    assert (said["error"] == "succ") == (said["errno"] == 0)
    assert len(said["error"]) < 250
    return answer


@SMALL
@given(route=st.sampled_from(ROUTES), query=st.binary(max_size=60))
def test_any_query_string(rig, route, query):
    check(rig.call(*route, query))


@SMALL
@given(
    route=st.sampled_from(ROUTES),
    query=st.dictionaries(st.sampled_from(NAMES), NASTY, max_size=8),
    body=st.binary(max_size=40),
)
def test_any_value_of_any_parameter(rig, route, query, body):
    query = {"imei": rig.imei, "obj_id": "3303"} | query
    text = urlencode(query, errors="surrogatepass")
    check(rig.call(*route, text, body))


@SMALL
@given(
    prefix=st.sampled_from(["/devices/", "/nbiot/", "/nbiot/offline/history/", "/devices/1"]),
    rest=st.text(max_size=30),
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "X"]),
)
def test_any_path(rig, prefix, rest, method):
    check(rig.call(method, prefix + rest, {"imei": rig.imei}))


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=10),
        st.just("\ud800"),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
ITEM = st.fixed_dictionaries(
    {"res_id": JSON | st.integers(0, 65535), "val": JSON}, optional={"type": JSON}
)
DEVICE = st.fixed_dictionaries(
    {
        "title": JSON | st.text(min_size=1, max_size=9),
        "protocol": JSON | st.just("LWM2M"),
        "auth_info": JSON
        | st.dictionaries(
            st.from_regex("[1-9][0-9]{14}", fullmatch=True), st.just("46"), max_size=1
        ),
    },
    optional=dict.fromkeys(("desc", "tags", "location", "private", "other", "psk", "chip"), JSON),
)


@SMALL
@given(body=st.fixed_dictionaries({"data": JSON | st.lists(ITEM, max_size=3)}) | JSON)
def test_any_json_as_a_write(rig, body):
    query = {"obj_id": 3306, "obj_inst_id": 0, "mode": 2}
    raw = json.dumps(body).encode()
    check(rig.nbiot("POST", body=raw, **query))
    check(rig.nbiot("POST", "/offline", raw, **query, expired_time="2099-01-01T00:00:00"))


@SMALL
@given(body=DEVICE | JSON)
def test_any_json_as_a_device(rig, body):
    raw = json.dumps(body).encode()
    answer = check(rig.call("POST", "/devices", body=raw))
    if answer.errno == 0:
        assert check(rig.get("/devices/" + answer.data["device_id"])).errno == 0
    check(rig.call("PUT", "/devices/100001", body=raw))
    assert check(rig.get("/devices", per_page=100)).errno == 0


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 60_000,
        b'{"other":' * 6000,
        b'{"title":' + b"[" * 500 + b"]" * 500 + b"}",
        b'{"title":NaN}',
        b'{"title":-Infinity}',
        b'{"title":1e999}',
        b'{"title":' + b"9" * 60_000 + b"}",
        b'{"title":1.' + b"9" * 60_000 + b"e" + b"9" * 100 + b"}",
        b'{"title":"\\ud800"}',
        b'{"\\udfff":1}',
        b'{"title":"\xff"}',
        b"\xef\xbb\xbf{}",
        '{"title":"x"}'.encode("utf-16"),
        b'{"title":"a\nb"}',
        b"\x00",
        b"{'title':1}",
        b'{"title":1} x',
    ],
)
def test_what_is_no_json_is_called_so(rig, raw):
    assert check(rig.call("POST", "/devices", body=raw)).errno == 4
    query = {"obj_id": 3306, "obj_inst_id": 0, "mode": 2}
    expected = 3 if len(raw) <= 2048 else 5006
    assert check(rig.nbiot("POST", body=raw, **query)).errno == expected


def test_a_key_given_twice_counts_once(rig):
    raw = b'{"title":5,"title":"x","protocol":"LWM2M","auth_info":{"867725030000088":"1"}}'
    assert rig.call("POST", "/devices", body=raw).errno == 0


@pytest.mark.parametrize("route", ROUTES)
def test_very_long_queries(rig, route):
    for query in ("imei=" + "9" * 1_000_000, "obj_id=" + "9" * 1_000_000, "&" * 100_000):
        check(rig.call(*route, query))
        check(rig.call(*route, query + "&imei=" + rig.imei))


def test_very_long_ids(rig):
    for path in ("/devices/" + "9" * 100_000, "/nbiot/offline/history/" + "a" * 100_000):
        check(rig.call("GET", path, {"imei": rig.imei}))


@pytest.mark.parametrize("key", ["", " ", "ä", "x" * 100_000, "\x00", "benchkey", "Bench-key"])
def test_any_key(rig, key):
    assert check(rig.call("GET", "/devices", headers={"api-key": key}, key=None)).errno in (2, 3)
    assert check(rig.call("GET", "/devices", headers={"Authorization": key}, key=None)).errno in (
        2,
        3,
    )


def test_no_more_of_a_body_is_taken_than_may_be(rig):
    class Endless(list):
        taken = 0

        def __len__(self):
            return 1

        def pop(self, _):
            self.taken += 1
            return b"x" * 1000

    left = Endless()
    assert check(rig.call("POST", "/devices", body=left)).errno == 5
    assert left.taken == 66


def test_a_length_beyond_the_limit_is_refused_unread(rig):
    for length in ("65537", "9" * 5000):
        answer = rig.call("POST", "/devices", body=b"{}", headers={"content-length": length})
        assert check(answer).errno == 5
    assert rig.call("POST", "/devices", body=b"{}", headers={"content-length": "x"}).errno == 7


def test_a_body_that_ends_early_is_no_body(rig):
    assert check(rig.call("POST", "/devices", body=[])).errno == 9


@pytest.fixture(scope="module")
def live():
    with LiveRig() as one:
        yield one


def raw_exchange(live, request):
    host, port = live.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall(request)
        got = line.recv(4096)
        while (length := re.search(rb"content-length: (\d+)", got)) and (
            len(got.partition(b"\r\n\r\n")[2]) < int(length[1])
        ):
            got += line.recv(4096)
        return got


def test_a_body_that_never_comes_is_not_waited_for(live, monkeypatch):
    monkeypatch.setattr(body_module, "WAIT_S", 0.1)
    head = "POST /devices HTTP/1.1\r\nHost: x\r\napi-key: %s\r\nContent-Length: 50\r\n\r\n{"
    got = raw_exchange(live, (head % live.key).encode())
    assert got.startswith(b"HTTP/1.1 200 ")
    assert got.endswith(b'{"errno":9,"error":"entity data required: body ended early"}')


def test_odd_bytes_over_the_socket(live):
    for target in (b"/nbiot?imei=%FF%00", b"/nbiot?" + b"a" * 30_000, b"/devices/%2e%2e/%00"):
        head = b"GET %s HTTP/1.1\r\nHost: /\r\napi-key: %s\r\n\r\n" % (target, live.key.encode())
        assert raw_exchange(live, head)[:12] in (b"HTTP/1.1 200", b"HTTP/1.1 404")
    slash = quote("/nbiot", safe="")
    head = "GET /%s HTTP/1.1\r\nHost: x\r\n\r\n" % slash
    assert raw_exchange(live, head.encode()).startswith(b"HTTP/1.1 404")
