"""What public clients of the API send, and the exact bounds of a body."""

import json

import pytest

WRITE = {"obj_id": 3306, "obj_inst_id": 0, "mode": 2}
EXECUTE = {"obj_id": 3303, "obj_inst_id": 0, "res_id": 5605}


def padded(size):
    """Return a good body of exactly so many bytes."""
    body = json.dumps({"data": [{"res_id": 5850, "val": True}]}).encode()
    return body + b" " * (size - len(body))


def execute(size):
    """Return a body with args, of exactly so many bytes."""
    body = b'{"args":"reset"}'
    return b" " * (size - len(body)) + body


@pytest.mark.parametrize("size, errno", [(2047, 0), (2048, 0), (2049, 5006)])
@pytest.mark.parametrize("pieces", [1, 3])
def test_a_command_has_2048_bytes_of_body_at_most(rig, size, errno, pieces):
    def cut(raw):
        step = -(-len(raw) // pieces)
        return [raw[at : at + step] for at in range(0, len(raw), step)]

    assert rig.nbiot("POST", body=cut(padded(size)), **WRITE).errno == errno
    assert rig.nbiot("POST", "/execute", cut(execute(size)), **EXECUTE).errno == errno


@pytest.mark.parametrize("kind", [None, "", "text/plain", "application/x-www-form-urlencoded"])
def test_the_content_type_does_not_matter(rig, kind):
    headers = {} if kind is None else {"content-type": kind}
    query = {"imei": rig.imei, **EXECUTE}
    answer = rig.call("POST", "/nbiot/execute", query, {"args": "reset"}, headers)
    assert answer.errno == 0


@pytest.mark.parametrize(
    "body",
    [
        b'{"data":[{"val":"abcd","res_id":5750}],}',
        b'{"data":[{"val":1,"res_id":5850},]}',
        b"{'data':[{'val':1,'res_id':5850}]}",
        b'{"data":[{"val":1,"res_id":5850}]} x',
        b"\xef\xbb\xbf" + b'{"data":',
        b'{"data":[{"val":1,"res_id":5850}]',
    ],
)
def test_almost_json_is_refused_with_an_errno(rig, body):
    assert rig.nbiot("POST", body=body, **WRITE).errno == 3
    assert rig.node.values[3306, 0, 5850] == "5,1,1"


@pytest.mark.parametrize("timeout, errno", [(4, 5006), (5, 0), (30, 0), (40, 0), (41, 5006)])
def test_a_timeout_in_the_query_is_5_to_40_s(rig, timeout, errno):
    body = {"data": [{"res_id": 5850, "val": 1}]}
    assert rig.nbiot("POST", body=body, timeout=timeout, **WRITE).errno == errno


@pytest.mark.parametrize("limit, errno", [(0, 6), (1, 0), (6000, 0), (6001, 6)])
@pytest.mark.parametrize("more", [{}, {"sort": "DESC"}, {"sort": "x", "duration": 3600}])
def test_datapoints_take_a_limit_of_1_to_6000_and_ignore_what_they_do_not_know(
    rig, limit, errno, more
):
    path = "/devices/%d/datapoints" % rig.device.id
    for value in range(3):
        rig.node.notify(value="4,4,%d.5" % value)
    rig.run(100)
    answer = rig.get(path, datastream_id="3303_0_5700", limit=limit, **more)
    assert answer.errno == errno
    if not errno:
        (stream,) = answer.data["datastreams"]
        assert len(stream["datapoints"]) == min(limit, 3)


def test_text_in_any_script_reaches_the_node_as_utf_8(rig):
    body = {"data": [{"res_id": 5750, "val": "冷库"}]}
    assert rig.nbiot("POST", body=body, **WRITE).errno == 0
    assert "e586b7e5ba93" in rig.node.values[3306, 0, 5750].lower()


@pytest.mark.parametrize(
    "method, path",
    [("DELETE", "/nbiot"), ("PUT", "/nbiot"), ("PATCH", "/devices"), ("GET", "/nbiot/execute")],
)
def test_another_method_is_405_with_an_errno_and_those_that_would_do(rig, method, path):
    answer = rig.call(method, path, {"imei": rig.imei})
    assert (answer.status, answer.errno) == (405, 5108 if "nbiot" in path else 6)
    assert answer.headers["allow"]
