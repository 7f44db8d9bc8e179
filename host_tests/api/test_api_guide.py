"""The guide's HTTP examples, byte for byte as it prints them, over a socket."""

import json
import socket

import pytest
from api_rig import KEY, LiveRig

READ = '{"errno":0,"data":[{"res":[{"val":20.123,"res_id":5700}],"obj_inst_id":0}],"error":"succ"}'
SUCC = '{"errno":0,"error":"succ"}'
SENSOR = '{"val":20.123,"res_id":5700},{"val":"Cel","res_id":5701},{"val":10.123,"res_id":5601}'
INSTANCE = (
    '{"errno":0,"data":[{"res":[%s,{"val":60.2,"res_id":5602},{"val":0.0,"res_id":5603},'
    '{"val":99.0,"res_id":5604}],"obj_inst_id":0}],"error":"succ"}' % SENSOR
)
OBJECT = (
    '{"errno":0,"data":[{"res":[{"val":"Cel","res_id":5701},{"val":50.123,"res_id":5602}],'
    '"obj_inst_id":0},{"res":[{"val":"Cel","res_id":5701},{"val":55.123,"res_id":5602}],'
    '"obj_inst_id":1}],"error":"succ"}'
)
# Method and target, then the headers in the guide's order. Its blanks at the ends of lines
# are kept, but for those behind HTTP/1.1, with which no server takes the line for HTTP.
PLAIN = (
    "%s http://api.heclouds.com%s HTTP/1.1\r\n"
    "Host: api.heclouds.com/  \r\napi-key: bench-key  \r\nContent-Length: 0  \r\n\r\n"
)
WRITE = (
    "%s http://api.heclouds.com%s HTTP/1.1\r\nHost: api.heclouds.com/  \r\n"
    "api-key: bench-key  \r\nContent-Length: %d  \r\nContent-Type:application/json  \r\n\r\n%s"
)
MANAGE = (
    "%s http://api.heclouds.com%s HTTP/1.1\r\napi-key:bench-key\r\nHost: api.heclouds.com\r\n"
    "Content-Length: %d\r\nContent-Type:application/json\r\n\r\n%s"
)
ATTRIBUTES = "&pmin=15&pmax=60&gt=50&lt=0&st=2"
SECOND = "&pmin=18&pmax=90&gt=60&lt=0&st=2"
PMIN_15 = '37,"pmin=15;pmax=60;lt=0.0;gt=50.0;st=2.0"'
PMIN_18 = '37,"pmin=18;pmax=90;lt=0.0;gt=60.0;st=2.0"'


@pytest.fixture(scope="module")
def live():
    with LiveRig() as rig:
        yield rig


def exchange(live, request):
    """Send a request as it is; return status and body of the reply."""
    host, port = live.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall(request.encode())
        got = b""
        while b"\r\n\r\n" not in got:
            got += line.recv(4096)
        head, _, body = got.partition(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        while len(body) < size:
            body += line.recv(4096)
    return int(head.split()[1]), body.decode()


def ask(live, form, method, target, *rest):
    device = live.do(lambda world: world.device.id)
    target = target.replace("$IMEI", live.imei).replace("$DEVICE_ID", str(device))
    if form is not PLAIN:
        rest = rest or (21, "")
    live.do(lambda world: world.node.seen.clear())
    status, body = exchange(live, form % (method, target, *rest))
    assert status == 200
    return body


def printed(live):
    """Return what the module printed, the number of the message left out."""
    lines = live.do(lambda world: list(world.node.seen))
    return [",".join(part for n, part in enumerate(line.split(",")) if n != 1) for line in lines]


def test_status_tells_whether_the_device_is_online(live):
    body = ask(live, PLAIN, "GET", "/devices/status?imei=$IMEI&devIds=$DEVICE_ID")
    assert json.loads(body)["data"]["devices"][0]["online"] is True


def test_datapoints_show_the_newest_of_what_was_notified(live):
    live.do(lambda world: world.node.notify(5700, "4,4,98"))
    live.do(lambda world: world.node.notify(5601, "4,4,88"))
    live.wait(lambda world: len(world.platform.store.points.streams(world.device.id)) == 2)
    body = json.loads(ask(live, PLAIN, "GET", "/devices/$DEVICE_ID/datapoints?imei=$IMEI"))
    assert (body["errno"], body["error"]) == (0, "succ")
    streams = body["data"]["datastreams"]
    newest = {
        stream["id"]: [point["value"] for point in stream["datapoints"]] for stream in streams
    }
    assert newest == {"3303_0_5700": [98.0], "3303_0_5601": [88.0]}


def test_resources_list_what_discover_found(live):
    target = "/nbiot/resources?imei=$IMEI&obj_id=3303&obj_inst_id=0"
    data = json.loads(ask(live, PLAIN, "GET", target))["data"]
    rids = [5700, 5701, 5601, 5602, 5603, 5604, 5605]
    found = {"obj_id": 3303, "instances": [{"inst_id": 0, "resources": rids}]}
    assert data == {"total_count": 1, "item": [found]}


@pytest.mark.parametrize(
    "query, rids, urc, reply",
    [
        ("&obj_inst_id=0&res_id=5700", None, "+MIPLREAD:0,3303,0,5700", READ),
        (
            "&obj_inst_id=0",
            (5700, 5701, 5601, 5602, 5603, 5604),
            "+MIPLREAD:0,3303,0,-1",
            INSTANCE,
        ),
        ("", (5701, 5602), "+MIPLREAD:0,3303,-1,-1", OBJECT),
    ],
)
def test_reads_are_answered_as_printed(live, query, rids, urc, reply):
    def arrange(world):
        kept = dict(world.node.values)
        if rids:
            world.node.values = {
                path: kept[path] for iid in (0, 1) for path in ((3303, iid, rid) for rid in rids)
            }
        if reply is OBJECT:
            world.node.values[3303, 0, 5602] = "4,4,50.123"
            world.node.values[3303, 1, 5602] = "4,4,55.123"
        return kept

    kept = live.do(arrange)
    assert ask(live, PLAIN, "GET", "/nbiot?imei=$IMEI&obj_id=3303" + query) == reply
    assert printed(live) == [urc]
    live.do(lambda world: setattr(world.node, "values", kept))


@pytest.mark.parametrize(
    "body, urcs",
    [
        ('{"data":[{"res_id":5850,"val":1}]}', ["5850,2,1,01,0,0"]),
        (
            '{"data":[{"res_id":5850,"val":1},{"res_id":5851,"val":22}]}',
            ["5850,2,1,01,0,1", "5851,2,1,16,0,0"],
        ),
    ],
)
def test_writes_are_answered_as_printed(live, body, urcs):
    target = "/nbiot?imei=$IMEI&obj_id=3306&obj_inst_id=0&mode=2"
    assert ask(live, WRITE, "POST", target, len(body), body) == SUCC
    assert printed(live) == ["+MIPLWRITE:0,3306,0," + urc for urc in urcs]


def test_execute_is_answered_as_printed(live):
    target = "/nbiot/execute?imei=$IMEI&obj_id=3303&obj_inst_id=0&res_id=5605"
    body = '{"args":"reset"}'
    assert ask(live, MANAGE, "POST", target, len(body), body) == SUCC
    assert printed(live) == ['+MIPLEXECUTE:0,3303,0,5605,5, "reset"']


@pytest.mark.parametrize(
    "rid, attributes, urc", [(5700, ATTRIBUTES, PMIN_15), (5601, SECOND, PMIN_18)]
)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_observe_writes_its_attributes_first(live, method, rid, attributes, urc):
    target = "/nbiot/observe?imei=$IMEI&cancel=false&obj_id=3303&obj_inst_id=0&res_id=%d" % rid
    body = '{"args": " reset "}'.ljust(21)
    assert ask(live, MANAGE, method, target + attributes, 21, body) == SUCC
    path = "3303,0,%d" % rid
    assert printed(live) == ["+MIPLPARAMETER:0,%s,%s" % (path, urc), "+MIPLOBSERVE:0,1," + path]


@pytest.mark.parametrize("cancel, flag", [("false", 1), ("true", 0)])
@pytest.mark.parametrize(
    "query, path",
    [("&obj_inst_id=0&res_id=5700", "0,5700"), ("&obj_inst_id=0", "0,-1"), ("", "-1,-1")],
)
def test_observe_and_cancel_reach_every_level(live, query, path, cancel, flag):
    """Content-Length says 21 and no body comes: the guide prints it so."""
    target = "/nbiot/observe?imei=$IMEI&cancel=%s&obj_id=3303" % cancel
    assert ask(live, MANAGE, "GET", target + query) == SUCC
    assert printed(live) == ["+MIPLOBSERVE:0,%d,3303,%s" % (flag, path)]


def test_the_example_key_is_the_rigs():
    assert "api-key: %s " % KEY in PLAIN
    assert "api-key:%s\r" % KEY in MANAGE


def test_status_tells_a_device_that_has_left_is_offline(live):
    live.do(lambda world: world.node.send("AT+MIPLCLOSE=0"))
    live.wait(lambda world: not world.device.online)
    body = ask(live, PLAIN, "GET", "/devices/status?imei=$IMEI&devIds=$DEVICE_ID")
    assert json.loads(body)["data"]["devices"][0]["online"] is False
